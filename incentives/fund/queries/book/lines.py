"""A line of the public book: an event in words, with who it was for and who took which step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from flask_babel import gettext as _

from incentives.access.queries import person_names
from incentives.clock import village_day
from incentives.extensions import rows_by_id
from incentives.fund.models import Disbursement, Income, MoneyMove, PaymentReturn
from incentives.fund.purposes import DIFFERENCE
from incentives.fund.queries.disbursements import DisbursementView, disbursement_views
from incentives.fund.queries.payees import is_in_need
from incentives.ledger.kinds import Kind
from incentives.ledger.models import Event

Step = tuple[str, UUID | None]


@dataclass(frozen=True)
class Hand:
    """Who took a step: `step` is applied, evaluated, approved (for the township: approved_above),
    paid, entered, confirmed or reversed; other rooms have words of their own."""

    step: str
    name: str


@dataclass(frozen=True)
class BookLine:
    """A line of the public book. Amounts are in fen, below zero what went out.

    `day` is None for a payee in need, of whom only the `month` is shown (by its first day): neither
    `voucher` nor `event_id` nor `entered_on` then leads to the entry in the log, which has the day.
    """

    voucher: int | None
    event_id: UUID | None
    kind: str
    day: date | None
    entered_on: date | None
    month: date
    amount_fen: int
    remaining_fen: int
    source: str | None
    purpose: str | None
    paper: str | None
    payee: str | None
    reason: str | None
    hands: tuple[Hand, ...]

    @property
    def entered_later(self) -> date | None:
        """The day of its entry where that is of a later month, as what was left after it is."""
        later = self.entered_on is not None and self.entered_on.replace(day=1) > self.month
        return self.entered_on if later else None


@dataclass(frozen=True)
class MoreOfLine:
    """What is known of an event of the fund's money: where from or for what, and who took steps.

    `payee` is named in public; of one `in_need` no day, entry, paper or reason is shown.
    `reversal` is the last step of its taking back, after those of what was taken back.
    """

    paper: str | None
    steps: Sequence[Step]
    source: str | None = None
    purpose: str | None = None
    payee: str | None = None
    reason: str | None = None
    reversal: Step | None = None
    reversal_reason: str | None = None
    in_need: bool = False


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
    people |= {person for move in moves.values() for person in (move.entered_by, move.confirmed_by)}
    people |= {each.entered_by for each in returns.values()}
    people |= {each.reversal.reversed_by for each in returns.values() if each.reversal}
    for view in views.values():
        people |= {view.disbursement.ended_by, *(person for _step, person in steps_of(view))}
    return Records(income, moves, returns, views, others, person_names(people))


def steps_of(view: DisbursementView) -> list[Step]:
    """Who took which step of a disbursement up to its payment, in order."""
    disbursement = view.disbursement
    return [
        ("applied", disbursement.applied_by),
        ("evaluated", disbursement.evaluated_by),
        *(
            ("approved_above" if approval.from_above else "approved", approval.approver)
            for approval in view.approvals
        ),
        ("paid", disbursement.paid_by),
    ]


def line_of(event: Event, amount_fen: int, remaining_fen: int, records: Records) -> BookLine:
    """An event as a line of the book."""
    more = more_of(event, amount_fen, records)
    steps, reason = more.steps, more.reason
    if event.kind is Kind.REVERSAL and more.reversal is not None:
        steps, reason = [*steps, more.reversal], more.reversal_reason
    return BookLine(
        voucher=None if more.in_need else event.seq + 1,
        event_id=None if more.in_need else event.id,
        kind=event.kind.value,
        day=None if more.in_need else event.occurred_on,
        entered_on=None if more.in_need else village_day(event.at),
        month=event.occurred_on.replace(day=1),
        amount_fen=amount_fen,
        remaining_fen=remaining_fen,
        source=more.source,
        purpose=more.purpose,
        paper=None if more.in_need else more.paper,
        payee=more.payee,
        reason=None if more.in_need else reason,
        hands=tuple(
            Hand(step, records.names.get(person, _("no longer known")))
            for step, person in steps
            if person is not None
        ),
    )


def more_of(event: Event, amount_fen: int, records: Records) -> MoreOfLine:
    """What the records say of an event; nothing where they are gone."""
    nothing = MoreOfLine(paper=None, steps=())
    if event.record is None:
        return records.others.get(event.id, nothing)
    if event.record in records.income:
        return tell_income(records.income[event.record])
    if event.record in records.moves:
        return tell_move(records.moves[event.record], found=amount_fen > 0)
    if event.record in records.returns:
        returned = records.returns[event.record]
        return tell_return(returned, records.disbursements[returned.disbursement_id])
    if event.record in records.disbursements:
        return tell_disbursement(records.disbursements[event.record])
    return records.others.get(event.id, nothing)


def tell_income(income: Income) -> MoreOfLine:
    """What came in, from whom, and who took it back."""
    return MoreOfLine(
        paper=income.voucher,
        steps=[("entered", income.entered_by)],
        source=income.source.value,
        payee=income.giver,
        reversal=("reversed", income.reversed_by),
        reversal_reason=income.reversed_reason,
    )


def tell_move(move: MoneyMove, *, found: bool) -> MoreOfLine:
    """A difference that was found, or that two people counted."""
    return MoreOfLine(
        paper=None,
        steps=[("entered", move.entered_by), ("confirmed", move.confirmed_by)],
        source=DIFFERENCE if found else None,
        purpose=None if found else DIFFERENCE,
        reason=move.note,
    )


def tell_disbursement(view: DisbursementView) -> MoreOfLine:
    """A payment with all its steps, and who took it back and why."""
    disbursement = view.disbursement
    return MoreOfLine(
        paper=disbursement.voucher,
        steps=steps_of(view),
        purpose=disbursement.purpose,
        payee=view.payee.public_name,
        reason=disbursement.reason,
        reversal=("reversed", disbursement.ended_by),
        reversal_reason=disbursement.ended_reason,
        in_need=is_in_need(disbursement),
    )


def tell_return(returned: PaymentReturn, view: DisbursementView) -> MoreOfLine:
    """Money of a payment that came back: the payment's steps, and who entered that it did.

    And who took the return back and why.
    """
    undone = returned.reversal
    return replace(
        tell_disbursement(view),
        steps=[*steps_of(view), ("entered", returned.entered_by)],
        reason=returned.reason,
        reversal=("reversed", undone.reversed_by) if undone else None,
        reversal_reason=undone.reason if undone else None,
    )
