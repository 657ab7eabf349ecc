"""An office's own page, and an administrator's pages of offices."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from incentives.access.actor import Actor, Role, current_actor
from incentives.access.permissions import may
from incentives.access.queries import users_under
from incentives.calls import lists, operations, queries, schemas
from incentives.calls.api.offices import get_office_calls, get_offices, people_output
from incentives.calls.models import Category, Office
from incentives.calls.operations import Answerer
from incentives.calls.operations.offices import managed_office
from incentives.calls.outputs import call_rows, duty_rows, office_rows
from incentives.calls.pages.blueprint import blueprint
from incentives.calls.pages.shared import category_options, limit_words, span_words
from incentives.calls.queries import Limits
from incentives.calls.queries.duties import duties_of_offices
from incentives.calls.words import CATEGORIES, STATES
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.register.models import Division, Level
from incentives.register.queries import divisions_by_code
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage, export_page, list_page
from incentives.web.pages import Form, nav_item, page, render
from incentives.web.schemas import Id, Schema

CALLS_SHOWN = 200

nav_item(_("Our calls"), "/office", permission="call.step", order=26)
nav_item(_("Offices"), "/admin/offices", permission="office.manage", order=82)


class PeopleForm(Schema):
    """Who answers for an office, and who of them stands in."""

    people = fields.List(Id(), load_default=list, validate=validate.Length(max=50))
    deputies = fields.List(Id(), load_default=list, validate=validate.Length(max=50))


class OfficeForm(schemas.OfficeChange):
    """An office's name, all that it answers for, and whether it is closed."""

    categories = fields.List(fields.Enum(Category, by_value=True), load_default=list)
    closed = fields.Boolean(load_default=False)


@blueprint.get("/office")
@page(permission="call.step", village=False)
def office() -> Any:
    """What one's offices have to do, the most urgent first."""
    mine = list(db.session.scalars(queries.own_offices(current_actor()).order_by(Office.name)))
    found = queries.open_calls([each.id for each in mine], CALLS_SHOWN)
    duties = duties_of_offices([each.id for each in mine])
    places = divisions_by_code(
        [*(each.village for each in found), *(each.division for each in duties)]
    )
    return render(
        "calls/office.html",
        offices=mine,
        calls=[{**row, "time_left": time_left(row["due_at"])} for row in call_rows(found)],
        places=places,
        duties=duty_rows(duties),
        today_here=village_day(now()),
        categories=CATEGORIES,
        states=STATES,
    )


def time_left(due_at: datetime | None) -> str:
    """How long it is to a step's time, or since, as people say it."""
    if due_at is None:
        return ""
    left = due_at - now()
    if left < timedelta():
        return gettext("%(time)s late", time=span_words(-left))
    return gettext("%(time)s left", time=span_words(left))


def divisions_managed(actor: Actor) -> list[tuple[str, str]]:
    """The divisions in which one may make offices, the county's first."""
    found = db.session.scalars(
        db.select(Division).where(Division.level != Level.GRID).order_by(Division.code)
    )
    return [
        (each.code, each.short_name) for each in found if may(actor, "office.manage", each.code)
    ]


@blueprint.route("/admin/offices", methods=["GET", "POST"])
@page(permission="office.manage", village=False)
def manage_offices() -> Any:
    """The offices of one's divisions; make one."""
    actor = current_actor()
    form = Form(schemas.OfficeInput)
    answer = form.accept(
        lambda: operations.add_office(actor=actor, now=now(), **form.data),
        then=lambda made: url_for(".manage_office", office_id=made.id),
        done=_("Made. Say who answers for it."),
    )
    if answer:
        return answer
    shown = ListPage(lists.OFFICES, get_offices)
    asked = shown.query
    every = queries.offices(asked["division"], asked["category"], closed=True)
    chosen = lists.OFFICES.narrow(every, asked)
    found = shown.take(page_of(chosen, [Office.division, Office.id], shown.query))
    return render(
        "calls/offices.html",
        form=form,
        list=shown,
        offices=lists.with_places(office_rows(found)),
        divisions=divisions_managed(actor),
        categories=CATEGORIES,
        category_options=category_options(),
    )


export_page(blueprint, "/admin/offices", get_offices, lists.OFFICES)


list_page(
    blueprint,
    "/office/<uuid:office_id>/calls",
    get_office_calls,
    lists.OFFICE_CALLS,
    back=(".office", _("Our calls")),
)


@blueprint.route("/admin/call-limits", methods=["GET", "POST"])
@page(permission="office.manage", village=False)
def manage_limits() -> Any:
    """In how many minutes each step is due, by category, at a division and below."""
    actor = current_actor()
    form = Form(schemas.LimitForm)
    answer = form.accept(
        lambda: set_limits(form.data, actor),
        then=lambda limit: url_for(".manage_limits", division=limit.division),
        done=_("They hold for what is sent on from now on."),
    )
    divisions = divisions_managed(actor)
    asked = request.args.get("division", "")
    chosen = asked if asked in dict(divisions) else divisions[0][0]
    return answer or render(
        "calls/limits.html",
        form=form,
        chosen=chosen,
        divisions=divisions,
        category_options=category_options(),
        limits=[in_words(each, queries.limits_of(chosen, each)) for each in Category],
    )


def in_words(category: Category, limits: Limits) -> list[Any]:
    """A category's limits as a row of the table."""
    steps = (limits.accept_minutes, limits.on_site_minutes, limits.resolve_minutes)
    return [CATEGORIES[category], *(limit_words(each) for each in steps)]


def set_limits(data: dict[str, Any], actor: Actor) -> Any:
    """Set a category's limits as they were typed."""
    division, category = data.pop("division"), data.pop("category")
    return operations.set_call_limits(
        division=division, category=category, limits=Limits(**data), actor=actor, now=now()
    )


@blueprint.route("/admin/offices/<uuid:office_id>", methods=["GET", "POST"])
@page(permission="office.manage", village=False)
def manage_office(office_id: UUID) -> Any:
    """Change an office: its name, what it answers for, whether it is closed."""
    form = Form(OfficeForm)
    answer = form.accept(
        lambda: operations.change_office(
            office_id=office_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _office: url_for(".manage_office", office_id=office_id),
        done=_("Changed."),
    )
    return answer or show_office(office_id, form)


def show_office(office_id: UUID, form: Form) -> Any:
    """The page of an office, with the form as it was sent."""
    actor = current_actor()
    managed = managed_office(office_id, actor)
    responders = [
        user
        for user in db.session.scalars(users_under(actor))
        if user.deactivated_at is None
        and any(
            each.role is Role.RESPONDER and each.covers(managed.division)
            for each in user.assignments
        )
    ]
    return render(
        "calls/office_edit.html",
        form=form,
        office=office_rows([managed])[0],
        people=people_output(managed.id)["people"],
        is_answered=bool(queries.with_somebody([managed])),
        responders=[(each.id, each.name) for each in responders],
        category_options=category_options(),
    )


@blueprint.post("/admin/offices/<uuid:office_id>/people")
@page(permission="office.manage", village=False)
def set_people(office_id: UUID) -> Any:
    """Say anew who answers for an office, and who stands in."""
    form = Form(PeopleForm)
    answer = form.accept(
        lambda: operations.set_office_people(
            office_id=office_id,
            people=[
                Answerer(each, each in form.data["deputies"])
                for each in dict.fromkeys(form.data["people"] + form.data["deputies"])
            ],
            actor=current_actor(),
            now=now(),
        ),
        then=lambda _office: url_for(".manage_office", office_id=office_id),
        done=_("They have its calls from now on."),
    )
    return answer or show_office(office_id, form)
