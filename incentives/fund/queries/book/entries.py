"""Which events the public book has: those that changed what cash and bank hold together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from incentives.extensions import db
from incentives.fund.purposes import SETTLEMENT
from incentives.fund.queries.figures import MONEY, SPENDING
from incentives.ledger.models import Event, Transfer


@dataclass(frozen=True)
class Part:
    """What of the book is shown: a month (its first day), a year, a purpose; all without any."""

    month: date | None = None
    year: int | None = None
    purpose: str | None = None


def book_events(village: str, part: Part | None = None) -> Any:
    """The events that changed what cash and bank hold together."""
    part = part or Part()
    into, out_of = Transfer.to_code.in_(MONEY), Transfer.from_code.in_(MONEY)
    changing = select(Transfer.seq).where(
        Transfer.village == village, or_(into & ~out_of, out_of & ~into)
    )
    chosen = select(Event).where(Event.village == village, Event.seq.in_(changing))
    if part.month is not None:
        first = part.month.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        chosen = chosen.where(Event.occurred_on >= first, Event.occurred_on < following)
    if part.year is not None:
        first, following = date(part.year, 1, 1), date(part.year + 1, 1, 1)
        chosen = chosen.where(Event.occurred_on >= first, Event.occurred_on < following)
    if part.purpose is not None:
        code = f"{SPENDING}{part.purpose}"
        sides = [Transfer.to_code == code, Transfer.from_code == code]
        if part.purpose == SETTLEMENT:
            # A settlement is spent when it is approved; its money moves when the debt is paid.
            sides += [Transfer.to_code.like("payable.%"), Transfer.from_code.like("payable.%")]
        spent = select(Transfer.seq).where(Transfer.village == village, or_(*sides))
        chosen = chosen.where(Event.seq.in_(spent))
    return chosen


def months_of(village: str) -> list[date]:
    """The months in which something stands in the book, newest first."""
    days = db.session.scalars(book_events(village).with_only_columns(Event.occurred_on).distinct())
    return sorted({day.replace(day=1) for day in days}, reverse=True)


def amounts_and_rests(village: str, events: Sequence[Event]) -> dict[int, tuple[int, int]]:
    """By event's number: what it changed, and what cash and bank held after it."""
    if not events:
        return {}
    low, high = events[-1].seq, events[0].seq
    held = {code: balance_before(village, code, low) for code in MONEY}
    wanted = {event.seq for event in events}
    figures: dict[int, tuple[int, int]] = {}
    for transfer in db.session.scalars(
        select(Transfer)
        .where(
            Transfer.village == village,
            Transfer.seq.between(low, high),
            or_(Transfer.to_code.in_(MONEY), Transfer.from_code.in_(MONEY)),
        )
        .order_by(Transfer.seq, Transfer.line)
    ):
        before = sum(held.values())
        if transfer.from_code in MONEY:
            held[transfer.from_code] = transfer.from_balance_after
        if transfer.to_code in MONEY:
            held[transfer.to_code] = transfer.to_balance_after
        if transfer.seq in wanted:
            earlier = figures.get(transfer.seq, (0, 0))[0]
            after = sum(held.values())
            figures[transfer.seq] = (earlier + after - before, after)
    return figures


def balance_before(village: str, code: str, seq: int) -> int:
    """What an account held before the event of that number."""
    sides = (
        (Transfer.from_code, Transfer.from_version, Transfer.from_balance_after),
        (Transfer.to_code, Transfer.to_version, Transfer.to_balance_after),
    )
    last = (0, 0)
    for side, version, balance in sides:
        row = db.session.execute(
            select(version, balance)
            .where(Transfer.village == village, side == code, Transfer.seq < seq)
            .order_by(version.desc())
            .limit(1)
        ).one_or_none()
        if row is not None:
            last = max(last, (row[0], row[1]))
    return last[1]
