"""What must hold after a crash, each by its own reading of the tables and the seals."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from incentives.awards.models import Award, AwardStatus
from incentives.extensions import db
from incentives.fund.models import Income
from incentives.installation import get_installation
from incentives.keys import key as secret
from incentives.ledger import notes
from incentives.ledger.audit import audit
from incentives.ledger.models import Checkpoint, Event, Leaf, Transfer
from incentives.shop.models import Redemption, RedemptionLine, StockMovement, StockMovementLine
from incentives.web.models import IdempotencyKey
from tests.factories import VILLAGE
from tests.served.ground import Ground
from tests.served.order import Order


def traces(order: Order) -> list[Select[Any]]:
    """One count for each trace that an order leaves, its kept answer last."""
    answered = select(func.count()).select_from(IdempotencyKey)
    kept = answered.where(IdempotencyKey.key == order.key, IdempotencyKey.status.is_not(None))
    if order.kind == "proposal":
        return [count(Award).where(Award.note == order.key), kept]
    if order.kind == "redemption":
        record = UUID(order.key)
        moved = select(StockMovement.id).where(StockMovement.record_id == record)
        lines = (RedemptionLine.redemption_id == record, StockMovementLine.movement_id.in_(moved))
        return [
            count(Redemption).where(Redemption.id == record),
            count(RedemptionLine).where(lines[0]),
            count(StockMovementLine).where(lines[1]),
            *of_event(select(Event.seq).where(Event.record == record)),
            kept,
        ]
    if order.kind == "income":
        made = select(Income.id).where(Income.voucher == order.key)
        own = count(Income).where(Income.voucher == order.key)
        return [own, *of_event(select(Event.seq).where(Event.record.in_(made))), kept]
    award_id = UUID(order.path.split("/")[-2])
    posted = (Award.id == award_id, Award.status == AwardStatus.POSTED)
    made = select(Event.seq).where(Event.record == award_id)
    return [count(Award).where(*posted), *of_event(made), kept]


def count(table: type) -> Select[Any]:
    """How many rows of a table."""
    return select(func.count()).select_from(table)


def of_event(seqs: Select[Any]) -> list[Select[Any]]:
    """The rows of an event of one transfer: itself, its transfer, its leaf."""
    return [
        count(table).where(table.village == VILLAGE, table.seq.in_(seqs))
        for table in (Event, Transfer, Leaf)
    ]


def found(order: Order) -> set[int]:
    """What the traces of an order say: {1} once and whole, {0} nothing."""
    statement = select(*[each.scalar_subquery() for each in traces(order)])
    return set(db.session.execute(statement).one())


def check_orders(answered: Sequence[Order], unanswered: Sequence[Order] = ()) -> list[str]:
    """What is wrong: answered ones that aren't there once, others that are there in part."""
    db.session.rollback()
    wrong = [f"lost: {each}" for each in answered if found(each) != {1}]
    wrong += [f"half: {each}" for each in unanswered if found(each) not in ({0}, {1})]
    db.session.rollback()
    return wrong


def check_totals(ground: Ground, start: dict[str, int], answered: Sequence[Order]) -> list[str]:
    """Whether there is nothing beyond what was answered: no order doubled, none from nowhere."""
    now = ground.shape()
    kinds = [each.kind for each in answered]
    posted = sum(kind != "proposal" for kind in kinds)
    soap = str(ground.counter.goods["soap"])
    wanted = {
        "event": posted,
        "leaf": posted,
        "idempotency_key": len(kinds),
        "redemption": kinds.count("redemption"),
        "income": kinds.count("income"),
        "award": kinds.count("proposal"),
        "cash": 500 * kinds.count("income"),
        "shop.1": 10 * kinds.count("redemption"),
        "issuance": -30 * kinds.count("award"),
        soap: -kinds.count("redemption"),
    }
    return [
        f"{name}: {now[name] - start[name]} rather than {number}"
        for name, number in wanted.items()
        if now[name] - start[name] != number
    ]


def check_seals(seals: Path) -> list[str]:
    """Whether every published checkpoint is in the seals, and they are this log's."""
    db.session.rollback()
    folder = seals / get_installation().id.hex / VILLAGE
    sealed = whole_lines(folder / "checkpoints.jsonl")
    events = whole_lines(folder / "events.jsonl")
    known = {each["note"] for each in sealed}
    wrong = [
        f"checkpoint {each.size} was published and is not in the seals"
        for each in db.session.scalars(select(Checkpoint).where(Checkpoint.village == VILLAGE))
        if each.note not in known
    ]
    bodies = db.session.scalars(
        select(Leaf.body).where(Leaf.village == VILLAGE).order_by(Leaf.seq)
    ).all()
    public = notes.private_key(secret("log")).public_key()
    for each in sealed:
        size = notes.read_checkpoint(each["note"], public).size
        if [line["leaf"].encode() for line in events[:size]] != bodies[:size]:
            wrong.append(f"the seals up to {size} are not this log's events")
    db.session.rollback()
    return wrong


def whole_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a file that were written to their end; of one in pieces nothing is known."""
    found = []
    for line in path.read_bytes().split(b"\n")[:-1] if path.exists() else []:
        with suppress(ValueError):
            found.append(json.loads(line))
    return found


def check_books(ground: Ground) -> list[str]:
    """The audit's findings and the seals'."""
    seals = Path(ground.app.config["JISHAN_SEALS"])
    return [str(each) for each in audit(VILLAGE)] + check_seals(seals)
