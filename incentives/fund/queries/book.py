"""The public book: each line of the fund's money, with what remained after it.

A line is an event of the ledger that changed cash and bank together, so the book adds up to the
ledger's balances by its making; who it was for and who decided comes from the fund's records.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select

from incentives.access.queries import person_names
from incentives.extensions import db, rows_by_id
from incentives.fund.models import Disbursement, Income, MoneyMove, PaymentReturn
from incentives.fund.purposes import purposes
from incentives.fund.queries.disbursements import DisbursementView, disbursement_views
from incentives.ledger.kinds import Kind
from incentives.ledger.models import Event, Transfer
from incentives.web.cursors import page

MONEY = ("cash", "bank")
LINES_A_STEP = 500
LINES_AT_MOST = 10_000


@dataclass(frozen=True)
class Hand:
    """Who took a step: `step` is applied, evaluated, approved, paid, entered or reversed."""

    step: str
    name: str


@dataclass(frozen=True)
class BookLine:
    """A line of the public book. Amounts are in fen, below zero what went out.

    `day` is None for a payee in need, of whom only the `month` is shown.
    """

    voucher: int
    event_id: UUID
    kind: str
    day: date | None
    month: str
    amount_fen: int
    remaining_fen: int
    source: str | None
    purpose: str | None
    paper: str | None
    payee: str | None
    reason: str | None
    hands: tuple[Hand, ...]


@dataclass(frozen=True)
class MoreOfLine:
    """What a higher room knows of an event of the fund's money: where from or for what, and who
    took steps; `payee` is named in public."""

    paper: str | None
    steps: tuple[tuple[str, UUID | None], ...]
    source: str | None = None
    purpose: str | None = None
    payee: str | None = None
    reversal: tuple[str, UUID | None] | None = None
    reversal_reason: str | None = None


# Set by shop and openings: what they know, by event.
more_of_lines: list[Callable[[Sequence[Event]], dict[UUID, MoreOfLine]]] = []


@dataclass
class Records:
    """The fund's records behind the events of a page, by the id that the events name; what
    other rooms know, by event."""

    income: dict[UUID, Income]
    moves: dict[UUID, MoneyMove]
    returns: dict[UUID, PaymentReturn]
    disbursements: dict[UUID, DisbursementView]
    others: dict[UUID, MoreOfLine]
    names: dict[UUID, str]


@dataclass(frozen=True)
class Part:
    """What of the book is shown: a month (its first day), a year, a purpose; all without any."""

    month: date | None = None
    year: int | None = None
    purpose: str | None = None


def book(
    village: str, part: Part | None = None, query: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A page of the book, newest entry first: `{"items": [BookLine], "next"}`.

    Cash that was only brought to the bank or fetched changes nothing and isn't listed.
    """
    found = page(book_events(village, part), [Event.seq.desc()], query or {})
    events: list[Event] = found["items"]
    figures = amounts_and_rests(village, events)
    records = records_of(events)
    lines = [line_of(event, *figures[event.seq], records) for event in events]
    return {"items": lines, "next": found["next"]}


def whole_book(village: str, part: Part) -> list[BookLine]:
    """All lines of a part of the book, oldest first, as paper and workbooks have them."""
    lines: list[BookLine] = []
    query: dict[str, Any] = {"limit": LINES_A_STEP, "after": None}
    while True:
        found = book(village, part, query)
        lines += found["items"]
        if found["next"] is None or len(lines) >= LINES_AT_MOST:
            return lines[::-1]
        query["after"] = found["next"]


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
        code = f"spending.{part.purpose}"
        spent = select(Transfer.seq).where(
            Transfer.village == village, or_(Transfer.to_code == code, Transfer.from_code == code)
        )
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


def records_of(events: Sequence[Event]) -> Records:
    """The records behind these events, in a few statements."""
    ids = [event.record for event in events if event.record is not None]
    income = rows_by_id(Income, ids)
    moves = rows_by_id(MoneyMove, ids)
    returns = rows_by_id(PaymentReturn, ids)
    of_returns = [each.disbursement_id for each in returns.values()]
    found = rows_by_id(Disbursement, [*ids, *of_returns])
    views = {view.disbursement.id: view for view in disbursement_views(list(found.values()))}
    others = {event: more for told in more_of_lines for event, more in told(events).items()}
    people: set[UUID | None] = set()
    for more in others.values():
        people |= {person for _step, person in more.steps}
        people |= {more.reversal[1]} if more.reversal else set()
    for each in income.values():
        people |= {each.entered_by, each.reversed_by}
    people |= {move.entered_by for move in moves.values()}
    people |= {each.entered_by for each in returns.values()}
    for view in views.values():
        people |= {person for _step, person in steps_of(view)}
    return Records(income, moves, returns, views, others, person_names(people))


def steps_of(view: DisbursementView) -> list[tuple[str, UUID | None]]:
    """Who took which step of a paid disbursement, in order."""
    disbursement = view.disbursement
    return [
        ("applied", disbursement.applied_by),
        ("evaluated", disbursement.evaluated_by),
        *(("approved", approval.approver) for approval in view.approvals),
        ("paid", disbursement.paid_by),
        ("reversed", disbursement.ended_by),
    ]


def line_of(event: Event, amount_fen: int, remaining_fen: int, records: Records) -> BookLine:
    """An event as a line of the book."""
    returned = records.returns.get(event.record) if event.record else None
    of = returned.disbursement_id if returned else event.record
    view = records.disbursements.get(of) if of else None
    income = records.income.get(event.record) if event.record else None
    move = records.moves.get(event.record) if event.record else None
    more = records.others.get(event.id)
    reversal = event.kind is Kind.REVERSAL
    line: dict[str, Any] = dict.fromkeys(("source", "purpose", "paper", "payee", "reason"))
    steps: list[tuple[str, UUID | None]] = []
    in_need = False
    if income is not None:
        steps = [("reversed", income.reversed_by) if reversal else ("entered", income.entered_by)]
        line |= {"source": income.source.value, "paper": income.voucher, "payee": income.giver}
        line["reason"] = income.reversed_reason if reversal else None
    elif view is not None:
        in_need = is_in_need(view)
        steps = steps_of(view) if reversal else steps_of(view)[:-1]
        if returned is not None:
            steps = [("entered", returned.entered_by)]
        line |= disbursement_words(view, returned, reversal=reversal, in_need=in_need)
    elif move is not None:
        steps = [("entered", move.entered_by)]
        line |= {"source": "difference" if amount_fen > 0 else None, "reason": move.note}
        line["purpose"] = "difference" if amount_fen < 0 else None
    elif more is not None:
        steps = [more.reversal] if reversal and more.reversal else list(more.steps)
        line |= {"source": more.source, "purpose": more.purpose}
        line |= {"paper": more.paper, "payee": more.payee}
        line["reason"] = more.reversal_reason if reversal else None
    return BookLine(
        voucher=event.seq + 1,
        event_id=event.id,
        kind=event.kind.value,
        day=None if in_need else event.occurred_on,
        month=event.occurred_on.strftime("%Y-%m"),
        amount_fen=amount_fen,
        remaining_fen=remaining_fen,
        hands=tuple(
            Hand(step, records.names.get(person, _("no longer known")))
            for step, person in steps
            if person is not None
        ),
        **line,
    )


def is_in_need(view: DisbursementView) -> bool:
    """Whether the payee is in need, and so is masked and shown by month."""
    purpose = purposes().get(view.disbursement.purpose)
    return purpose is not None and purpose.in_need and not view.disbursement.payee_has_role


def disbursement_words(
    view: DisbursementView, returned: PaymentReturn | None, *, reversal: bool, in_need: bool
) -> dict[str, Any]:
    """What the book says of a disbursement: of one in need nothing that tells who it is."""
    disbursement = view.disbursement
    reason = disbursement.reason
    if returned is not None:
        reason = returned.reason
    elif reversal and disbursement.ended_reason is not None:
        reason = disbursement.ended_reason
    return {
        "purpose": disbursement.purpose,
        "paper": None if in_need else disbursement.voucher,
        "payee": view.payee.public_name,
        "reason": None if in_need else reason,
    }
