"""Awards by HTTP: proposals, claims, review, reversal."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may, refuse_others
from incentives.access.queries import person_names
from incentives.awards import cover, lists, operations, queries, schemas, timeline
from incentives.awards.api.shared import VILLAGE, blueprint
from incentives.awards.models import Award
from incentives.awards.queries import AwardView
from incentives.clock import now, village_day
from incentives.database import columns
from incentives.web.api import reads, writes
from incentives.web.cursors import page

ONE = f"{VILLAGE}/awards/<uuid:award_id>"


def act_of(body: dict[str, Any]) -> operations.Act:
    """What was done, taken out of a body."""
    return operations.Act(
        rule_item=body.pop("rule_item"),
        occurred_on=body.pop("occurred_on"),
        note=body.pop("note", None),
        evidence=body.pop("evidence", ()),
    )


def award_outputs(views: Sequence[AwardView], actor: Actor) -> list[dict[str, Any]]:
    """Awards as the caller may read them, with the names of those who decided."""
    names = person_names({person for view in views for person in view.people})
    return [award_output(view, names, actor) for view in views]


def award_output(view: AwardView, names: dict[UUID, str], actor: Actor) -> dict[str, Any]:
    """One award; evidence is for those who review and for who earned it."""
    award = view.award
    shown = (
        may(actor, "award.review", award.village)
        or award.household_id == actor.household_id
        or award.proposed_by == actor.person
    )
    return {
        **columns(award),
        "rule_item": award.rule_code,
        "name_zh": view.item.name_zh,
        "name_en": view.item.name_en,
        "holder": view.holder,
        "evidence": view.evidence if shown else [],
        "evidence_erased": view.evidence_erased,
        "proposer": names.get(award.proposed_by),
        "reviews": [{**columns(each), "name": names.get(each.reviewer)} for each in view.reviews],
        "turns": [{**columns(each), "name": names.get(each.turned_by)} for each in view.turns],
    }


def one_output(award: Award, actor: Actor) -> dict[str, Any]:
    """One award as an answer."""
    return award_outputs(queries.award_views([award]), actor)[0]


@blueprint.route(f"{VILLAGE}/awards")
@reads(schemas.AwardPage, query=lists.AWARDS.query, permission="award.read", own=True)
def get_awards(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's awards, newest first; residents see their own household's."""
    actor = current_actor()
    chosen = lists.AWARDS.narrow(queries.awards(village), query)
    if not may(actor, "award.read", village):
        chosen = chosen.where(Award.household_id == actor.household_id)
    found = page(chosen, [Award.id.desc()], query)
    views = queries.award_views(found["items"])
    return {"items": award_outputs(views, actor), "next": found["next"]}


@blueprint.route(f"{VILLAGE}/awards", methods=["POST"])
@writes(schemas.AwardOutput, status=201, body=schemas.AwardInput, permission="award.propose")
def post_award(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Propose points for a person or a household."""
    actor = current_actor()
    did = act_of(body)
    award = operations.propose_award(village=village, act=did, actor=actor, now=now(), **body)
    warnings = cover.warnings(village, 0, village_day(now()))
    view = queries.award_views([award])[0] if did.evidence else queries.new_award_view(award)
    return {**award_outputs([view], actor)[0], "warnings": warnings}


@blueprint.route(f"{VILLAGE}/claims", methods=["POST"])
@writes(schemas.AwardOutput, status=201, body=schemas.ClaimInput, permission="award.read", own=True)
def post_claim(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for points for one's own household; staff may for a resident, named `on_behalf_of`."""
    actor = current_actor()
    award = operations.claim_award(
        village=village, act=act_of(body), actor=actor, now=now(), **body
    )
    return one_output(award, actor)


@blueprint.route(f"{VILLAGE}/awards/review", methods=["POST"])
@writes(schemas.AwardsOutput, body=schemas.ReviewsInput, permission="award.review")
def post_reviews(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Approve or reject many awards, all or none."""
    actor = current_actor()
    awards = operations.review_awards(
        village=village,
        award_ids=body["ids"],
        decision=body["decision"],
        reason=body.get("reason"),
        actor=actor,
        now=now(),
    )
    return {"items": award_outputs(queries.award_views(awards), actor)}


@blueprint.route(ONE)
@reads(schemas.AwardOutput, permission="award.read", own=True)
def get_award(village: str, award_id: UUID) -> dict[str, Any]:
    """One award; residents see their own household's."""
    actor = current_actor()
    award = queries.get_award(village, award_id)
    refuse_others(actor, "award.read", village, award.household_id)
    return one_output(award, actor)


@blueprint.route(f"{ONE}/timeline")
@reads(schemas.TimelineOutput, permission="award.read", own=True)
def get_timeline(village: str, award_id: UUID) -> dict[str, Any]:
    """Everything that happened to an award, from its rule to its proof, and what comes next."""
    view = queries.award_view(village, award_id)
    refuse_others(current_actor(), "award.read", village, view.award.household_id)
    steps = timeline.steps_of(view)
    return {"id": award_id, "status": view.award.status, "steps": steps}


@blueprint.route(ONE, methods=["PATCH"])
@writes(schemas.AwardOutput, body=schemas.AwardChange, permission="award.read", own=True)
def patch_award(village: str, award_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Mend an award until somebody has reviewed it; only who entered it may."""
    actor = current_actor()
    award = operations.edit_award(
        village=village, award_id=award_id, changes=body, actor=actor, now=now()
    )
    return one_output(award, actor)


@blueprint.route(f"{ONE}/review", methods=["POST"])
@writes(schemas.AwardOutput, body=schemas.ReviewInput, permission="award.review")
def post_review(village: str, award_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Approve or reject one award."""
    actor = current_actor()
    award = operations.review_award(
        village=village, award_id=award_id, actor=actor, now=now(), **body
    )
    return one_output(award, actor)


@blueprint.route(f"{ONE}/withdrawal", methods=["POST"])
@writes(schemas.AwardOutput, permission="award.read", own=True)
def post_withdrawal(village: str, award_id: UUID) -> dict[str, Any]:
    """Take back what one entered, before it is decided."""
    actor = current_actor()
    award = operations.withdraw_award(village=village, award_id=award_id, actor=actor, now=now())
    return one_output(award, actor)


@blueprint.route(f"{ONE}/reversal", methods=["POST"])
@writes(schemas.AwardOutput, status=201, body=schemas.TurnInput, permission="award.reverse")
def post_reversal(village: str, award_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take a posted award back, with a reason; what was spent of it waits as debt."""
    actor = current_actor()
    award = operations.reverse_award(
        village=village, award_id=award_id, reason=body["reason"], actor=actor, now=now()
    )
    return one_output(award, actor)


@blueprint.route(f"{ONE}/reinstatement", methods=["POST"])
@writes(schemas.AwardOutput, status=201, body=schemas.TurnInput, permission="award.reinstate")
def post_reinstatement(village: str, award_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Give an award again that was taken back; caps count again."""
    actor = current_actor()
    award = operations.reinstate_award(
        village=village, award_id=award_id, reason=body["reason"], actor=actor, now=now()
    )
    return one_output(award, actor)
