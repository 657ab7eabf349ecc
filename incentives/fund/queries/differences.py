"""What the bank's statement held beyond the book at a closed month's end, as anyone may read it.

An explanation is free text that may name who is in need: the sums and who stands by them are
public, the words aren't.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.access.queries import person_names
from incentives.extensions import db
from incentives.fund.models import BankLine, BankNote, MonthClose
from incentives.fund.queries.bank import BankEvent, BankStanding, bank_standing
from incentives.fund.queries.book import Hand, Part, line_of, records_of
from incentives.ledger.models import Event


@dataclass(frozen=True)
class Difference:
    """A line of the statement that the book lacked, or an entry (`voucher`) that the statement did.

    `day` is None for a line, which may be money for a payee in need, and so are day and voucher of
    such an entry: these are shown by month. `amount_fen` is by what it makes the statement say more
    than the book (below zero: less): together they are the difference.
    """

    is_entry: bool
    voucher: int | None
    day: date | None
    month: date
    amount_fen: int
    hands: tuple[Hand, ...]


@dataclass(frozen=True)
class BankDifferences:
    """The bank's statement beside the book at the end of a closed month, and what differs."""

    month: date
    statement_fen: int
    book_fen: int
    difference_fen: int
    items: list[Difference]


def bank_differences(village: str, part: Part) -> BankDifferences | None:
    """Of the last closed month of a part of the book; None where nothing differs or none is closed.

    A purpose's part has none: the bank's account is of all purposes.
    """
    closed = None if part.purpose else last_closed(village, part)
    if closed is None:
        return None
    bank = bank_standing(village, closed.ends_on, closed.bank_fen)
    lines, events = [*bank.lines, *bank.later_lines], [*bank.events, *bank.later_events]
    if not bank.has_statement or not (lines or events):
        return None
    return BankDifferences(
        month=closed.month,
        statement_fen=bank.statement_fen,
        book_fen=bank.book_fen,
        difference_fen=bank.difference_fen,
        items=items_of(lines, events),
    )


def last_closed(village: str, part: Part) -> MonthClose | None:
    """The last closed month of a part of the book."""
    chosen = select(MonthClose).where(MonthClose.village == village)
    if part.month is not None:
        chosen = chosen.where(MonthClose.month == part.month.replace(day=1))
    if part.year is not None:
        first, last = date(part.year, 1, 1), date(part.year, 12, 31)
        chosen = chosen.where(MonthClose.month.between(first, last))
    return db.session.scalars(chosen.order_by(MonthClose.month.desc()).limit(1)).one_or_none()


def items_of(lines: list[BankLine], events: list[BankEvent]) -> list[Difference]:
    """These lines and entries in public, oldest first."""
    rows = db.session.scalars(
        select(Event).where(Event.id.in_([each.event_id for each in events]))
    ).all()
    records = records_of(rows)
    shown = {row.id: line_of(row, 0, 0, records) for row in rows}
    names = names_on([*lines, *events])
    items = [
        Difference(
            is_entry=False,
            voucher=None,
            day=None,
            month=each.day.replace(day=1),
            amount_fen=each.amount_fen,
            hands=hands_on(each, names),
        )
        for each in lines
    ] + [
        Difference(
            is_entry=True,
            voucher=shown[each.event_id].voucher,
            day=shown[each.event_id].day,
            month=each.day.replace(day=1),
            amount_fen=-each.amount_fen,
            hands=hands_on(each, names),
        )
        for each in events
    ]
    return sorted(items, key=lambda each: (each.month, each.is_entry, each.voucher or 0))


def names_on(rows: Iterable[BankLine | BankNote | BankEvent]) -> dict[UUID, str]:
    """The names of those who explained these differences, and of those who stand by it."""
    return person_names(
        person for each in rows for person in (each.explained_by, each.confirmed_by)
    )


def names_of_standing(bank: BankStanding) -> dict[UUID, str]:
    """The names of all who had a hand in what differs."""
    return names_on([*bank.lines, *bank.events, *bank.later_lines, *bank.later_events])


def hands_on(each: BankLine | BankEvent, names: dict[UUID, str]) -> tuple[Hand, ...]:
    """Who explained a difference, and who stands by it."""
    steps = (("explained", each.explained_by), ("confirmed", each.confirmed_by))
    return tuple(
        Hand(step, names.get(person, _("no longer known")))
        for step, person in steps
        if person is not None
    )
