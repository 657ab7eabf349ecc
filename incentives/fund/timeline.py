"""A disbursement as a page shows it: its facts, who did what, what this person can do."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.fund.models import Decision, DisbursementApproval, Method, Status
from incentives.fund.operations import missing_approvals
from incentives.fund.queries import DisbursementView
from incentives.fund.states import BEFORE_PAYMENT
from incentives.fund.words import PLACES
from incentives.web.dates import day_word
from incentives.web.pages.timeline import step, steps_to_come

DONE = {
    "evaluation": lazy_gettext("Your evaluation is kept."),
    "approval": lazy_gettext("Your decision is kept."),
    "rejection": lazy_gettext("It ends here."),
    "withdrawal": lazy_gettext("The application is taken back."),
    "payment": lazy_gettext("Paid. It stands in the public book now."),
    "receipt": lazy_gettext("The receipt is kept."),
    "return": lazy_gettext("Entered. It stands in the public book now."),
    "return_reversal": lazy_gettext("Taken back. Both entries stand in the public book."),
    "reversal": lazy_gettext("Taken back. Both entries stand in the public book."),
}


@dataclass(frozen=True)
class Card:
    """What a page needs of one disbursement, for one person."""

    view: DisbursementView
    steps: list[dict[str, Any]]
    actions: list[str]
    missing_approvals: int
    waits: str | None
    why_two: str | None
    is_own: bool

    @property
    def row(self) -> Any:
        """The disbursement itself."""
        return self.view.disbursement

    @property
    def needs_another(self) -> bool:
        """Whether somebody approved it and it still takes another person."""
        return bool(self.view.approvals) and self.missing_approvals > 0


def card_of(view: DisbursementView, actor: Actor) -> Card:
    """A disbursement for this person."""
    return Card(
        view=view,
        steps=steps_of(view),
        actions=actions_of(view, actor),
        missing_approvals=missing_approvals(view.disbursement, view.approvals, view.decided_fen),
        waits=what_waits(view),
        why_two=why_two(view),
        is_own=is_own(view, actor),
    )


def is_own(view: DisbursementView, actor: Actor) -> bool:
    """Whether the payee is this person or of their household: then every step is another's."""
    return actor.household_id in view.paid.homes or actor.person in view.paid.people


def what_waits(view: DisbursementView) -> str | None:
    """In a sentence, what has to happen before it can be approved."""
    row = view.disbursement
    if row.status is Status.EVALUATED and row.publicity_days > 0:
        return _("It waits for the next notice.")
    if row.status is Status.PUBLISHED and row.concluded_at is None:
        return _("It is in a notice. Once that is over, the supervision committee decides.")
    if row.payee_has_role and row.status in (Status.EVALUATED, Status.PUBLISHED):
        return _("The payee holds a role in the village: the township approves too.")
    return None


def why_two(view: DisbursementView) -> str | None:
    """In a sentence, that two approve: for the sum of itself, or with what else the payee gets."""
    row = view.disbursement
    if row.status not in BEFORE_PAYMENT or view.decided_fen <= row.second_approval_fen:
        return None
    if view.decided_fen - view.nearby_fen > row.second_approval_fen:
        limit = f"{row.second_approval_fen / 100:.2f}"
        return _("Above %(yuan)s yuan two people approve", yuan=limit)
    return _(
        "With what this payee gets within 30 days it is %(yuan)s yuan: two approve",
        yuan=f"{view.decided_fen / 100:.2f}",
    )


def actions_of(view: DisbursementView, actor: Actor) -> list[str]:
    """What this person can do now, by role, state and what they did before."""
    row = view.disbursement
    own = is_own(view, actor)
    decided = {each.approver for each in view.approvals}
    mine = actor.person == row.applied_by
    earlier = decided | {row.evaluated_by}
    published = (row.status is Status.EVALUATED and row.publicity_days == 0) or (
        row.status is Status.PUBLISHED and row.concluded_at is not None
    )
    paid = row.status in (Status.PAID, Status.RECEIVED)
    takes_receipt = row.status in (Status.PAID, Status.RETURNED)
    rest = row.amount_fen - row.returned_fen
    before = row.status in BEFORE_PAYMENT
    decides = not own and not mine
    possible = {
        "evaluation": ("evaluate", row.status is Status.APPLIED and decides),
        "approval": ("approve", published and decides and actor.person not in earlier),
        "payment": (
            "pay",
            row.status is Status.APPROVED and not own and actor.person not in earlier,
        ),
        "receipt": ("receive", row.receipt_file_id is None and takes_receipt and not own),
        "return": ("return", (paid or row.status is Status.RETURNED) and rest > 0 and not own),
        "return_reversal": ("reverse_return", row.status is Status.RETURNED and not own),
        "reversal": ("reverse", paid and not own),
        "rejection": ("reject", before and decides and row.status is not Status.APPLIED),
        "withdrawal": ("withdraw", before and mine),
    }
    return [
        action
        for action, (permission, fits) in possible.items()
        if fits and may(actor, f"disbursement.{permission}", row.village)
    ]


def steps_of(view: DisbursementView) -> list[dict[str, Any]]:
    """Who did what and when, and what is still to come, for the timeline."""
    row = view.disbursement
    names = person_names(
        [
            row.applied_by,
            row.evaluated_by,
            row.paid_by,
            row.received_by,
            row.ended_by,
            *(each.approver for each in view.approvals),
            *(each.entered_by for each in view.returns),
            *(each.reversal.reversed_by for each in view.returns if each.reversal),
        ]
    )
    steps = [step(_("Applied for"), row.applied_by, row.applied_at, names, row.reason)]
    if row.evaluated_by is not None:
        evaluated = _("Evaluated by the review group")
        steps.append(
            step(evaluated, row.evaluated_by, row.evaluated_at, names, row.evaluation_reason)
        )
    if row.notice_id is not None:
        over = row.concluded_at is not None
        steps.append({"title": _("Notice over") if over else _("In notice"), "state": "done"})
    steps += [approval_step(each, names) for each in view.approvals]
    if row.paid_on is not None and row.method is not None:
        paper = _("Voucher %(number)s", number=row.voucher)
        moved = f"{where_and_when(row.method, row.paid_on)} · {paper}"
        steps.append(step(_("Paid"), row.paid_by, row.paid_at, names, moved))
    if row.received_by is not None:
        steps.append(step(_("Receipt kept"), row.received_by, row.received_at, names))
    for each in view.returns:
        amount = _("%(yuan)s yuan came back", yuan=f"{each.amount_fen / 100:.2f}")
        moved = f"{where_and_when(each.method, each.returned_on)} · {each.reason}"
        steps.append(step(amount, each.entered_by, each.entered_at, names, moved))
        if undone := each.reversal:
            said = f"{amount} · {undone.reason}"
            steps.append(step(_("Taken back"), undone.reversed_by, undone.reversed_at, names, said))
    if row.ended_by is not None:
        words = {
            Status.REJECTED: _("Not approved"),
            Status.WITHDRAWN: _("Withdrawn"),
            Status.REVERSED: _("Taken back"),
        }
        ended = words.get(row.status, "")
        steps.append(step(ended, row.ended_by, row.ended_at, names, row.ended_reason))
    unsigned = row.status is Status.RETURNED and row.receipt_file_id is None
    return steps + rest_of(Status.PAID if unsigned else row.status)


def where_and_when(method: Method, day: date) -> str:
    """Cash or bank, and the day on which money moved: another may be that of its entry."""
    return f"{PLACES[method.value]} · {day_word(day)}"


def approval_step(approval: DisbursementApproval, names: dict[UUID, str]) -> dict[str, Any]:
    """One supervisor's decision."""
    if approval.decision is Decision.REJECT:
        title = _("The supervision committee said no")
    elif approval.from_above:
        title = _("Approved by the township")
    else:
        title = _("Approved by the supervision committee")
    return step(title, approval.approver, approval.decided_at, names, approval.reason)


def rest_of(status: Status) -> list[dict[str, Any]]:
    """The steps that are still to be taken, the next one first."""
    rest = {
        Status.APPLIED: [_("The review group evaluates"), _("Approval"), _("Payment")],
        Status.EVALUATED: [_("Approval"), _("Payment")],
        Status.PUBLISHED: [_("Approval"), _("Payment")],
        Status.APPROVED: [_("Payment")],
        Status.PAID: [_("Receipt")],
    }.get(status, [])
    return steps_to_come(rest)
