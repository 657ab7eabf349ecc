"""Whether a month's cash and bank agree with the book, and what is missing until they do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import Select, and_, func, or_, select, union_all

from incentives.access.actor import Actor
from incentives.access.duties import is_second
from incentives.extensions import db
from incentives.fund.models import BankLine, BankNote, CashCount, CountStatus, MonthClose
from incentives.fund.queries.bank import BankStanding, bank_standing, closed_to
from incentives.ledger.models import Account, Event, Transfer
from incentives.web.dates import month_word

MONEY = ("cash", "bank")


@dataclass
class MonthStanding:
    """A month before it is closed: what the book says was held at its end, and what is missing."""

    month: date
    cash_fen: int
    bank_fen: int
    count: CashCount | None
    bank: BankStanding
    missing: list[LazyString] = field(default_factory=list)


def first_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def last_of(month: date) -> date:
    """The last day of a month."""
    return first_of(first_of(month) + timedelta(days=32)) - timedelta(days=1)


def held_on(village: str, code: str, day: date) -> int:
    """What the book says cash or bank held at the end of a day, by the days of the acts."""
    total = 0
    for column, sign in ((Transfer.to_code, 1), (Transfer.from_code, -1)):
        total += sign * int(
            db.session.scalar(
                select(func.coalesce(func.sum(Transfer.amount), 0))
                .join(Event, and_(Event.village == Transfer.village, Event.seq == Transfer.seq))
                .where(Transfer.village == village, column == code, Event.occurred_on <= day)
            )
            or 0
        )
    return total


def cash_moved_between(village: str, day: date, end: date) -> bool:
    """Whether the book moved cash after a day and up to another."""
    moved = (
        select(Transfer.seq)
        .join(Event, and_(Event.village == Transfer.village, Event.seq == Transfer.seq))
        .where(
            Transfer.village == village,
            or_(Transfer.to_code == "cash", Transfer.from_code == "cash"),
            Event.occurred_on > day,
            Event.occurred_on <= end,
        )
    )
    return db.session.scalar(moved.limit(1)) is not None


def was_used(village: str, code: str) -> bool:
    """Whether cash or bank ever held anything."""
    version = select(Account.version).where(Account.village == village, Account.code == code)
    return bool(db.session.scalar(version))


def first_month(village: str) -> date | None:
    """The month in which the fund's money first moved, None where it never did."""
    money = or_(Transfer.to_code.in_(MONEY), Transfer.from_code.in_(MONEY))
    day = db.session.scalar(
        select(func.min(Event.occurred_on))
        .join(Transfer, and_(Transfer.village == Event.village, Transfer.seq == Event.seq))
        .where(Event.village == village, money)
    )
    return None if day is None else first_of(day)


def months_closed(village: str) -> Select[MonthClose]:
    """The closed months of a village."""
    return select(MonthClose).where(MonthClose.village == village)


def next_to_close(village: str) -> date | None:
    """The oldest month that isn't closed, None where no money ever moved."""
    last = closed_to(village)
    return first_month(village) if last is None else last + timedelta(days=1)


def newest_count(village: str, month: date) -> CashCount | None:
    """The last count of a month that wasn't refused."""
    return db.session.scalars(
        select(CashCount)
        .where(
            CashCount.village == village,
            CashCount.month == month,
            CashCount.status != CountStatus.REFUSED,
        )
        .order_by(CashCount.counted_at.desc(), CashCount.id.desc())
        .limit(1)
    ).one_or_none()


def counts_waiting(village: str, actor: Actor) -> list[CashCount]:
    """The counts that wait for a second person, which this one can be."""
    waiting = db.session.scalars(
        select(CashCount)
        .where(CashCount.village == village, CashCount.status == CountStatus.WAITING)
        .order_by(CashCount.month)
    )
    return [each for each in waiting if is_second(actor, each.counted_by)]


def differences_waiting(village: str, actor: Actor) -> dict[date, int]:
    """By month, how many explained differences from the bank this one can stand by as the second.

    Statement and book are read only where somebody explained what nobody stands by yet.
    """
    explained = [
        select(table.village).where(
            table.village == village, table.explanation.is_not(None), table.confirmed_by.is_(None)
        )
        for table in (BankLine, BankNote)
    ]
    if db.session.execute(union_all(*explained).limit(1)).first() is None:
        return {}
    following = next_to_close(village) or date.min
    ends = (last_of(following), date.max) if following > date.min else (date.max,)
    # An entry that a later month reversed still holds up the month that closes next.
    waiting = {
        each.id if isinstance(each, BankLine) else each.event_id: each
        for end in ends
        for each in bank_standing(village, end, 0).unconfirmed
    }
    return Counter(
        max(first_of(each.day), following)
        for each in sorted(waiting.values(), key=lambda each: each.day)
        if is_second(actor, each.explained_by)
    )


def month_standing(village: str, month: date) -> MonthStanding:
    """Where a month stands: what was counted and matched, and what is missing to close it."""
    month, end = first_of(month), last_of(month)
    cash, bank = (held_on(village, code, end) for code in MONEY)
    standing = MonthStanding(
        month=month,
        cash_fen=cash,
        bank_fen=bank,
        count=newest_count(village, month),
        bank=bank_standing(village, end, bank),
    )
    standing.missing = [
        *missing_before(village, month),
        *missing_count(village, standing.count),
        *missing_of_bank(standing.bank, used=was_used(village, "bank")),
    ]
    return standing


def missing_before(village: str, month: date) -> Sequence[LazyString]:
    """The month that must be closed first."""
    following = next_to_close(village)
    if following is None:
        return [_("No money has moved yet.")]
    if following < month:
        return [_("Close %(month)s first.", month=month_word(following))]
    if following > month:
        return [_("This month is closed already, or lies before the fund began.")]
    return []


def missing_count(village: str, count: CashCount | None) -> Sequence[LazyString]:
    """What is missing of the count of cash; one that the book doesn't say any more is none.

    Neither is one before the month's end where cash moved between the two days.
    """
    if not was_used(village, "cash"):
        return []
    if count is None:
        return [_("The cash isn't counted yet.")]
    if count.status is CountStatus.WAITING:
        return [_("A second person hasn't confirmed the count of the cash yet.")]
    entered_since = held_on(village, "cash", count.counted_on) != count.counted_fen
    if entered_since or cash_moved_between(village, count.counted_on, last_of(count.month)):
        return [_("Cash was entered after it was counted: count it again.")]
    return []


def missing_of_bank(bank: BankStanding, *, used: bool) -> Sequence[LazyString]:
    """What is missing of the bank's statement."""
    if not used and not bank.has_statement:
        return []
    missing: list[LazyString] = []
    if not bank.is_covered:
        missing.append(_("The bank's statement doesn't reach to the end of the month yet."))
    lines = [line for line in bank.lines if line.explanation is None]
    if lines:
        missing.append(
            _("Lines of the statement that nothing explains: %(count)s.", count=len(lines))
        )
    events = [each for each in bank.events if each.explanation is None]
    if events:
        text = _("Entries of the book that the statement lacks: %(count)s.", count=len(events))
        missing.append(text)
    if bank.unconfirmed:
        text = _(
            "Explained differences that no second person stands by: %(count)s.",
            count=len(bank.unconfirmed),
        )
        missing.append(text)
    if bank.is_covered and bank.rest_fen != 0:
        missing.append(
            _(
                "The statement began with %(yuan)s yuan more than the book (or less, if below 0).",
                yuan=f"{bank.rest_fen / 100:.2f}",
            )
        )
    return missing
