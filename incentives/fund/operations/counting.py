"""The month-end count of the cash: one person counts, another stands by it."""

from datetime import date, datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import household_ids_of, refuse_own_household, refuse_same_person
from incentives.access.permissions import require
from incentives.database import rows_changed
from incentives.errors import FieldError, Invalid, NotFound, WrongState
from incentives.extensions import db
from incentives.fund.models import REASON_LENGTH, CashCount, CountStatus, Decision, Place
from incentives.fund.operations.months import is_closed, refuse_closed
from incentives.fund.operations.moves import post_move
from incentives.fund.operations.steps import (
    AMOUNT_AT_MOST,
    check_day,
)
from incentives.fund.queries.closing import first_of, held_on, last_of, newest_count
from incentives.fund.states import COUNT_TRANSITIONS, CountAction
from incentives.texts import check_text, optional_text

DAYS_BEFORE = timedelta(days=5)


def count_cash(
    *,
    village: str,
    month: date,
    counted_on: date,
    counted_fen: int,
    note: str | None = None,
    actor: Actor,
    now: datetime,
) -> CashCount:
    """Enter what lay in the cash box at a month's end; a second person confirms it.

    It may come late, as one that is made anew: what lies there is compared with the book of the day
    of the count. Refuses a day that is more than 5 days before the month's end or still to come, a
    difference from the book without a note, a month that is closed, and a second count beside one
    that waits.
    """
    require(actor, "cash.count", village)
    month = first_of(month)
    if not 0 <= counted_fen <= AMOUNT_AT_MOST:
        raise Invalid(errors=[FieldError("/counted_fen", _("This isn't right"))])
    check_day(counted_on, "/counted_on", now)
    if counted_on < last_of(month) - DAYS_BEFORE:
        detail = _("Count 5 days before the month's end at the earliest")
        raise Invalid(errors=[FieldError("/counted_on", detail)])
    note = optional_text(note, "/note", REASON_LENGTH)
    ledger.hold([village])
    if is_closed(village, month):
        raise WrongState(_("This month is closed already"))
    refuse_closed(village, counted_on, "/counted_on")
    waiting = newest_count(village, month)
    if waiting is not None and waiting.status is CountStatus.WAITING:
        raise WrongState(_("A count of this month waits for its second person"))
    book_fen = held_on(village, "cash", counted_on)
    if counted_fen != book_fen and note is None:
        detail = _(
            "The book says %(yuan)s yuan: count again, or say how the difference came about",
            yuan=f"{book_fen / 100:.2f}",
        )
        raise Invalid(errors=[FieldError("/note", detail)])
    count = CashCount(
        village=village,
        month=month,
        counted_on=counted_on,
        counted_fen=counted_fen,
        book_fen=book_fen,
        note=note,
        counted_by=actor.person,
        counted_at=now,
    )
    db.session.add(count)
    db.session.flush()
    audit.record(actor, audit.Tag.CASH_COUNTED, village=village, subject=count.id, now=now)
    return count


def confirm_count(
    *,
    village: str,
    count_id: UUID,
    decision: Decision,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> CashCount:
    """Stand by a count as the second person, or refuse it with a reason: then it is counted anew.

    A difference is then posted, on the day of the count, in public. Refuses who counted, who
    lives with them, a count that doesn't wait, and one since which cash was entered up to its day:
    the difference that its note explains isn't there any more.
    """
    require(actor, "cash.confirm", village)
    ledger.hold([village])
    count = db.session.get(CashCount, count_id, populate_existing=True)
    if count is None or count.village != village:
        raise NotFound()
    refuse_same_person(actor, count.counted_by)
    refuse_own_household(actor, household_ids_of(count.counted_by))
    if decision is Decision.REJECT:
        reason = check_text(reason, "/reason", REASON_LENGTH)
        return decide(count, CountAction.REFUSE, actor=actor, now=now, refused_reason=reason)
    if count.status not in COUNT_TRANSITIONS[CountAction.CONFIRM][0]:
        raise WrongState()
    if held_on(village, "cash", count.counted_on) != count.book_fen:
        raise WrongState(_("Cash was entered since: say no, and count it again"))
    move_id = None
    if count.counted_fen != count.book_fen:
        refuse_closed(village, count.counted_on, "/counted_on")
        more = count.counted_fen > count.book_fen
        move_id = post_move(
            village=village,
            from_place=Place.DIFFERENCE if more else Place.CASH,
            to_place=Place.CASH if more else Place.DIFFERENCE,
            amount_fen=abs(count.counted_fen - count.book_fen),
            moved_on=count.counted_on,
            note=count.note,
            entered_by=count.counted_by,
            actor=actor,
            now=now,
        ).id
    return decide(count, CountAction.CONFIRM, actor=actor, now=now, move_id=move_id)


def decide(
    count: CashCount, action: CountAction, *, actor: Actor, now: datetime, **values: object
) -> CashCount:
    """Bring a count that waits to its end, by the table; refuses one that doesn't wait any more."""
    before, after = COUNT_TRANSITIONS[action]
    changed = db.session.execute(
        update(CashCount)
        .where(CashCount.id == count.id, CashCount.status.in_(before))
        .values(status=after, confirmed_by=actor.person, confirmed_at=now, **values)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(count)
    confirmed = action is CountAction.CONFIRM
    tag = audit.Tag.CASH_COUNT_CONFIRMED if confirmed else audit.Tag.CASH_COUNT_REFUSED
    audit.record(actor, tag, village=count.village, subject=count.id, now=now)
    return count
