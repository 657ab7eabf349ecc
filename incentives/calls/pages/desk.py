"""A village's calls for its cadre: the list, and a report in two taps."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.calls import lists, queries, schemas
from incentives.calls.api.calls import get_calls, report
from incentives.calls.models import Call, CallSource, Category
from incentives.calls.outputs import call_rows
from incentives.calls.pages.blueprint import blueprint
from incentives.calls.pages.shared import category_options
from incentives.calls.words import CATEGORIES, SOURCES, STATES
from incentives.extensions import db
from incentives.register.queries import grids_of
from incentives.web.cursors import page as page_of
from incentives.web.guard import Village
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, current_village, nav_item, page, render

IDLE_SHOWN = 20


def calls_wait(actor: Actor, village: Village) -> int:
    """How many calls wait for this person: none for those who only read them."""
    return queries.count_to_sort(village.code) if may(actor, "call.sort", village.code) else 0


nav_item(_("Calls"), "/desk/calls", permission="village_call.read", order=25, count=calls_wait)


@blueprint.get("/desk/calls")
@page(permission="call.read")
def desk_calls() -> Any:
    """The village's calls, newest first; first those that wait to be looked at, or sent on."""
    village, actor = current_village().code, current_actor()
    sorts = may(actor, "call.sort", village)
    idle = queries.idle_calls(village).order_by(Call.id).limit(IDLE_SHOWN)
    shown = ListPage(lists.CALLS, get_calls, limit=30)
    narrowed = lists.CALLS.narrow(queries.calls(village), shown.query)
    chosen = queries.readable_calls(narrowed, village, actor)
    rows = call_rows(shown.take(page_of(chosen, [Call.id.desc()], shown.query)))
    return render(
        "calls/desk.html",
        calls=rows,
        list=shown,
        categories=CATEGORIES,
        states=STATES,
        waiting=queries.count_to_look(village) if sorts else 0,
        idle=call_rows(db.session.scalars(idle).all()) if sorts else [],
        may_report=may(actor, "call.report", village),
    )


export_page(blueprint, "/desk/calls", get_calls, lists.CALLS)


@blueprint.route("/desk/calls/new", methods=["GET", "POST"])
@page(permission="call.report")
def new_call() -> Any:
    """Report what one sees in two taps, or what a slip in the paper box says."""
    village = current_village().code
    form = Form(schemas.CallInput)
    answer = form.accept(
        lambda: report(village, {"source": CallSource.DESK, **form.data}),
        then=lambda reported: url_for(
            ".show_call", village=village, call_id=reported.call.id, link=reported.secret
        ),
        done=_("Reported."),
        secret=True,
    )
    return answer or render(
        "calls/new.html",
        form=form,
        routes=routes_here(village),
        sources=[(each.value, SOURCES[each]) for each in (CallSource.DESK, CallSource.BOX)],
        grids=[(grid.code, grid.name_zh) for grid in grids_of(village)],
    )


def routes_here(village: str) -> list[tuple[str, Any, str]]:
    """The categories, each with the name of the office that a tap on it sends a report to."""
    routed = queries.routes_of(village)
    return [
        (value, word, routed[Category(value)].name if Category(value) in routed else "")
        for value, word in category_options()
    ]
