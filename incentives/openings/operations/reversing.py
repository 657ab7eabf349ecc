"""Taking back what was taken over wrongly: each line a reversal of its own, with a reason."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select, text

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import refuse_own_household
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import AlreadyReversed, FieldError, Invalid
from incentives.extensions import db
from incentives.openings.models import REASON_LENGTH, STANDING, Opening, OpeningLine, Part
from incentives.openings.operations.posting import mark
from incentives.openings.operations.steps import (
    hold_opening,
    lines_of,
    move_on,
    record,
    refuse_wrong_state,
)
from incentives.openings.states import Action
from incentives.shop.operations.stock import StockLine, give_back_stock
from incentives.texts import check_text


def reverse_opening(
    *,
    village: str,
    opening_id: UUID,
    reason: str,
    lines: Sequence[int] | None = None,
    actor: Actor,
    now: datetime,
) -> Opening:
    """Take back an opening, or some of its lines (by their numbers), with a reason.

    What was spent of points waits as debt; goods leave the shelf again. Taken back, a line can be
    entered in a new opening. Refuses a reviewer whose own household is among the lines, lines that
    were reversed, money that cash or bank no longer holds and goods that the shelf no longer does.
    """
    require(actor, "opening.reverse", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    opening = hold_opening(village, opening_id)
    refuse_wrong_state(opening, Action.REVERSE)
    chosen = chosen_lines(opening, lines)
    refuse_own_household(actor, [line.household_id for line in chosen])
    take_back(opening, chosen, reason, actor=actor, now=now)
    return opening


def take_back_line(line: OpeningLine, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take one line back, as the ruling on an objection asks; the caller has asked who may."""
    opening = hold_opening(line.village, line.opening_id)
    db.session.refresh(line)
    if not line.is_standing:
        raise AlreadyReversed()
    take_back(opening, [line], reason, actor=actor, now=now)


def chosen_lines(opening: Opening, numbers: Sequence[int] | None) -> list[OpeningLine]:
    """The lines to take back: those asked for, else all that stand."""
    lines = lines_of(opening)
    if numbers is None:
        return [line for line in lines if line.is_standing]
    by_number = {line.line: line for line in lines}
    errors = [
        FieldError(f"/lines/{place}", _("There is no such line"))
        for place, number in enumerate(numbers)
        if number not in by_number
    ]
    if errors:
        raise Invalid(errors=errors)
    chosen = [by_number[number] for number in dict.fromkeys(numbers)]
    if not all(line.is_standing for line in chosen):
        raise AlreadyReversed()
    return chosen


def take_back(
    opening: Opening, lines: Sequence[OpeningLine], reason: str, *, actor: Actor, now: datetime
) -> None:
    """Reverse these lines' events in one post and their goods in one movement each."""
    done = {"reversed_by": actor.person, "reversed_at": now, "reversed_reason": reason}
    of_ledger = [line for line in lines if line.part is not Part.STOCK]
    rows: list[dict[str, object]] = []
    if of_ledger:
        drafts = [
            ledger.reversal(
                village=opening.village,
                reverses=line.event_id,
                record=line.id,
                reason=reason,
                occurred_on=village_day(now),
            )
            for line in of_ledger
        ]
        events = ledger.post(drafts, actor=actor.person, now=now)
        rows = [
            {"id": line.id, "reversed_event_id": event.id, **done}
            for line, event in zip(of_ledger, events, strict=True)
        ]
    if rows:
        mark(rows)
    goods = [line for line in lines if line.good_id is not None]
    for line in sorted(goods, key=lambda each: each.good_id.hex if each.good_id else ""):
        out = StockLine(line.good_id or line.id, line.quantity or 0, line.unit_cost_fen)
        movement = give_back_stock(out, note=reason[:200], actor=actor, now=now)
        mark([{"id": line.id, "reversed_movement_id": movement.id, **done}])
    conclude(opening)
    details = {"reason": reason, "lines": [line.line for line in lines]}
    record(opening, audit.Tag.OPENING_REVERSED, actor=actor, now=now, details=details)


def conclude(opening: Opening) -> None:
    """An opening of which no line stands any more is reversed."""
    left = select(OpeningLine.id).where(OpeningLine.opening_id == opening.id, text(STANDING))
    if db.session.scalar(left.limit(1)) is None:
        move_on(opening, Action.REVERSE)
    db.session.expire_all()
