"""The red and the blue ledger of a village, a township or the county: read, enter, strike off."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext

from incentives.access.actor import Actor, current_actor, find_actor
from incentives.access.permissions import may
from incentives.calls import lists, operations, queries, schemas
from incentives.calls.api.duties import (
    DONE_DAYS,
    get_done_duties,
    get_duties,
    get_village_done_duties,
    get_village_duties,
)
from incentives.calls.pages.blueprint import blueprint
from incentives.calls.pages.shared import forms_of
from incentives.calls.queries.done import DoneLine, done_duties
from incentives.calls.queries.duties import (
    BLUE,
    RED,
    LedgerLine,
    open_duties,
)
from incentives.calls.queries.lines import DutySource
from incentives.calls.queries.numbers import period
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.register.answers import named
from incentives.register.dues import due_words
from incentives.register.models import Division, Level
from incentives.register.queries import divisions_by_code, find_division
from incentives.web.guard import get_village
from incentives.web.lists import ListPage, export_page, list_page
from incentives.web.pages import Form, page, public_place, render

DONE_SHOWN = 20
OF_VILLAGE, OF_DIVISION = "calls_pages.village_duties", "calls_pages.division_duties"


def overdue_here(village: str) -> str | None:
    """How much is overdue in a village, in words; None where nothing is."""
    red = sum(each.ledger == RED for each in open_duties(village, now()))
    return ngettext("1 duty is overdue", "%(num)s duties are overdue", red) if red else None


public_place(_("Red and blue ledger"), "/v/{village}/duties", order=70, summary=overdue_here)


@blueprint.get("/v/<village>/duties")
@page(permission=None)
def village_duties(village: str) -> Any:
    """What offices owe a village: overdue on the red ledger, in time on the blue one."""
    return show_duties(village, Form())


@blueprint.get("/divisions/<code>/duties")
@page(permission=None)
def division_duties(code: str) -> Any:
    """The ledgers of a township's or the county's villages, each line with its place."""
    place = find_division(code)
    if place.level is Level.VILLAGE:
        return redirect(url_for(OF_VILLAGE, village=code))
    return show_duties(code, Form())


export_page(blueprint, "/v/<village>/duties", get_village_duties, lists.VILLAGE_DUTIES)
export_page(blueprint, "/divisions/<code>/duties", get_duties, lists.DUTIES)
for rule, of_them, listing, ledgers in (
    ("/v/<village>", get_village_done_duties, lists.VILLAGE_DONE_DUTIES, ".village_duties"),
    ("/divisions/<code>", get_done_duties, lists.DONE_DUTIES, ".division_duties"),
):
    list_page(
        blueprint,
        f"{rule}/done-duties",
        of_them,
        listing,
        back=(ledgers, _("Red and blue ledger")),
        note=_("From the last 30 days, unless you choose others: at most a year at once."),
    )


def address_of(code: str) -> str:
    """Where a division's ledgers are."""
    if find_division(code).level is Level.VILLAGE:
        return url_for(OF_VILLAGE, village=code)
    return url_for(OF_DIVISION, code=code)


def list_of(code: str, *, is_village: bool) -> ListPage:
    """The ledgers as a list that is narrowed and taken along; a refused form shows it, too."""
    if is_village:
        listing, view, place = lists.VILLAGE_DUTIES, get_village_duties, {"village": code}
        return ListPage(listing, view, endpoint=OF_VILLAGE, address=place)
    return ListPage(lists.DUTIES, get_duties, endpoint=OF_DIVISION, address={"code": code})


def show_duties(code: str, form: Form, at: object = None) -> Any:
    """Both ledgers of a division by office, what was done lately, and the form to enter one.

    The form that was refused, if one was, is that of the duty `at`, or of the `entry` of one.
    """
    actor, place, today = find_actor(), find_division(code), village_day(now())
    is_village = place.level is Level.VILLAGE
    shown = list_of(code, is_village=is_village)
    found = shown.hold(lists.DUTIES.sift(open_duties(code, now()), shown.query))
    first, last = period(None, None, now(), days=DONE_DAYS)
    done = done_duties(code, first, last)[:DONE_SHOWN]
    codes = {*(each.division for each in found), *(each.division for each in done)}
    places = divisions_by_code(sorted(codes))
    may_enter = actor is not None and may(actor, "duty.enter", code)
    offices = queries.answering_over(code) if may_enter else []
    return render(
        "calls/duties.html",
        code=code,
        place=place,
        form=form,
        form_of=forms_of(form, at),
        list=shown,
        red=by_office(found, RED),
        blue=by_office(found, BLUE),
        village_day=village_day,
        due_words=lambda due_on: due_words(due_on, today),
        done=done,
        done_url=done_url(code, first, is_village=is_village),
        where_of=partial(where_of, code, places),
        mine=struck_off_by(actor, found),
        may_enter=may_enter,
        offices=[(each.id, each.name) for each in offices],
        today_on=today.isoformat(),
        **({"village": get_village(code)} if is_village else {}),
    )


def done_url(code: str, first: date, *, is_village: bool) -> str:
    """The list of what is done, from that day on, so that it can be narrowed though it is empty."""
    since: dict[str, Any] = {"from": first.isoformat()}
    if is_village:
        return url_for(".village-done-duties_list", village=code, **since)
    return url_for(".done-duties_list", code=code, **since)


def by_office(found: Sequence[LedgerLine], ledger: str) -> list[tuple[str, list[LedgerLine]]]:
    """The lines of a ledger under the offices that owe them, in the order of what is due first."""
    grouped: dict[str, list[LedgerLine]] = defaultdict(list)
    for each in found:
        if each.ledger == ledger:
            grouped[str(each.office)].append(each)
    return list(grouped.items())


def where_of(code: str, places: Mapping[str, Division], line: LedgerLine | DoneLine) -> str:
    """Where a line is about, in ledgers from above it; empty where its office's name says so."""
    place, office = places[line.division], str(line.office)
    said = line.division == code or place.short_name in office or named(place).name in office
    return "" if said else place.short_name


def struck_off_by(actor: Actor | None, found: Sequence[LedgerLine]) -> set[UUID | None]:
    """The duties by hand that whoever reads may strike off."""
    by_hand = [each for each in found if each.source is DutySource.HAND]
    if actor is None or not by_hand:
        return set()
    own = {each.id for each in db.session.scalars(queries.own_offices(actor))}
    offices = queries.offices_by_id(each.office_id for each in by_hand)
    idle = set(offices) - queries.with_somebody(offices.values())
    return {
        each.id
        for each in by_hand
        if each.office_id in own
        or (each.office_id in idle and may(actor, "duty.enter", each.division))
    }


@blueprint.post("/divisions/<code>/duties")
@page(permission="duty.enter", village=False)
def enter_duty(code: str) -> Any:
    """Put a duty on the public ledger."""
    form = Form(schemas.DutyInput)
    answer = form.accept(
        lambda: operations.enter_duty(division=code, actor=current_actor(), now=now(), **form.data),
        then=lambda _duty: address_of(code),
        done=_("It stands in public now."),
    )
    return answer or show_duties(find_division(code).code, form, "entry")


@blueprint.post("/divisions/<code>/duties/<uuid:duty_id>/done")
@page(permission="duty.do", village=False)
def strike_off(code: str, duty_id: UUID) -> Any:
    """Strike off what is done."""
    form = Form(schemas.DoneInput)
    answer = form.accept(
        lambda: operations.strike_off_duty(
            division=code, duty_id=duty_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda _duty: address_of(code),
        done=_("Struck off."),
    )
    return answer or show_duties(find_division(code).code, form, duty_id)
