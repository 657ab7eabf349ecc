"""For anyone: what was called for in a village, report something, follow it by its link."""

from typing import Any
from uuid import UUID

from flask import render_template, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, find_actor
from incentives.access.limits import reports
from incentives.access.permissions import may
from incentives.calls import lists, operations, queries, schemas
from incentives.calls.api.calls import get_public_calls, report
from incentives.calls.models import Call, CallSource
from incentives.calls.outputs import call_rows, followed_call
from incentives.calls.pages.blueprint import blueprint
from incentives.calls.pages.shared import category_options, forms_of, pictures_of, timeline_of
from incentives.calls.words import CATEGORIES, STATES
from incentives.clock import now
from incentives.files.api import file_response, thumbnail_response
from incentives.register.queries import find_household, grids_of, members_of
from incentives.register.sections import own_sections
from incentives.web.cursors import page as page_of
from incentives.web.guard import get_village
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, page, public_place, render

RATINGS = [
    ("5", _("Very good")),
    ("4", _("Quite good")),
    ("3", _("All right")),
    ("2", _("Poor")),
    ("1", _("Bad")),
]

public_place(_("Report something, and what became of it"), "/v/{village}/calls", order=10)


@blueprint.get("/v/<village>/calls")
@page(permission=None)
def list_calls(village: str) -> Any:
    """What was called for, which office has it, how far it is; never by whom."""
    shown = ListPage(lists.PUBLIC_CALLS, get_public_calls, limit=30)
    chosen = lists.PUBLIC_CALLS.narrow(queries.public_calls(village), shown.query)
    found = shown.take(page_of(chosen, [Call.id.desc()], shown.query))
    rows = call_rows(found)
    return render("calls/public.html", calls=rows, list=shown, categories=CATEGORIES, states=STATES)


export_page(blueprint, "/v/<village>/calls", get_public_calls, lists.PUBLIC_CALLS)


@blueprint.route("/v/<village>/calls/new", methods=["GET", "POST"])
@reports
@page(permission=None)
def report_here(village: str) -> Any:
    """Report something, signed or not; the next page is the caller's own."""
    form = Form(schemas.CallInput(exclude=["source"]))
    answer = form.accept(
        lambda: report(village, form.data | {"source": CallSource.PAGE}),
        then=lambda reported: url_for(".follow", secret=reported.secret),
        done=_("Reported. Keep this page's address: by it you see what becomes of it."),
        secret=True,
    )
    return answer or render(
        "calls/report.html",
        form=form,
        categories=category_options(),
        grids=[(grid.code, grid.name_zh) for grid in grids_of(village)],
        **caller_choice(known_here(village)),
    )


def caller_choice(holder: Actor | None) -> dict[str, Any]:
    """As whom one reports: a household's card asks who of them it is, its head first."""
    if holder is None or holder.household_id is None or holder.resident_id is not None:
        return {"holder": holder, "members": []}
    head_id = find_household(str(holder.village), holder.household_id).head_id
    people = sorted(
        members_of([holder.household_id])[holder.household_id], key=lambda each: each.id != head_id
    )
    return {"holder": holder, "members": [(each.id, each.name) for each in people]}


def known_here(village: str) -> Actor | None:
    """Who reports by card or as staff; None: anyone."""
    actor = find_actor()
    return actor if actor and may(actor, "call.report", village, own=True) else None


def show_followed(secret: str, form: Form, at: str | None = None) -> Any:
    """A call's page for whoever has its link; `at` says which of its forms was refused."""
    call = queries.call_by_secret(secret)
    followed = followed_call(call, now())

    def photo_address(which: str, photo_id: UUID) -> str:
        return url_for(f".{which}_photo", secret=secret, photo_id=photo_id)

    return render(
        "calls/follow.html",
        village=get_village(call.village),
        secret=secret,
        form=form,
        form_of=forms_of(form, at),
        call=followed,
        pictures=pictures_of(followed["photo_id"], photo_address) if followed["merged"] else [],
        steps=timeline_of(followed["steps"], photo_address),
        categories=CATEGORIES,
        states=STATES,
        ratings=RATINGS,
    )


@blueprint.get("/calls/follow/<secret>")
@page(permission=None)
def follow(secret: str) -> Any:
    """How far one's own call is, and what the office wrote."""
    return show_followed(secret, Form())


@blueprint.get("/calls/follow/<secret>/photos/<uuid:photo_id>")
@page(permission=None)
def show_photo(secret: str, photo_id: UUID) -> Any:
    """A photo of one's own call: what one sent, or what the office did."""
    return file_response(queries.followed_photo(secret, photo_id))


@blueprint.get("/calls/follow/<secret>/photos/<uuid:photo_id>/thumbnail")
@page(permission=None)
def thumbnail_photo(secret: str, photo_id: UUID) -> Any:
    """A photo of one's own call, small."""
    return thumbnail_response(queries.followed_photo(secret, photo_id))


@blueprint.post("/calls/follow/<secret>/rating")
@page(permission=None)
def rate(secret: str) -> Any:
    """Say how the answer was."""
    form = Form(schemas.RatingInput)
    answer = form.accept(
        lambda: operations.rate_call(
            secret=secret, rating=form.data["rating"], word=form.data.get("word"), now=now()
        ),
        then=lambda _call: url_for(".follow", secret=secret),
        done=_("Thank you. The office reads it."),
    )
    return answer or show_followed(secret, form, "rating")


@blueprint.post("/calls/follow/<secret>/reopening")
@page(permission=None)
def reopen(secret: str) -> Any:
    """Send it back to the office, as it isn't right."""
    form = Form(schemas.ReopeningInput)
    answer = form.accept(
        lambda: operations.reopen_call(secret=secret, now=now(), **form.data),
        then=lambda _call: url_for(".follow", secret=secret),
        done=_("The office has it again."),
    )
    return answer or show_followed(secret, form, "reopening")


def own_section(village: str, _household: UUID) -> str:
    """The way to report something, on a household's own page."""
    return render_template("calls/own_section.html", code=village)


own_sections.append(own_section)
