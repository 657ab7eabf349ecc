"""What becomes of settlements when their sealed events are put back, and what is lost of a sale."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from incentives.access import audit
from incentives.access.actor import SYSTEM
from incentives.clock import beginning, village_day
from incentives.extensions import db
from incentives.fund.models import Method
from incentives.ledger import Kind
from incentives.ledger.queries import seq_at
from incentives.ledger.replaying import Replayed, stand_in
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostKind
from incentives.shop.models import (
    Settlement,
    SettlementReversal,
    SettlementStatus,
    Shop,
    ShopService,
    Undone,
)
from incentives.shop.operations.settlements import freeze_lines
from incentives.shop.operations.settling import OF_APPROVAL, OF_PAYMENT
from incentives.shop.queries.settlements import after, open_stretches
from incentives.shop.queries.statements import Part, Statement, statement_of

UNKNOWN = "?"


def lose_goods(replayed: Replayed) -> Sequence[Lost]:
    """The goods that left the shelf, or came back: no event says which they were."""
    if replayed.event.kind not in (Kind.REDEMPTION, Kind.REFUND):
        return []
    return [Lost(LostKind.STOCK_MOVEMENT, {"event_kind": replayed.event.kind.value})]


def rebuild_settlement(replayed: Replayed, now: datetime) -> Sequence[Lost] | None:
    """Move a settlement to where its event shows it, or enter it anew; None where it is of none.

    What a reviewer checked and a shopkeeper confirmed is in no event: it is lost.
    """
    event = replayed.event
    if event.record is None:
        return None
    row = db.session.get(Settlement, event.record, populate_existing=True)
    if event.kind is Kind.SETTLEMENT_APPROVED:
        return approve(replayed, row, now)
    if row is None:
        return None
    if event.kind is Kind.SETTLEMENT_PAID:
        return pay(replayed, row, now)
    return reverse(replayed, row, now) if event.kind is Kind.REVERSAL else None


def person_of(replayed: Replayed, person: UUID | None, step: str) -> UUID:
    """Who took a step, or a stand-in."""
    return person or stand_in(replayed.event.village, f"{replayed.event.id}/{step}")


def approve(replayed: Replayed, row: Settlement | None, now: datetime) -> list[Lost] | None:
    """Mark a settlement as approved, entered anew where it was submitted after the backup."""
    event, facts = replayed.event, []
    if row is None:
        row = enter(replayed)
        if row is None:
            return None
        facts.append("submission")
    values: dict[str, Any] = {}
    if row.checked_by is None:
        values = {"checked_by": person_of(replayed, None, "checked"), "checked_at": event.at}
        facts.append("check")
    change(
        row,
        status=SettlementStatus.APPROVED,
        approved_by=person_of(replayed, replayed.approver, "approved"),
        approved_at=event.at,
        approved_event_id=event.id,
        **values,
    )
    keep_row(replayed, audit.Tag.SETTLEMENT_APPROVED, now)
    return lost_facts(replayed, *facts) if facts else []


def month_settled(occurred_on: date, posted_on: date) -> date:
    """The month of an approval, by its first day: the month in which it occurred.

    What occurred on the day of its posting belongs to the month before, or to an older one: the
    fund had closed that.
    """
    if occurred_on != posted_on:
        return occurred_on.replace(day=1)
    return (occurred_on.replace(day=1) - timedelta(days=1)).replace(day=1)


def enter(replayed: Replayed) -> Settlement | None:
    """Enter a settlement anew by what its approval moved; None where its shop isn't known.

    Its lines are those of the receipts where these come to what was approved; else it has none.
    """
    event = replayed.event
    moved = {row["from_code"].partition(".")[0]: row for row in replayed.transfers}
    number = int(moved["payable"]["from_code"].partition(".")[2])
    service = db.session.scalar(
        select(ShopService).where(
            ShopService.village == event.village, ShopService.number == number
        )
    )
    if service is None:
        return None
    amount_fen = moved["payable"]["amount"]
    points = moved["shop"]["amount"] if "shop" in moved else 0
    latest = month_settled(event.occurred_on, village_day(event.at))
    month, statement = month_approved(service, latest, points, amount_fen)
    whole = (statement.points, statement.amount_fen) == (points, amount_fen)
    row = Settlement(
        id=event.record,
        village=event.village,
        shop_id=service.shop_id,
        month=month,
        from_size=statement.part.from_size,
        to_size=statement.part.to_size,
        points=points,
        goods_fen=statement.goods_fen if whole else amount_fen,
        cash_fen=statement.cash_fen if whole else 0,
        amount_fen=amount_fen,
        submitted_by=person_of(replayed, replayed.actor, "submitted"),
        submitted_at=event.at,
    )
    db.session.add(row)
    db.session.flush()
    if whole:
        freeze_lines(row, statement)
    return row


def month_approved(
    service: ShopService, latest: date, points: int, amount_fen: int
) -> tuple[date, Statement]:
    """The month that an approval settled, with its statement.

    Months are settled in order: it is the first open one up to `latest` whose statement comes to
    what was approved; else the first whose points do, as sums differ where receipts are lost; else
    `latest`, or the first open one if that is settled.
    """
    shop = db.session.get_one(Shop, service.shop_id)
    month, from_size, _at_most = open_stretches(service, shop)[-1]
    by_points = None
    while month < latest:
        found = stretch(service, from_size, month)
        if found.points == points:
            if found.amount_fen == amount_fen:
                return month, found
            by_points = by_points or (month, found)
        month = after(month)
    return by_points or (month, stretch(service, from_size, month))


def stretch(service: ShopService, from_size: int, month: date) -> Statement:
    """The statement from a place in the log to a month's end."""
    village = service.village
    to_size = max(seq_at(village, beginning(after(month))), from_size + 1)
    return statement_of(Part(service.shop_id, village, service.number, from_size, to_size))


def pay(replayed: Replayed, row: Settlement, now: datetime) -> list[Lost]:
    """Mark a settlement as paid, without its voucher's number."""
    event = replayed.event
    change(
        row,
        status=SettlementStatus.PAID,
        paid_by=person_of(replayed, replayed.actor, "paid"),
        paid_at=event.at,
        paid_on=event.occurred_on,
        method=Method(replayed.transfers[0]["from_code"]),
        voucher=UNKNOWN,
        paid_event_id=event.id,
    )
    keep_row(replayed, audit.Tag.SETTLEMENT_PAID, now)
    return lost_facts(replayed, "voucher", "confirmation")


def reverse(replayed: Replayed, row: Settlement, now: datetime) -> list[Lost]:
    """Take a settlement's last step back, without the reason."""
    event, paid = replayed.event, row.status is SettlementStatus.PAID
    db.session.add(
        SettlementReversal(
            event_id=event.id,
            settlement_id=row.id,
            undone=Undone.PAYMENT if paid else Undone.APPROVAL,
            undone_event_id=event.reverses,
            done_by=row.paid_by if paid else row.approved_by,
            done_at=row.paid_at if paid else row.approved_at,
            voucher=row.voucher,
            reason=UNKNOWN,
            reversed_by=person_of(replayed, replayed.actor, "reversed"),
            reversed_at=event.at,
        )
    )
    db.session.flush()
    status = SettlementStatus.APPROVED if paid else SettlementStatus.CHECKED
    change(row, status=status, **dict.fromkeys(OF_PAYMENT if paid else OF_APPROVAL))
    keep_row(replayed, audit.Tag.SETTLEMENT_REVERSED, now)
    return lost_facts(replayed, "reason")


def change(row: Settlement, **values: Any) -> None:
    """Change a settlement's row, whatever state it is in."""
    db.session.execute(
        update(Settlement)
        .where(Settlement.id == row.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(row)


def lost_facts(replayed: Replayed, *facts: str) -> list[Lost]:
    """A line of the list: the record is back, without these."""
    return [Lost(LostKind.FACTS, {"record": str(replayed.event.record), "facts": list(facts)})]


def keep_row(replayed: Replayed, tag: audit.Tag, now: datetime) -> None:
    """Leave a row in the audit trail: the catch-up did it."""
    event = replayed.event
    details = {"caught_up": True}
    audit.record(SYSTEM, tag, village=event.village, subject=event.record, now=now, details=details)
