"""The desk of patrols: the list, one in full, a month's view."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.awards.unasked import UNAWARDED, Unawarded
from incentives.calls.words import CATEGORIES
from incentives.clock import VILLAGE_TIME, now
from incentives.errors import FieldError, Invalid
from incentives.patrols import forms, operations, queries, sheets
from incentives.patrols.api.walks import get_patrol_month, get_patrols
from incentives.patrols.lists import MONTH, PATROLS
from incentives.patrols.models import Patrol, PatrolStatus
from incentives.patrols.months import month_of
from incentives.patrols.operations import Log, Signed
from incentives.patrols.pace import ONCE_WITHIN
from incentives.patrols.pages.shared import blueprint
from incentives.patrols.pages.walk import WEATHERS
from incentives.patrols.states import Action, allowed
from incentives.patrols.words import FLAGS, STATES, days_said
from incentives.register.models import Resident
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, current_village, nav_item, page, render

nav_item(_("Patrols"), "/desk/patrols", permission="patrol.read", order=23)

# A walk that was called off is signed in no more.
SIGNED = (PatrolStatus.WALKING, PatrolStatus.CLOSED)


@blueprint.get("/desk/patrols")
@page(permission="patrol.read")
def list_patrols() -> Any:
    """The village's patrols, newest first."""
    village = current_village().code
    listed = ListPage(PATROLS, get_patrols, limit=30)
    order = [Patrol.started_at.desc(), Patrol.id.desc()]
    found = listed.take(
        page_of(PATROLS.narrow(queries.patrols(village), listed.query), order, listed.query)
    )
    return render(
        "patrols/list.html",
        list=listed,
        lines=queries.patrol_lines(found),
        states=STATES,
        may_plan=may(current_actor(), "patrol.plan", village),
    )


export_page(blueprint, "/desk/patrols", get_patrols, PATROLS)


@blueprint.get("/desk/patrols/<uuid:patrol_id>")
@page(permission="patrol.read")
def show_patrol(patrol_id: UUID) -> Any:
    """One patrol in full."""
    return patrol_page(patrol_id)


def patrol_page(
    patrol_id: UUID,
    *,
    closing: Form | None = None,
    ending: Form | None = None,
    signing: Form | None = None,
    adding: Form | None = None,
) -> Any:
    """One patrol in full, with the forms that end it, and the sign-ins of its log on paper."""
    village = current_village().code
    view = queries.patrol_view(village, patrol_id)
    patrol = view.line.patrol
    can_end = Action.CLOSE in allowed(patrol.status) and may(
        current_actor(), "patrol.close", village
    )
    can_sign = may(current_actor(), "patrol.plan", village) and patrol.status in SIGNED
    people = queries.who_may_have_come(patrol) if can_end or can_sign else []
    signable = (
        operations.whom_desk_signs(patrol, people, current_actor(), now()) if can_sign else []
    )
    return render(
        "patrols/patrol.html",
        view=view,
        states=STATES,
        flags=FLAGS,
        kinds=CATEGORIES,
        unawarded=UNAWARDED,
        weathers=WEATHERS,
        people=people,
        signable=signable,
        addable=who_can_be_added(view, people),
        signed_in={each.scan.resident_id for each in view.scans},
        reads_calls=may(current_actor(), "village_call.read", village),
        can_end=can_end,
        places=queries.standing_waypoints(village) if can_sign else [],
        closing=closing or Form(values={}),
        ending=ending or Form(values={}),
        signing=signing or Form(values={}),
        adding=adding or Form(values={}),
    )


def who_can_be_added(view: queries.PatrolView, people: list[Resident]) -> list[tuple[UUID, str]]:
    """Whom the actor may add to a closed patrol's log: nobody with an award, nor their own
    household."""
    actor = current_actor()
    if view.line.patrol.status is not PatrolStatus.CLOSED:
        return []
    if not may(actor, "patrol.add", current_village().code):
        return []
    settled = {
        each.attendance.resident_id
        for each in view.attended
        if each.attendance.unawarded is not Unawarded.NOT_SIGNED_IN
    }
    return [
        (each.id, each.name)
        for each in people
        if each.id not in settled and each.household_id != actor.household_id
    ]


@blueprint.post("/desk/patrols/<uuid:patrol_id>/scans")
@page(permission="patrol.plan")
def sign_in(patrol_id: UUID) -> Any:
    """Who was at a place by the log on paper: a team without a phone is signed in by the desk."""
    village = current_village().code
    form = Form(forms.PaperScanForm)

    def work() -> Signed:
        data = form.data
        waypoint = queries.find_waypoint(village, data["waypoint_id"])
        return operations.record_scans(
            village=village,
            patrol_id=patrol_id,
            waypoint_code=queries.code_of_waypoint(waypoint.id).code,
            resident_ids=data["resident_ids"],
            scanned_at=time_on_walk(queries.find_patrol(village, patrol_id), data["at"]),
            at_desk=True,
            actor=current_actor(),
            now=now(),
        )

    answer = form.accept(
        work,
        then=lambda _signed: url_for(".show_patrol", patrol_id=patrol_id),
        done=_("Signed in, for those on the paper log"),
    )
    return answer or patrol_page(patrol_id, signing=form)


def time_on_walk(patrol: Patrol, at: time) -> datetime:
    """That time of day on a walk: the next one after it began, for those past midnight.

    Refuses one that is still to come: a mistyped time would stand a day late.
    """
    begun = patrol.started_at.astimezone(VILLAGE_TIME)
    same_day = datetime.combine(begun.date(), at, VILLAGE_TIME)
    when = same_day if same_day >= begun - ONCE_WITHIN else same_day + timedelta(days=1)
    if when > now():
        raise Invalid(errors=[FieldError("/at", _("Not on this walk: this time is still to come"))])
    return when


@blueprint.post("/desk/patrols/<uuid:patrol_id>/closing")
@page(permission="patrol.close")
def close_patrol(patrol_id: UUID) -> Any:
    """Close a patrol whose log was written on paper."""
    village = current_village().code
    form = Form(forms.ClosingForm)

    def work() -> Patrol:
        data = form.data
        return operations.close_patrol(
            village=village,
            patrol_id=patrol_id,
            log=Log(weather=data["weather"], text=data["text"]),
            attended=data["attended"],
            actor=current_actor(),
            now=now(),
        )

    answer = form.accept(
        work,
        then=lambda patrol: url_for(".show_patrol", patrol_id=patrol.id),
        done=_("The patrol is closed, and the points are proposed"),
    )
    return answer or patrol_page(patrol_id, closing=form)


@blueprint.post("/desk/patrols/<uuid:patrol_id>/attendance")
@page(permission="patrol.add")
def add_attendance(patrol_id: UUID) -> Any:
    """Add somebody to the log of a closed patrol, with the reason."""
    form = Form(forms.AttendanceInput)
    answer = form.accept(
        lambda: operations.add_attendance(
            village=current_village().code,
            patrol_id=patrol_id,
            actor=current_actor(),
            now=now(),
            **form.data,
        ),
        then=lambda patrol: url_for(".show_patrol", patrol_id=patrol.id),
        done=_("Added to the log"),
    )
    return answer or patrol_page(patrol_id, adding=form)


@blueprint.post("/desk/patrols/<uuid:patrol_id>/cancellation")
@page(permission="patrol.cancel")
def cancel_patrol(patrol_id: UUID) -> Any:
    """End a walk that wasn't one."""
    village = current_village().code
    form = Form(forms.ReasonInput)
    answer = form.accept(
        lambda: operations.cancel_patrol(
            village=village, patrol_id=patrol_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda patrol: url_for(".show_patrol", patrol_id=patrol.id),
        done=_("The walk was called off"),
    )
    return answer or patrol_page(patrol_id, ending=form)


@blueprint.get("/desk/patrols/<uuid:patrol_id>.pdf")
@page(permission="patrol.read")
def download_log(patrol_id: UUID) -> Response:
    """A patrol's log on A4."""
    return sheets.log_pdf(current_village().code, patrol_id)


@blueprint.get("/desk/patrols/month")
@page(permission="patrol.read")
def show_month() -> Any:
    """Who walked in a month, by team."""
    listed = ListPage(MONTH, get_patrol_month)
    first, last = month_of(listed.query["month"], now())
    lines = listed.hold(
        queries.month_lines(current_village().code, first, last, listed.query["team_id"])
    )
    teams: dict[str, list[queries.MonthLine]] = {}
    for each in lines:
        teams.setdefault(each.team, []).append(each)
    return render(
        "patrols/month.html",
        list=listed,
        teams=teams,
        first=first,
        days_said=days_said,
        month_query={"month": f"{first:%Y-%m}", "team_id": listed.query["team_id"]},
        may_plan=may(current_actor(), "patrol.plan", current_village().code),
    )


export_page(blueprint, "/desk/patrols/month", get_patrol_month, MONTH)


@blueprint.get("/desk/patrols/month.pdf")
@page(permission="patrol.read")
def download_month() -> Response:
    """The month on A4, to be hung up or kept."""
    query = ListPage(MONTH, get_patrol_month).query
    return sheets.month_pdf(current_village().code, query["month"], query["team_id"], now())
