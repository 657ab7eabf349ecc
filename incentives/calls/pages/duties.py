"""The blue and the red ledger of a village, a township or the county: read, enter, strike off."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor, find_actor
from incentives.access.permissions import may
from incentives.calls import lists, operations, queries, schemas
from incentives.calls.api.duties import get_done_duties, get_duties
from incentives.calls.models import Duty
from incentives.calls.outputs import duty_rows
from incentives.calls.pages.blueprint import blueprint
from incentives.calls.queries.duties import DutySource, done_duties, open_duties
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.register.queries import divisions_by_code, find_division
from incentives.web.cursors import page as page_of
from incentives.web.lists import ListPage, export_page, list_page
from incentives.web.pages import Form, page, render

DONE_SHOWN = 20


@blueprint.get("/divisions/<code>/duties")
@page(permission=None)
def division_duties(code: str) -> Any:
    """The ledgers of a township's or the county's villages, each line with its place."""
    return show_duties(find_division(code).code, Form())


export_page(blueprint, "/divisions/<code>/duties", get_duties, lists.DUTIES)
list_page(
    blueprint,
    "/divisions/<code>/done-duties",
    get_done_duties,
    lists.DONE_DUTIES,
    back=(".division_duties", _("What offices owe")),
)


def show_duties(code: str, form: Form) -> Any:
    """Both ledgers of a division, what was done lately, and the form to enter one."""
    actor = find_actor()
    shown = ListPage(lists.DUTIES, get_duties, endpoint=".division_duties", address={"code": code})
    found = shown.hold(lists.DUTIES.sift(open_duties(code, now()), shown.query))
    done = page_of(done_duties(code), [Duty.id.desc()], {"limit": DONE_SHOWN})["items"]
    may_enter = actor is not None and may(actor, "duty.enter", code)
    mine = set() if actor is None else own_ids()
    places = divisions_by_code([each.division for each in (*found, *done)])
    return render(
        "calls/duties.html",
        code=code,
        place=find_division(code),
        form=form,
        list=shown,
        red=[each for each in found if each.overdue],
        blue=[each for each in found if not each.overdue],
        done=duty_rows(done),
        places=places,
        mine=mine,
        by_hand=DutySource.HAND,
        may_enter=may_enter,
        offices=[(each.id, each.name) for each in queries.offices_over(code)] if may_enter else [],
        today_on=village_day(now()).isoformat(),
    )


def own_ids() -> set[UUID]:
    """The offices for which whoever reads may strike off."""
    return {each.id for each in db.session.scalars(queries.own_offices(current_actor()))}


@blueprint.post("/divisions/<code>/duties")
@page(permission="duty.enter", village=False)
def enter_duty(code: str) -> Any:
    """Put a duty on the public ledger."""
    form = Form(schemas.DutyInput)
    answer = form.accept(
        lambda: operations.enter_duty(division=code, actor=current_actor(), now=now(), **form.data),
        then=lambda _duty: url_for(".division_duties", code=code),
        done=_("It stands in public now."),
    )
    return answer or show_duties(find_division(code).code, form)


@blueprint.post("/divisions/<code>/duties/<uuid:duty_id>/done")
@page(permission="duty.do", village=False)
def strike_off(code: str, duty_id: UUID) -> Any:
    """Strike off what is done."""
    form = Form(schemas.DoneInput)
    answer = form.accept(
        lambda: operations.strike_off_duty(
            division=code, duty_id=duty_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _duty: url_for(".division_duties", code=code),
        done=_("Struck off."),
    )
    return answer or show_duties(find_division(code).code, form)
