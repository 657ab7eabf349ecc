"""What villages can't decide by themselves: the queue of a township's reviewers and supervisors.

A village is too small for a step where fewer of its own people may take it than it takes, or where
the payee holds a role in the village, whose payment the township approves in any case. A list is
decided on as one: who lives in one payee's household may not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import and_, or_, select

from incentives.access.actor import Actor, Role
from incentives.access.permissions import VILLAGE_CODE
from incentives.extensions import db
from incentives.fund.models import Decision, Disbursement, Status
from incentives.fund.queries.disbursements import DisbursementView, disbursement_views
from incentives.fund.queries.lists import homes_on
from incentives.register.deciders import is_too_small
from incentives.web.guard import Village, get_village

EVALUATION, APPROVAL = "evaluation", "approval"
STEPS = {Role.REVIEWER: EVALUATION, Role.SUPERVISOR: APPROVAL}


@dataclass(frozen=True)
class SentUp:
    """A disbursement that a village sends up: at which step; why, `too_small` or `role`."""

    village: Village
    view: DisbursementView
    step: str
    why: str


def divisions_above(actor: Actor) -> dict[str, list[str]]:
    """By step, the townships and counties for which this person takes it."""
    return {
        step: sorted(
            held.division
            for held in actor.roles
            if held.role is role and len(held.division) < VILLAGE_CODE
        )
        for role, step in STEPS.items()
    }


def sent_up_to(actor: Actor, under: str | None = None) -> list[SentUp]:
    """What waits for this person from villages that can't decide it, oldest first.

    `under` narrows it to one division. What this person had a hand in, or whose payee's household
    they live in, is left out.
    """
    found: list[SentUp] = []
    homes = homes_of_lists()
    for step, divisions in divisions_above(actor).items():
        for view in views_of(waiting_at(step, [under] if under else divisions)):
            row = view.disbursement
            if not any(row.village.startswith(each) for each in divisions):
                continue
            households = homes(view)
            hands = hands_of(view)
            if actor.person in hands or actor.household_id in households:
                continue
            why = why_sent_up(view, step, households)
            if why is not None:
                found.append(SentUp(get_village(row.village), view, step, why))
    return sorted(found, key=lambda each: each.view.disbursement.id)


def waiting_at(step: str, divisions: Sequence[str]) -> list[Disbursement]:
    """What stands before a step in the villages of these divisions."""
    below = or_(False, *(Disbursement.village.startswith(each) for each in divisions))
    ready = Disbursement.status == Status.APPLIED
    if step == APPROVAL:
        ready = or_(
            and_(Disbursement.status == Status.EVALUATED, Disbursement.publicity_days == 0),
            and_(Disbursement.status == Status.PUBLISHED, Disbursement.concluded_at.is_not(None)),
        )
    return list(
        db.session.scalars(select(Disbursement).where(below, ready).order_by(Disbursement.id))
    )


def views_of(rows: Sequence[Disbursement]) -> list[DisbursementView]:
    """These disbursements with all that belongs to them, village by village."""
    villages = dict.fromkeys(row.village for row in rows)
    return [
        view
        for village in villages
        for view in disbursement_views([row for row in rows if row.village == village])
    ]


def hands_of(view: DisbursementView) -> set[UUID | None]:
    """Who applied for it, evaluated it, decided on it, or is paid: they take no step of it."""
    row = view.disbursement
    decided = (each.approver for each in view.approvals)
    return {row.applied_by, row.evaluated_by, *decided, *view.paid.people} - {None}


def homes_of_lists() -> Callable[[DisbursementView], set[UUID]]:
    """What tells the households that money goes to which is decided on with a disbursement.

    Those of a list are read once.
    """
    kept = cache(homes_on)
    return lambda view: kept(view.of_list[0].id) if view.of_list else set(view.paid.homes)


def why_sent_up(view: DisbursementView, step: str, households: set[UUID]) -> str | None:
    """Why the village can't take the step by itself, None where it can."""
    row = view.disbursement
    given = [each for each in view.approvals if each.decision is Decision.APPROVE]
    if step == APPROVAL and row.payee_has_role and not any(each.from_above for each in given):
        return "role"
    wanted = 1
    if step == APPROVAL:
        needed = 2 if view.decided_fen > row.second_approval_fen else 1
        wanted = max(1, needed - len(given))
    small = is_too_small(
        row.village,
        Role.REVIEWER if step == EVALUATION else Role.SUPERVISOR,
        people=hands_of(view),
        households=households,
        wanted=wanted,
    )
    return "too_small" if small else None
