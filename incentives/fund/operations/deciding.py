"""The decisions on a disbursement: evaluated by the review group, approved by supervisors."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor, Role
from incentives.access.duties import (
    decides_here,
    refuse_from_above,
    refuse_own_entry,
    refuse_same_person,
)
from incentives.access.permissions import require
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.fund.models import (
    REASON_LENGTH,
    Decision,
    Disbursement,
    DisbursementApproval,
    Status,
)
from incentives.fund.operations.capping import refuse_over_cap
from incentives.fund.operations.steps import (
    find_for_step,
    move_on,
    record,
    refuse_payee,
    refuse_wrong_state,
)
from incentives.fund.queries.budgets import UNDER_WAY
from incentives.fund.queries.lists import homes_decided_with, lists_with
from incentives.fund.queries.nearby import nearby_totals
from incentives.fund.queries.payees import paid_to, payee_holds_role
from incentives.fund.states import Action
from incentives.register.deciders import is_too_small
from incentives.texts import check_text, optional_text

VILLAGE_CODE = 12

# Set by notices: whether an objection to this disbursement is still to be ruled on.
objection_open: list[Callable[[UUID], bool]] = []


def evaluate_disbursement(
    *,
    village: str,
    disbursement_id: UUID,
    decision: Decision,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> Disbursement:
    """Say, for the review group, whether the money should be given; a no needs a reason.

    Refuses who applied, somebody of the payee's household, and the township's reviewer where the
    village has one of its own who may.
    """
    require(actor, "disbursement.evaluate", village)
    disbursement = find_for_step(village, disbursement_id)
    refuse_own_entry(actor, disbursement.applied_by)
    refuse_payee(actor, disbursement)
    too_small = not decides_here(actor, Role.REVIEWER, village) and lacks_reviewer(disbursement)
    refuse_from_above(actor, Role.REVIEWER, village, too_small=too_small)
    refuse_wrong_state(disbursement, Action.EVALUATE)
    if decision is Decision.REJECT:
        return end(disbursement, reason, actor=actor, now=now)
    move_on(
        disbursement,
        Action.EVALUATE,
        evaluated_by=actor.person,
        evaluated_at=now,
        evaluation_reason=optional_text(reason, "/reason", REASON_LENGTH),
    )
    record(disbursement, audit.Tag.DISBURSEMENT_EVALUATED, actor=actor, now=now)
    return disbursement


def lacks_reviewer(disbursement: Disbursement) -> bool:
    """Whether no reviewer of the village's own may evaluate this, or the list that it stands on."""
    return is_too_small(
        disbursement.village,
        Role.REVIEWER,
        people=[disbursement.applied_by, *paid_to([disbursement])[disbursement.id].people],
        households=homes_decided_with(disbursement),
    )


def approve_disbursement(
    *,
    village: str,
    disbursement_id: UUID,
    decision: Decision,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> Disbursement:
    """Say, as a supervisor, whether the money may be paid; a no needs a reason and ends it.

    Above `second_approval_fen`, with what others bring the same payee within 30 days, two
    supervisors approve; to a payee with a role in the village one of them is the township's. Until
    the last of them it stays where it is. Refuses who applied or evaluated, who has decided
    already, somebody of the payee's household, what is still to be published or in notice, or has
    an objection open, and more than the assembly's cap leaves by now.
    """
    require(actor, "disbursement.approve", village)
    ledger.hold([village])
    disbursement = find_for_step(village, disbursement_id)
    earlier = approvals_of(disbursement.id)
    refuse_own_entry(actor, disbursement.applied_by)
    refuse_same_person(actor, disbursement.evaluated_by, *(each.approver for each in earlier))
    refuse_payee(actor, disbursement)
    if decision is Decision.APPROVE:
        refuse_unpublished(disbursement)
        refuse_over_cap([disbursement], ahead_only=True)
    else:
        reason = check_text(reason, "/reason", REASON_LENGTH)
        refuse_unevaluated(disbursement)
        refuse_wrong_state(disbursement, Action.REJECT)
    approval = DisbursementApproval(
        disbursement_id=disbursement.id,
        approver=actor.person,
        decision=decision,
        from_above=is_from_above(actor, village),
        reason=optional_text(reason, "/reason", REASON_LENGTH),
        decided_at=now,
    )
    db.session.add(approval)
    db.session.flush()
    if decision is Decision.REJECT:
        return end(disbursement, reason, actor=actor, now=now)
    note_role(disbursement)
    if lacking_approvals(disbursement, [*earlier, approval], decided_total(disbursement)) == 0:
        move_on(disbursement, Action.APPROVE)
    record(disbursement, audit.Tag.DISBURSEMENT_APPROVED, actor=actor, now=now)
    return disbursement


def refuse_unpublished(disbursement: Disbursement) -> None:
    """Refuse to approve what isn't evaluated, or whose publication isn't over."""
    refuse_unevaluated(disbursement)
    refuse_wrong_state(disbursement, Action.APPROVE)
    if disbursement.status is Status.EVALUATED and disbursement.publicity_days > 0:
        raise WrongState(_("This must be published in a notice first"))
    if disbursement.status is Status.PUBLISHED and disbursement.concluded_at is None:
        raise WrongState(_("The notice isn't over yet, or an objection is open"))
    if any(is_open(disbursement.id) for is_open in objection_open):
        raise WrongState(_("An objection to this is still to be ruled on"))


def refuse_unevaluated(disbursement: Disbursement) -> None:
    """Refuse supervisors a decision on what the review group has still to evaluate."""
    if disbursement.status is Status.APPLIED:
        raise WrongState(_("The review group evaluates this first"))


def approvals_of(disbursement_id: UUID) -> list[DisbursementApproval]:
    """What supervisors have decided on a disbursement, oldest first."""
    return list(
        db.session.scalars(
            select(DisbursementApproval)
            .where(DisbursementApproval.disbursement_id == disbursement_id)
            .order_by(DisbursementApproval.decided_at, DisbursementApproval.approver)
        )
    )


def missing_approvals(
    disbursement: Disbursement, approvals: Sequence[DisbursementApproval], decided_fen: int
) -> int:
    """How many approvals are still to come before it can be paid; none once it is approved or over.

    While it isn't approved at least one is, as only an approval moves it on: another person's,
    also where what made it need two ended meanwhile.
    """
    if disbursement.status not in UNDER_WAY:
        return 0
    return max(1, lacking_approvals(disbursement, approvals, decided_fen))


def lacking_approvals(
    disbursement: Disbursement, approvals: Sequence[DisbursementApproval], decided_fen: int
) -> int:
    """How many approvals these fall short of; one is the township's where the payee has a role.

    `decided_fen` is the sum that is decided on: the list's where it stands on one, else its own,
    and what others bring the same payee within 30 days.
    """
    given = [each for each in approvals if each.decision is Decision.APPROVE]
    needed = 2 if decided_fen > disbursement.second_approval_fen else 1
    missing = max(0, needed - len(given))
    if disbursement.payee_has_role and not any(each.from_above for each in given):
        return max(1, missing)
    return missing


def decided_total(disbursement: Disbursement) -> int:
    """The sum that is decided on: its list's, else its own, and what is nearby."""
    of_list = lists_with([disbursement]).get(disbursement.id)
    own = disbursement.amount_fen if of_list is None else of_list[0].total_fen
    return own + nearby_totals([disbursement])[disbursement.id]


def note_role(disbursement: Disbursement) -> None:
    """Keep that the payee holds a role by now, who held none when it was applied for."""
    if not disbursement.payee_has_role and payee_holds_role(disbursement):
        disbursement.payee_has_role = True
        db.session.flush()


def is_from_above(actor: Actor, village: str) -> bool:
    """Whether the actor approves for a township or county, above the village."""
    return any(
        held.role is Role.SUPERVISOR and len(held.division) < VILLAGE_CODE and held.covers(village)
        for held in actor.roles
    )


def reject_disbursement(
    *, village: str, disbursement_id: UUID, reason: str, actor: Actor, now: datetime
) -> Disbursement:
    """End a disbursement at any step before payment, with a reason.

    Refuses who applied, and somebody of the payee's household.
    """
    require(actor, "disbursement.reject", village)
    disbursement = find_for_step(village, disbursement_id)
    refuse_own_entry(actor, disbursement.applied_by)
    refuse_payee(actor, disbursement)
    return end(disbursement, reason, actor=actor, now=now)


def end(
    disbursement: Disbursement, reason: str | None, *, actor: Actor, now: datetime
) -> Disbursement:
    """Reject a disbursement; refuses one without a reason, or that was paid or is over."""
    reason = check_text(reason, "/reason", REASON_LENGTH)
    move_on(disbursement, Action.REJECT, ended_by=actor.person, ended_at=now, ended_reason=reason)
    record(
        disbursement,
        audit.Tag.DISBURSEMENT_REJECTED,
        actor=actor,
        now=now,
        details={"reason": reason},
    )
    return disbursement
