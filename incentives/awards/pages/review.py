"""The review group's queue, and the township's of what was sent up: the oldest first."""

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from sqlalchemy import Select

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.awards import cover, forms, lists, operations, queries, words
from incentives.awards.api.review import get_review_queue, queue_page, waiting_page
from incentives.awards.models import Award
from incentives.awards.operations.evidence import NEEDS_FILE
from incentives.awards.pages.shared import blueprint
from incentives.clock import now, village_day
from incentives.errors import NotFound
from incentives.register.queries import divisions_by_code
from incentives.web.lists import ListPage, Place, export_page
from incentives.web.pages import Form, current_village, page, render

SHOWN = 50


def divisions_of_reader() -> list[str]:
    """The divisions for which the reader decides what was sent up; refuses who has none."""
    above = queries.divisions_above(current_actor())
    if not above:
        raise NotFound()
    return above


HERE = Place(path=lambda: {"code": current_village().code})
ABOVE = Place(read=lambda query: queue_page(queries.sent_up_under(divisions_of_reader()), query))


@blueprint.route("/review", methods=["GET", "POST"])
@page(permission="award.review")
def review() -> Any:
    """What waits in the village, and the decision on what was ticked."""
    village, actor = current_village().code, current_actor()
    shown = ListPage(lists.REVIEW_HERE, get_review_queue, limit=SHOWN, place=HERE)
    form = Form(forms.ReviewForm)
    answer = form.accept(
        lambda: operations.review_awards(village=village, **decided(form)),
        then=lambda _awards: shown.here_url,
        done=_("Your decision is kept."),
    )
    return answer or show_queue(
        form,
        shown,
        queries.to_review(village),
        mine=queries.count_of(queries.reviewable_by(village, actor)),
        warnings=cover.warnings(village, 0, village_day(now())),
        sent_up_url=url_for(".review_sent_up") if queries.divisions_above(actor) else None,
        publishes=may(actor, "notice.make", village),
    )


@blueprint.route("/review/sent-up", methods=["GET", "POST"])
@page(permission="award.review_above", village=False)
def review_sent_up() -> Any:
    """What villages are too small to decide, for the township's reviewer or supervisor."""
    above = divisions_of_reader()
    shown = ListPage(lists.REVIEW_ABOVE, get_review_queue, limit=SHOWN, place=ABOVE)
    form = Form(forms.ReviewForm)
    answer = form.accept(
        lambda: operations.review_sent_up(under=above, **decided(form)),
        then=lambda _awards: shown.here_url,
        done=_("Your decision is kept."),
    )
    return answer or show_queue(
        form,
        shown,
        queries.sent_up_under(above),
        mine=queries.count_of(queries.reviewable_above(above, current_actor())),
        above=True,
    )


export_page(blueprint, "/review", get_review_queue, lists.REVIEW_HERE, place=HERE)
export_page(
    blueprint,
    "/review/sent-up",
    get_review_queue,
    lists.REVIEW_ABOVE,
    place=ABOVE,
    permission="award.review_above",
)


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


def show_queue(
    form: Form, shown: ListPage, chosen: Select[Award], *, above: bool = False, **more: Any
) -> Any:
    """A queue, the oldest first; what somebody else must decide is shown as such.

    Where all of a page was decided and nothing comes after it, it begins again at the oldest.
    """
    waiting, following = waiting_page(chosen, shown.query)
    if not waiting and shown.query.get("after") and form.status == 200:
        return redirect(shown.narrowed(), 303)
    shown.take({"items": waiting, "next": following})
    ticked = form.values.get("ids", [])
    people = {person for each in waiting for person in each.view.people}
    return render(
        "awards/review.html",
        form=form,
        list=shown,
        waiting=waiting,
        open_ids=[each.view.award.id for each in waiting if each.closed is None],
        names=person_names(people),
        villages=divisions_by_code([each.village for each in waiting]) if above else {},
        above=above,
        ticked=[ticked] if isinstance(ticked, str) else ticked,
        needs_file=NEEDS_FILE,
        words=words,
        **more,
    )
