"""Who walks when: the calendar of a cadre, and each member's own shifts with their swaps."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.patrols import forms, operations, queries
from incentives.patrols.api.rota import from_today, get_shifts
from incentives.patrols.lists import SHIFTS
from incentives.patrols.models import Shift, ShiftSwap
from incentives.patrols.operations import Plan
from incentives.patrols.own import own_of
from incentives.patrols.pages.shared import blueprint
from incentives.patrols.people import is_cadre, own_people
from incentives.patrols.words import WEEKDAYS, outcome_said
from incentives.register.queries import residents_by_id, teams_of
from incentives.web.cursors import page as page_of
from incentives.web.cursors import write_cursor
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import Form, current_village, page, render


@blueprint.route("/desk/patrols/shifts", methods=["GET", "POST"])
@page(permission="patrol.read")
def shifts() -> Any:
    """The calendar, and a season of new shifts."""
    village = current_village().code
    form = Form(forms.ShiftsForm)
    answer = form.accept(
        lambda: operations.plan_shifts(
            village=village, plan=Plan(**form.data), actor=current_actor(), now=now()
        ),
        then=lambda _shifts: url_for(".shifts"),
        done=_("The shifts stand on the calendar"),
    )
    return answer or shifts_page(form, Form(values={}))


def shifts_page(form: Form, cancelling: Form, cancelled: UUID | None = None) -> Any:
    """The calendar with its forms; the one that was refused, if one was, is of the shift
    `cancelled`."""
    village = current_village().code
    listed = ListPage(SHIFTS, get_shifts, limit=60)
    chosen = from_today(village, listed.query)
    found = listed.take(whole_weeks(page_of(chosen, [Shift.starts_at, Shift.id], listed.query)))
    return render(
        "patrols/shifts.html",
        list=listed,
        weeks=by_week(queries.shift_views(found, now())),
        said=outcome_said,
        weekdays=WEEKDAYS,
        teams=[(each.id, each.name) for each in teams_of(village)],
        routes=[(each.id, each.name) for each in queries.standing_routes(village)],
        form=form,
        cancelling=cancelling,
        cancelled=cancelled,
        today=village_day(now()),
        may_plan=may(current_actor(), "patrol.plan", village),
    )


def monday_of(on: date) -> date:
    """The first day of a day's week."""
    return on - timedelta(days=on.weekday())


def whole_weeks(found: dict[str, Any]) -> dict[str, Any]:
    """A page without its last week, which goes on on the next page, unless it has no other."""
    if found["next"] is None:
        return found
    last = monday_of(found["items"][-1].on_day)
    kept = [each for each in found["items"] if each.on_day < last]
    if not kept:
        return found
    return {"items": kept, "next": write_cursor([kept[-1].starts_at, kept[-1].id])}


def by_week(views: list[queries.ShiftView]) -> list[list[tuple[date, list[queries.ShiftView]]]]:
    """The weeks of a calendar that have shifts: their days, Monday to Sunday, each with its own."""
    days: dict[date, list[queries.ShiftView]] = {}
    for each in views:
        days.setdefault(each.shift.on_day, []).append(each)
    mondays = dict.fromkeys(monday_of(on) for on in days)
    weeks = [[monday + timedelta(days=number) for number in range(7)] for monday in mondays]
    return [[(on, days.get(on, [])) for on in week] for week in weeks]


export_page(blueprint, "/desk/patrols/shifts", get_shifts, SHIFTS)


@blueprint.post("/desk/patrols/shifts/<uuid:shift_id>/cancellation")
@page(permission="patrol.plan")
def cancel_shift(shift_id: UUID) -> Any:
    """Take one shift off the calendar."""
    village = current_village().code
    form = Form(forms.CancelShiftForm)
    cancelled: list[Shift] = []

    def work() -> None:
        cancelled[:] = operations.cancel_shift(
            village=village, shift_id=shift_id, actor=current_actor(), now=now(), **form.data
        )

    answer = form.accept(
        work, then=lambda _none: url_for(".shifts"), done=LazyString(lambda: said(len(cancelled)))
    )
    return answer or shifts_page(Form(values={}), form, shift_id)


def said(cancelled: int) -> str:
    """That so many shifts were cancelled; a form sent twice cancels none the second time."""
    one = gettext("The shift was cancelled")
    return one if cancelled < 2 else gettext("%(count)s shifts were cancelled", count=cancelled)


@blueprint.get("/patrol/shifts")
@page(permission="patrol.walk", own=True)
def own_shifts() -> Any:
    """The next shifts of one's own teams, and who asks whom to stand in."""
    return own_page(Form(values={}))


def own_page(form: Form) -> Any:
    """One's own shifts; a cadre sees all teams', and acts for those without a phone."""
    actor, village = current_actor(), current_village().code
    own, cadre = own_of(actor, village, now()), is_cadre(actor, village)
    choices = stand_in_choices(village)
    rows = []
    for view in own.shifts:
        if view.outcome is not queries.Outcome.COMING:
            continue
        mine = view.people if cadre else own_people(actor, view.people)
        if view.shift.starts_at <= now():
            mine = []  # Who walks is settled.
        swaps = [each for each in own.swaps[view.shift.id] if each.accepted is not False]
        away = {each.id for each in view.people} | {each.resident_id for each in swaps}
        asking = {each.resident_id for each in swaps}
        rows.append(
            {
                "view": view,
                "stops": [name for _stop, name in own.stops[view.shift.route_id]],
                "may_ask": [(each.id, each.name) for each in mine if each.id not in asking],
                "others": [(each.id, each.name) for each in choices if each.id not in away],
                "swaps": [each for each in own.swaps[view.shift.id] if not each.taken_back],
                "mine": {each.id for each in mine},
            }
        )
    swaps = [swap for each in own.swaps.values() for swap in each]
    swaps += [swap for swap, _view in own.asked]
    ids = {each for swap in swaps for each in (swap.resident_id, swap.stand_in_id)}
    return render(
        "patrols/own_shifts.html",
        rows=rows,
        asked=[(swap, view) for swap, view in own.asked if swap.asked_by != actor.person],
        names={each.id: each.name for each in residents_by_id(list(ids)).values()},
        form=form,
    )


def stand_in_choices(village: str) -> list[Any]:
    """Whom one may ask: the members of all teams of the village."""
    members = queries.members_of_teams([each.id for each in teams_of(village)])
    people = {each.id: each for team in members.values() for each in team}
    return [each for each in people.values() if each.left_on is None]


@blueprint.post("/patrol/shifts/<uuid:shift_id>/swaps")
@page(permission="patrol.walk", own=True)
def ask_swap(shift_id: UUID) -> Any:
    """Ask somebody to stand in."""
    village = current_village().code
    form = Form(forms.SwapInput)
    answer = form.accept(
        lambda: operations.ask_swap(
            village=village, shift_id=shift_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _swap: url_for(".own_shifts"),
        done=_("Asked: nothing changes until they say yes"),
    )
    return answer or own_page(form)


@blueprint.post("/patrol/swaps/<uuid:swap_id>/<any(yes, no):said>")
@page(permission="patrol.walk", own=True)
def answer_swap(swap_id: UUID, said: str) -> Any:
    """Say yes or no to walking for another."""
    village = current_village().code
    form = Form()
    answered: list[ShiftSwap] = []

    def work() -> None:
        answered[:] = [
            operations.answer_swap(
                village=village,
                swap_id=swap_id,
                accept=said == "yes",
                actor=current_actor(),
                now=now(),
            )
        ]

    answer = form.accept(
        work,
        then=lambda _none: url_for(".own_shifts"),
        done=LazyString(lambda: answer_said(answered)),
    )
    return answer or own_page(form)


def answer_said(answered: list[ShiftSwap]) -> str:
    """That it was answered, or taken back by who asked; a form sent twice answers once."""
    taken_back = any(each.taken_back for each in answered)
    return gettext("It is taken back") if taken_back else gettext("Answered")
