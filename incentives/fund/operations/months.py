"""Closed months: what was found to agree is posted into no more.

A reversal is an act of its own day: what a closed month holds is taken back in an open one.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.fund.models import MonthClose
from incentives.fund.queries.bank import closed_since
from incentives.fund.queries.closing import first_of, last_of, month_standing
from incentives.web.dates import month_word


def is_closed(village: str, month: date) -> bool:
    """Whether a month, given by its first day, is closed."""
    found = select(MonthClose.month).where(
        MonthClose.village == village, MonthClose.month == first_of(month)
    )
    return db.session.scalar(found) is not None


def close_of(village: str, year: int) -> MonthClose | None:
    """What closed a year, its December or a later month; None while it is open."""
    return db.session.scalars(
        select(MonthClose)
        .where(MonthClose.village == village, MonthClose.ends_on >= date(year, 12, 31))
        .order_by(MonthClose.ends_on)
        .limit(1)
    ).one_or_none()


def refuse_closed(village: str, day: date, pointer: str) -> None:
    """Refuse a day in a month that is closed, or before one that is; under the village's lock."""
    if closed_since(village, day):
        detail = _("%(month)s is closed: enter it on a day of an open month", month=month_word(day))
        raise Invalid(errors=[FieldError(pointer, detail)])


def open_day(village: str, day: date, today: date) -> date:
    """The day, or today where it lies in a closed month; under the village's lock."""
    return today if closed_since(village, day) else day


def close_month(*, village: str, month: date, actor: Actor, now: datetime) -> MonthClose:
    """Close a month, the oldest open one, once cash and bank agree with the book.

    Refuses a month that isn't over, one before which another is open, and one in which a count or
    the bank's statement is missing, or a difference isn't explained: `wrong_state` says what.
    """
    require(actor, "month.close", village)
    month = first_of(month)
    ledger.hold([village])
    if is_closed(village, month):
        raise WrongState(_("This month is closed already"))
    if last_of(month) >= village_day(now):
        raise WrongState(_("This month isn't over yet"))
    standing = month_standing(village, month)
    if standing.missing:
        raise WrongState(" ".join(str(each) for each in standing.missing))
    closed = MonthClose(
        village=village,
        month=month,
        ends_on=last_of(month),
        cash_fen=standing.cash_fen,
        bank_fen=standing.bank_fen,
        closed_by=actor.person,
        closed_at=now,
    )
    db.session.add(closed)
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.MONTH_CLOSED,
        village=village,
        now=now,
        details={"month": f"{month:%Y-%m}"},
    )
    return closed
