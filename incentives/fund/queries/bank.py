"""The bank's statement beside the book: what is matched, what is proposed, what differs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.fund.models import BankLine, BankMatch, BankNote, BankStatement, MonthClose
from incentives.ledger.kinds import Kind
from incentives.ledger.models import Event, Transfer

BANK = "bank"


@dataclass(frozen=True)
class BankEvent:
    """An event of the book that moved money in the bank: below zero what went out of it."""

    event_id: UUID
    voucher: int
    kind: str
    day: date
    amount_fen: int
    reverses: UUID | None
    record: UUID | None
    explanation: str | None = None
    explained_by: UUID | None = None
    explained_at: datetime | None = None
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None


@dataclass
class BankStanding:
    """The two sides at the end of a day: what is on one alone, and what that doesn't explain.

    `rest_fen` is what the statement began with beyond the book. `later_lines` and `later_events`
    are matched, but with what came on the other side only after that day: they explain what stands
    between statement and book, and nothing is left to be done about them. `closed` is the last
    month that is closed by now.
    """

    has_statement: bool
    is_covered: bool
    statement_fen: int
    book_fen: int
    rest_fen: int
    lines: list[BankLine] = field(default_factory=list)
    events: list[BankEvent] = field(default_factory=list)
    later_lines: list[BankLine] = field(default_factory=list)
    later_events: list[BankEvent] = field(default_factory=list)
    closed: MonthClose | None = None

    @property
    def closed_to(self) -> date:
        """The last day of the months that are closed by now."""
        return date.min if self.closed is None else self.closed.ends_on

    @property
    def difference_fen(self) -> int:
        """By how much the statement says more than the book; below zero: less."""
        return self.statement_fen - self.book_fen

    @property
    def unconfirmed(self) -> list[BankLine | BankEvent]:
        """What is explained by one person alone, but for what a closed month was closed with."""
        open_ones: list[BankLine | BankEvent] = [*self.lines, *self.events]
        return [
            each
            for each in open_ones
            if each.explanation is not None
            and each.confirmed_by is None
            and not self.is_settled(each)
        ]

    def is_settled(self, each: BankLine | BankEvent) -> bool:
        """Whether a month was closed with what is said of this."""
        return is_settled(each, self.closed)


def is_settled(each: BankLine | BankEvent, closed: MonthClose | None) -> bool:
    """Whether a line or an entry was explained when a month of its day was closed.

    No month closes with a line that stands alone unexplained.
    """
    if closed is None or each.day > closed.ends_on:
        return False
    if isinstance(each, BankLine):
        return True
    return each.explained_at is not None and each.explained_at <= closed.closed_at


def statements_of(village: str) -> Select[BankStatement]:
    """A village's statements."""
    return select(BankStatement).where(BankStatement.village == village)


def last_statement(village: str) -> BankStatement | None:
    """The newest statement, None without one."""
    return db.session.scalars(
        statements_of(village).order_by(BankStatement.from_on.desc()).limit(1)
    ).one_or_none()


def find_statement(village: str, statement_id: UUID) -> BankStatement:
    """A statement of that village; refuses what isn't there."""
    found = db.session.get(BankStatement, statement_id)
    if found is None or found.village != village:
        raise NotFound()
    return found


def find_line(village: str, line_id: UUID) -> BankLine:
    """A line of that village's statements; refuses what isn't there."""
    found = db.session.get(BankLine, line_id, populate_existing=True)
    if found is None or found.village != village:
        raise NotFound()
    return found


def lines_until(village: str, day: date) -> list[BankLine]:
    """All lines up to a day, oldest first."""
    return list(
        db.session.scalars(
            select(BankLine)
            .where(BankLine.village == village, BankLine.day <= day)
            .order_by(BankLine.day, BankLine.line, BankLine.id)
        )
    )


def lines_of(statement_id: UUID) -> list[BankLine]:
    """A statement's lines in their order."""
    return list(
        db.session.scalars(
            select(BankLine).where(BankLine.statement_id == statement_id).order_by(BankLine.line)
        )
    )


def bank_events(village: str, *, until: date | None = None) -> list[BankEvent]:
    """The events that moved money in the bank, up to a day, oldest first."""
    chosen = (
        select(Event, Transfer)
        .join(Transfer, and_(Transfer.village == Event.village, Transfer.seq == Event.seq))
        .where(Event.village == village, or_(Transfer.to_code == BANK, Transfer.from_code == BANK))
        .order_by(Event.seq)
    )
    if until is not None:
        chosen = chosen.where(Event.occurred_on <= until)
    amounts: dict[UUID, int] = {}
    events: dict[UUID, Event] = {}
    for event, transfer in db.session.execute(chosen):
        sign = 1 if transfer.to_code == BANK else -1
        amounts[event.id] = amounts.get(event.id, 0) + sign * transfer.amount
        events[event.id] = event
    notes = {
        each.event_id: each
        for each in db.session.scalars(select(BankNote).where(BankNote.village == village))
    }
    return [
        BankEvent(
            event_id=event.id,
            voucher=event.seq + 1,
            kind=event.kind.value,
            day=event.occurred_on,
            amount_fen=amounts[event.id],
            reverses=event.reverses,
            record=event.record,
            **noted(notes.get(event.id)),
        )
        for event in events.values()
    ]


def noted(note: BankNote | None) -> dict[str, Any]:
    """What is noted of an event, by whom, and who stands by it."""
    if note is None:
        return {}
    return {
        "explanation": note.explanation,
        "explained_by": note.explained_by,
        "explained_at": note.explained_at,
        "confirmed_by": note.confirmed_by,
        "confirmed_at": note.confirmed_at,
    }


def matches_of(village: str) -> dict[UUID, UUID]:
    """By event, the line that it is."""
    rows = db.session.execute(
        select(BankMatch.event_id, BankMatch.line_id).where(BankMatch.village == village)
    )
    return {row.event_id: row.line_id for row in rows}


def lines_closed_with(village: str) -> set[UUID]:
    """The lines whose matches a month was closed with: of either side's day, and closed since."""
    rows = db.session.scalars(
        select(BankMatch.line_id)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .join(Event, Event.id == BankMatch.event_id)
        .join(MonthClose, MonthClose.village == BankMatch.village)
        .where(
            BankMatch.village == village,
            or_(MonthClose.ends_on >= BankLine.day, MonthClose.ends_on >= Event.occurred_on),
            MonthClose.closed_at >= BankMatch.matched_at,
        )
    )
    return set(rows)


def removable_statement(village: str) -> UUID | None:
    """The statement that may be taken out: the newest, where no month was closed with it."""
    last = last_statement(village)
    if last is None:
        return None
    closed_with = lines_closed_with(village).intersection(each.id for each in lines_of(last.id))
    return None if closed_with or closed_since(village, last.from_on) else last.id


def closed_since(village: str, day: date) -> bool:
    """Whether a month was closed that this day, or a later one, is in."""
    closed = select(MonthClose.month).where(
        MonthClose.village == village, MonthClose.ends_on >= day
    )
    return db.session.scalar(closed.limit(1)) is not None


def bank_standing(village: str, day: date, book_fen: int) -> BankStanding:
    """Statement and book at the end of a day.

    What the book says of before the first statement, and what it began with, is in what that
    statement begins with; an entry and its reversal cancel each other out.
    """
    first = db.session.scalars(
        statements_of(village).order_by(BankStatement.from_on).limit(1)
    ).one_or_none()
    events = bank_events(village, until=day)
    if first is None:
        return BankStanding(False, False, 0, book_fen, 0, [], cancelled_out(events))
    last = last_statement(village)
    lines = lines_until(village, day)
    matches = matches_of(village)
    before = [
        each for each in events if each.day < first.from_on or each.kind == Kind.OPENING.value
    ]
    known = {each.event_id for each in before}
    matched_lines = set(matches.values())
    open_events = [each for each in events if each.event_id not in known | matches.keys()]
    seen = {each.event_id for each in events}
    whole = {each.id for each in lines} - {
        line for event, line in matches.items() if event not in seen
    }
    return BankStanding(
        has_statement=True,
        is_covered=last is not None and last.to_on >= day,
        statement_fen=first.opening_fen + sum(line.amount_fen for line in lines),
        book_fen=book_fen,
        rest_fen=first.opening_fen - sum(each.amount_fen for each in before),
        lines=[line for line in lines if line.id not in matched_lines],
        events=cancelled_out(open_events),
        later_lines=[line for line in lines if line.id in matched_lines - whole],
        later_events=[
            each
            for each in events
            if each.event_id in matches and matches[each.event_id] not in whole
        ],
        closed=last_close(village),
    )


def cancelled_out(events: Sequence[BankEvent]) -> list[BankEvent]:
    """These events without those that reverse each other."""
    by_id = {each.event_id: each for each in events}
    gone: set[UUID] = set()
    for each in events:
        if each.reverses in by_id and each.reverses not in gone:
            gone |= {each.event_id, by_id[each.reverses].event_id}
    return [each for each in events if each.event_id not in gone]


def closed_to(village: str) -> date | None:
    """The last day of the last closed month, None while none is."""
    closed = last_close(village)
    return None if closed is None else closed.ends_on


def last_close(village: str) -> MonthClose | None:
    """The last closed month, None while none is."""
    return db.session.scalars(
        select(MonthClose)
        .where(MonthClose.village == village)
        .order_by(MonthClose.ends_on.desc())
        .limit(1)
    ).one_or_none()
