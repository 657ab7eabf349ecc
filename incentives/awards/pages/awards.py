"""A cadre's pages: the list of awards, one award's way."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.awards import cover, forms, lists, operations, queries, timeline, words
from incentives.awards.api.awards import get_awards
from incentives.awards.models import Award, AwardStatus
from incentives.awards.pages.shared import blank_form, blueprint
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.files.operations import keep_file
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage
from incentives.web.pages import Form, current_village, page, render

SHOWN = 40


@blueprint.get("/desk/awards")
@page(permission="award.read")
def list_awards() -> Any:
    """What was registered, newest first, by state."""
    village = current_village().code
    shown = ListPage(lists.AWARDS, get_awards, limit=SHOWN)
    chosen = lists.AWARDS.narrow(queries.awards(village), shown.query)
    found = shown.take(page_of(chosen, [Award.id.desc()], shown.query))
    return render(
        "awards/list.html",
        views=queries.award_views(found),
        status=shown.query.get("status"),
        statuses=list(AwardStatus),
        list=shown,
        may_propose=may(current_actor(), "award.propose", village),
        warnings=cover.warnings(village, 0, village_day(now())),
        words=words,
    )


@blueprint.get("/desk/awards/<uuid:award_id>")
@page(permission="award.read", own=True)
def show_award(award_id: UUID) -> Any:
    """One award: by which rule, who did what, what can be done."""
    return show(award_id)


def show(award_id: UUID, action: str | None = None, form: Form | None = None) -> Any:
    """The page of one award, with the form that was refused, if any."""
    village, actor = current_village().code, current_actor()
    view = queries.award_view(village, award_id)
    refuse_stranger(view.award, actor)

    def allows(permission: str) -> bool:
        return may(actor, permission, village)

    return render(
        "awards/show.html",
        view=view,
        award=view.award,
        steps=timeline.steps_of(view),
        actions=timeline.actions_of(view, actor, allows),
        granted=queries.is_granted(view.award),
        closed=why_closed(view, actor) if allows("award.review") else None,
        action=action,
        today=village_day(now()),
        form=form,
        blank=blank_form,
        may_list=allows("award.read"),
        may_see_evidence=allows("award.review")
        or view.award.proposed_by == actor.person
        or view.award.household_id == actor.household_id,
        words=words,
    )


def why_closed(view: queries.AwardView, actor: Actor) -> queries.Closed | None:
    """Why this reviewer can't decide on what waits; None where nothing waits, or they can."""
    award = view.award
    if award.status is not AwardStatus.PROPOSED or award.reviews_needed == 0:
        return None
    return timeline.why_closed(view, actor)


def refuse_stranger(award: Award, actor: Actor) -> None:
    """Refuse residents whose household it isn't."""
    if not may(actor, "award.read", award.village) and award.household_id != actor.household_id:
        raise NotFound()


FORMS: dict[str, Any] = {
    "withdrawal": None,
    "review": forms.OneReviewForm,
    "reversal": forms.ReasonForm,
    "reinstatement": forms.ReasonForm,
    "mending": forms.MendForm,
    "photo": forms.PhotoForm,
}


@blueprint.post("/desk/awards/<uuid:award_id>/<action>")
@page(permission="award.read", own=True)
def act(award_id: UUID, action: str) -> Any:
    """Do one of the things that an award's page offers."""
    if action not in FORMS:
        raise NotFound()
    village = current_village().code
    form = Form(FORMS[action])
    answer = form.accept(
        lambda: do(action, village, award_id, form.data),
        then=lambda award: url_for(".show_award", award_id=award.id),
        done=_("Kept."),
    )
    return answer or show(award_id, action, form)


def do(action: str, village: str, award_id: UUID, data: dict[str, Any]) -> Award:
    """Run the operation behind a button."""
    if action == "photo":
        return add_photo(village, award_id, data["photo"].read())
    if action == "mending":
        return operations.edit_award(
            village=village, award_id=award_id, changes=data, actor=current_actor(), now=now()
        )
    steps: dict[str, Callable[..., Award]] = {
        "withdrawal": operations.withdraw_award,
        "review": operations.review_award,
        "reversal": operations.reverse_award,
        "reinstatement": operations.reinstate_award,
    }
    return steps[action](
        village=village, award_id=award_id, actor=current_actor(), now=now(), **data
    )


def add_photo(village: str, award_id: UUID, content: bytes) -> Award:
    """Keep a photo or document and show it with the award."""
    actor, at = current_actor(), now()
    kept = queries.award_view(village, award_id).evidence
    file = keep_file(village=village, content=content, actor=actor, now=at)
    return operations.edit_award(
        village=village,
        award_id=award_id,
        changes={"evidence": [*kept, file.id]},
        actor=actor,
        now=at,
    )
