"""The review group's desk: publish, close, rule; and the lists of objections."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, Role, current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.notices import forms, lists, operations, queries
from incentives.notices.api import (
    chosen_objections,
    get_awaiting,
    get_objections,
    get_objections_sent_up,
    objection_outputs,
)
from incentives.notices.described import described
from incentives.notices.models import Objection, ObjectionStatus
from incentives.notices.operations.disputes import disputed
from incentives.notices.pages.shared import blueprint
from incentives.notices.publishers import PUBLISHERS
from incentives.notices.schemas import NoticeInput
from incentives.notices.sheets import KINDS
from incentives.shop.operations.refunds import still_out
from incentives.web.cursors import page as page_of
from incentives.web.guard import Village
from incentives.web.lists import ListPage, Place, export_page, list_page
from incentives.web.pages import Form, current_village, nav_item, page, render


def rulings_wait(actor: Actor, village: Village) -> int:
    """How many objections wait for a ruling."""
    return queries.count_waiting(village.code)


nav_item(
    _("Notices"),
    "/review/notices",
    permission="notice.make",
    order=14,
    count=rulings_wait,
)


@blueprint.route("/review/notices", methods=["GET", "POST"])
@page(permission="notice.make")
def desk() -> Any:
    """What awaits publication, what is public, what waits for a ruling."""
    village = current_village().code
    form = Form(NoticeInput)
    answer = form.accept(
        lambda: operations.make_notice(
            village=village, kind=form.data["kind"], actor=current_actor(), now=now()
        ),
        then=lambda notice: url_for(".show_notice", village=village, number=notice.number),
        done=_("Published. Print it and put it up."),
    )
    return answer or show_desk(form)


def show_desk(form: Form | None = None) -> Any:
    """The review group's desk of notices."""
    village = current_village().code
    open_notices = queries.open_notices(village)
    today = village_day(now())
    waiting = {kind: publisher.waiting(village) for kind, publisher in PUBLISHERS.items()}
    return render(
        "notices/desk.html",
        form=form or Form(),
        waiting=waiting,
        kinds=KINDS,
        open_notices=open_notices,
        counts=queries.counts(open_notices),
        due={each.id for each in open_notices if each.is_over(today)},
        objections=described(village, queries.open_objections(village)),
        today=today,
        next_round=operations.next_round(village, today),
    )


list_page(
    blueprint,
    "/review/notices/awaiting",
    get_awaiting,
    lists.AWAITING,
    back=(".desk", _("Notices and objections")),
)


@blueprint.post("/review/notices/<int:number>/closing")
@page(permission="notice.close")
def close(number: int) -> Any:
    """Close a notice whose days are over."""
    village = current_village().code
    form = Form()
    answer = form.accept(
        lambda: operations.close_notice(
            village=village, number=number, actor=current_actor(), now=now()
        ),
        then=lambda _notice: url_for(".desk"),
        done=_("Closed. What nobody objected to counts now."),
    )
    return answer or show_desk(form)


@blueprint.route("/review/objections/<uuid:objection_id>", methods=["GET", "POST"])
@page(permission="objection.rule")
def rule(objection_id: UUID) -> Any:
    """One objection, and the ruling on it."""
    village = current_village().code
    form = Form(forms.RulingForm)
    answer = form.accept(
        lambda: operations.rule_on_objection(
            village=village,
            objection_id=objection_id,
            actor=current_actor(),
            now=now(),
            **form.data,
        ),
        then=lambda _objection: url_for(".list_objections"),
        done=_("Your ruling is kept. The household reads it."),
    )
    if answer:
        return answer
    objection, today = queries.find_objection(village, objection_id), village_day(now())
    waits = objection.status is ObjectionStatus.OPEN
    standing = queries.standing_award(objection, today) if waits else None
    sale = disputed(objection) if waits else None
    return render(
        "notices/rule.html",
        form=form,
        each=described(village, [objection])[0],
        may_rule=operations.may_rule(objection, current_actor()),
        standing=standing,
        sale=sale,
        out=None if sale is None else still_out(sale),
        lacks=queries.still_missing(objection.missing_quantity or 0, standing),
        today=today,
    )


@blueprint.get("/objections")
@page(permission="objection.read")
def list_objections() -> Any:
    """All objections of a village with their rulings, newest first."""
    village = current_village().code
    shown = ListPage(lists.OBJECTIONS, get_objections, limit=30)
    chosen = chosen_objections(village, shown.query)
    found = shown.take(page_of(chosen, [Objection.id.desc()], shown.query))
    return render(
        "notices/objections.html",
        objections=described(village, found),
        list=shown,
        rules=may(current_actor(), "objection.rule", village),
        today=village_day(now()),
    )


export_page(blueprint, "/objections", get_objections, lists.OBJECTIONS)


def read_sent_up(query: dict[str, Any]) -> dict[str, Any]:
    """What was sent up to the reader from all villages below, by the list's filters."""
    found = objection_outputs(sent_up(current_actor()))
    return {"items": lists.SENT_UP.sift(found, query)}


ABOVE = Place(read=read_sent_up)


@blueprint.get("/review/objections/sent-up")
@page(permission="objection.rule_above", village=False)
def list_sent_up() -> Any:
    """What villages under one's divisions are too small to rule on, the first due first."""
    shown = ListPage(lists.SENT_UP, get_objections_sent_up, place=ABOVE)
    return render(
        "notices/sent_up.html",
        objections=lists.SENT_UP.rows(shown.read()),
        list=shown,
        today=village_day(now()),
    )


export_page(
    blueprint,
    "/review/objections/sent-up",
    get_objections_sent_up,
    lists.SENT_UP,
    place=ABOVE,
    permission="objection.rule_above",
)


def sent_up(actor: Actor) -> list[Objection]:
    """What this person's divisions have to rule on for their villages."""
    divisions = {
        held.division
        for held in actor.roles
        if may(actor, "objection.rule_above", held.division)
        and held.role in (Role.REVIEWER, Role.SUPERVISOR)
    }
    return [each for division in sorted(divisions) for each in operations.sent_up(division)]


def sent_up_wait(actor: Actor, _village: Village) -> int:
    """How many objections wait for the township."""
    return len(sent_up(actor))


nav_item(
    _("Objections sent up"),
    "/review/objections/sent-up",
    permission="objection.rule_above",
    order=15,
    count=sent_up_wait,
)
nav_item(_("Objections"), "/objections", permission="objection.read", order=62)
