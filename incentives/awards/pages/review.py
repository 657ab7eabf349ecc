"""The review group's queue: the oldest first, one or many in one go."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from incentives.access.actor import current_actor
from incentives.access.queries import person_names
from incentives.awards import forms, operations, queries, words
from incentives.awards.models import Award
from incentives.awards.operations.evidence import NEEDS_FILE
from incentives.awards.pages.shared import blueprint
from incentives.clock import now
from incentives.extensions import db
from incentives.web.pages import Form, current_village, page, render

SHOWN = 100


@blueprint.route("/review", methods=["GET", "POST"])
@page(permission="award.review")
def review() -> Any:
    """What waits for this reviewer, and the decision on what was ticked."""
    village = current_village().code
    form = Form(forms.ReviewForm)
    answer = form.accept(
        lambda: decide(village, form.data),
        then=lambda _awards: url_for(".review"),
        done=_("Your decision is kept."),
    )
    return answer or show_queue(village, form)


def decide(village: str, data: dict[str, Any]) -> list[Award]:
    """Approve or reject what was ticked."""
    return operations.review_awards(
        village=village,
        award_ids=data["ids"],
        decision=data["decision"],
        reason=data.get("reason"),
        actor=current_actor(),
        now=now(),
    )


def show_queue(village: str, form: Form) -> Any:
    """The queue, the oldest first."""
    chosen = queries.reviewable_by(village, current_actor())
    found = list(db.session.scalars(chosen.order_by(Award.id).limit(SHOWN)))
    views = queries.award_views(found)
    ticked = form.values.get("ids", [])
    return render(
        "awards/review.html",
        form=form,
        views=views,
        names=person_names({view.award.proposed_by for view in views}),
        waiting=queries.count_of(chosen),
        others=queries.count_of(queries.to_review(village)),
        ticked=[ticked] if isinstance(ticked, str) else ticked,
        needs_file=NEEDS_FILE,
        words=words,
    )
