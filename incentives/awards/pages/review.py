"""The review group's queue, and the township's of what was sent up: the oldest first."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.awards import cover, forms, operations, queries, words
from incentives.awards.models import Award
from incentives.awards.operations.evidence import NEEDS_FILE
from incentives.awards.pages.shared import blueprint
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.register.queries import divisions_by_code
from incentives.web.cursors import page as page_of
from incentives.web.pages import Form, current_village, page, render

SHOWN = 50


@blueprint.route("/review", methods=["GET", "POST"])
@page(permission="award.review")
def review() -> Any:
    """What waits in the village, and the decision on what was ticked."""
    village = current_village().code
    form = Form(forms.ReviewForm)
    answer = form.accept(
        lambda: operations.review_awards(village=village, **decided(form)),
        then=lambda _awards: url_for(".review"),
        done=_("Your decision is kept."),
    )
    if answer:
        return answer
    actor = current_actor()
    return show_queue(
        form,
        queries.to_review(village),
        here=url_for(".review"),
        mine=queries.count_of(queries.reviewable_by(village, actor)),
        warnings=cover.warnings(village, 0, village_day(now())),
        sent_up_url=url_for(".review_sent_up") if divisions_above(actor) else None,
    )


@blueprint.route("/review/sent-up", methods=["GET", "POST"])
@page(permission="award.review_above", village=False)
def review_sent_up() -> Any:
    """What villages are too small to decide, for the township's reviewer or supervisor."""
    actor, form = current_actor(), Form(forms.ReviewForm)
    above = divisions_above(actor)
    if not above:
        raise NotFound()
    answer = form.accept(
        lambda: operations.review_sent_up(under=above, **decided(form)),
        then=lambda _awards: url_for(".review_sent_up"),
        done=_("Your decision is kept."),
    )
    if answer:
        return answer
    return show_queue(
        form,
        queries.sent_up_under(above),
        here=url_for(".review_sent_up"),
        mine=queries.count_of(queries.reviewable_above(above, actor)),
        above=True,
    )


def divisions_above(actor: Actor) -> list[str]:
    """The townships or counties for whose villages the actor decides what is sent up."""
    held = {each.division for each in actor.roles}
    return sorted(each for each in held if may(actor, "award.review_above", each))


def decided(form: Form) -> dict[str, Any]:
    """The decision on what was ticked."""
    data = form.data
    return {
        "award_ids": data["ids"],
        "decision": data["decision"],
        "reason": data.get("reason"),
        "actor": current_actor(),
        "now": now(),
    }


def show_queue(form: Form, chosen: Any, *, here: str, above: bool = False, **more: Any) -> Any:
    """A queue, the oldest first; what somebody else must decide is shown as such."""
    after = request.args.get("after")
    found = page_of(chosen, [Award.id], {"limit": SHOWN, "after": after})
    waiting = queries.queue(found["items"], current_actor(), now())
    ticked = form.values.get("ids", [])
    people = {person for each in waiting for person in each.view.people}
    return render(
        "awards/review.html",
        form=form,
        waiting=waiting,
        open_ids=[each.view.award.id for each in waiting if each.closed is None],
        names=person_names(people),
        villages=divisions_by_code([each.village for each in waiting]) if above else {},
        above=above,
        here=here,
        next_url=found["next"] and f"{here}?after={found['next']}",
        first_url=here if after else None,
        ticked=[ticked] if isinstance(ticked, str) else ticked,
        needs_file=NEEDS_FILE,
        words=words,
        **more,
    )
