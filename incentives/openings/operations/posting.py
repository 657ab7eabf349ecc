"""Posting an opening: its events, its goods and its notice, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select, update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.database import new_id
from incentives.extensions import db
from incentives.fund.operations.months import refuse_closed
from incentives.ledger.drafts import Leg
from incentives.notices.models import Notice, NoticeKind
from incentives.notices.operations.publishing import open_notice
from incentives.openings.entries import entries_of
from incentives.openings.models import Opening, OpeningLine, Part
from incentives.openings.operations.checking import checks_of
from incentives.openings.operations.steps import (
    hold_opening,
    lines_of,
    move_on,
    record,
    refuse_wrong_state,
)
from incentives.openings.operations.submitting import refuse_problems
from incentives.openings.states import Action
from incentives.register.models import Household
from incentives.shop.models import Good, StockMovement
from incentives.shop.operations.stock import StockLine, take_over_stock


def post_opening(*, village: str, opening_id: UUID, actor: Actor, now: datetime) -> Opening:
    """Take over what was checked: an event a household, one for the fund, goods onto the shelf.

    All of it is public in a notice from then on; anyone may object to a line for the days of the
    village's policy. Refuses what isn't checked, a household that left meanwhile, what was taken
    over meanwhile, and money of a day in a month that the fund has closed. Posting decides nothing.
    """
    require(actor, "opening.post", village)
    opening = hold_opening(village, opening_id)
    refuse_wrong_state(opening, Action.POST)
    refuse_problems(opening)
    lines = lines_of(opening)
    if any(line.part is Part.FUND for line in lines):
        refuse_closed(village, opening.occurred_on, "/occurred_on")
    entries = entries_of(village, lines, now)
    notice = open_notice(village, NoticeKind.OPENINGS, entries, actor=actor, now=now)
    move_on(opening, Action.POST, posted_by=actor.person, posted_at=now, notice_id=notice.id)
    post_events(opening, lines, notice, actor=actor, now=now)
    put_on_shelf(lines, actor=actor, now=now)
    db.session.expire_all()
    details = {"notice": notice.label, "lines": len(lines)}
    record(opening, audit.Tag.OPENING_POSTED, actor=actor, now=now, details=details)
    return opening


def post_events(
    opening: Opening,
    lines: Sequence[OpeningLine],
    notice: Notice,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Post one event a household and one for the fund, and write down which."""
    posted = [line for line in lines if line.part is not Part.STOCK]
    if not posted:
        return
    ids = [line.household_id for line in posted]
    codes = dict(
        db.session.execute(
            select(Household.id, Household.account_code).where(Household.id.in_(ids))
        ).all()
    )
    checker = checks_of(opening.id)[-1].checker
    drafts = [
        ledger.Draft(
            village=opening.village,
            kind=ledger.Kind.OPENING,
            occurred_on=opening.occurred_on,
            legs=legs_of(line, codes),
            record=line.id,
            entered_by=opening.entered_by,
            approver=checker,
            detail={"notice": notice.label},
        )
        for line in posted
    ]
    events = ledger.post(drafts, actor=actor.person, now=now)
    mark(
        [{"id": line.id, "event_id": event.id} for line, event in zip(posted, events, strict=True)]
    )


def legs_of(line: OpeningLine, codes: dict[UUID, str]) -> list[Leg]:
    """What a line moves."""
    if line.part is Part.POINTS and line.household_id is not None:
        return [ledger.give("issuance", codes[line.household_id], line.points or 0)]
    sums = {"cash": line.cash_fen or 0, "bank": line.bank_fen or 0}
    return [ledger.move("income.opening", place, fen) for place, fen in sums.items() if fen]


def put_on_shelf(lines: Sequence[OpeningLine], *, actor: Actor, now: datetime) -> None:
    """Take the goods in, one movement a shop, and write down which."""
    stock = {line.good_id: line for line in lines if line.part is Part.STOCK and line.good_id}
    if not stock:
        return
    shops = db.session.execute(
        select(Good.shop_id, Good.id).where(Good.id.in_(stock)).order_by(Good.shop_id, Good.id)
    ).all()
    for shop_id, rows in groupby(shops, key=lambda row: row.shop_id):
        found = [stock[row.id] for row in rows]
        movement: StockMovement = take_over_stock(
            shop_id=shop_id, lines=[stock_line(line) for line in found], actor=actor, now=now
        )
        mark([{"id": line.id, "movement_id": movement.id} for line in found])


def stock_line(line: OpeningLine) -> StockLine:
    """A line as the shelf takes it."""
    return StockLine(line.good_id or new_id(), line.quantity or 0, line.unit_cost_fen)


def mark(rows: Sequence[dict[str, object]]) -> None:
    """Write down what was made of lines, by their ids."""
    db.session.execute(update(OpeningLine).execution_options(synchronize_session=None), list(rows))
