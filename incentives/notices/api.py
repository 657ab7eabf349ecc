"""Notices and objections by HTTP: publish, close, read in public, object, rule."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import Select

from incentives.access.actor import current_actor, find_actor
from incentives.access.permissions import may
from incentives.clock import now
from incentives.database import columns
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.notices import lists, operations, queries, schemas
from incentives.notices.models import Notice, Objection, ObjectionStatus
from incentives.notices.operations import About, Missing
from incentives.notices.publishers import PUBLISHERS
from incentives.notices.reopened import reopened_pdf
from incentives.notices.sheets import sheet_pdf
from incentives.web.api import Blueprint, reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

blueprint = Blueprint("notices", __name__, url_prefix="/api/v1", description=__doc__)

VILLAGE = "/villages/<village>"
ONE = f"{VILLAGE}/notices/<int:number>"
# What isn't said of an objection to staff of the household that it concerns.
UNNAMED = dict.fromkeys(("made_by", "on_behalf_of", "household_id"))


def summary(notice: Notice) -> dict[str, Any]:
    """A notice without its lines."""
    return {
        **columns(notice),
        "label": notice.label,
        "status": notice.status,
    }


def notice_output(village: str, number: int) -> dict[str, Any]:
    """A notice with its lines, as the public sees it."""
    view = queries.notice_view(village, number, now())
    lines = line_outputs(view)
    return {**summary(view.notice), "lines_gone": view.lines_gone, "lines": lines}


def line_outputs(view: queries.NoticeView) -> list[dict[str, Any]]:
    """The lines of a notice as the public sees them."""
    return [
        {
            **columns(each.line),
            "title": each.title,
            "kind": view.notice.kind,
            "status": each.status,
            "objected": each.objected,
            "rulings": [
                columns(ruling) | {"upheld": ruling.status is ObjectionStatus.UPHELD}
                for ruling in each.rulings
            ],
        }
        for each in view.lines
    ]


def chosen_objections(village: str, query: dict[str, Any]) -> Select[Objection]:
    """The objections that a list's filters choose; one household's only where that may be read."""
    chosen = lists.OBJECTIONS.narrow(queries.objections(village), query)
    return queries.without_kept(chosen, find_actor()) if query.get("household") else chosen


def objection_outputs(found: Sequence[Objection]) -> list[dict[str, Any]]:
    """Objections with what they are about."""
    numbers = queries.notice_numbers([each.notice_id for each in found if each.notice_id])
    kept = queries.kept_from(find_actor())
    return [
        {
            **columns(each),
            **(UNNAMED if each.id in kept else {}),
            "upheld": None
            if each.status is ObjectionStatus.OPEN
            else each.status is ObjectionStatus.UPHELD,
            "about": {
                **columns(each),
                "notice": numbers.get(each.notice_id) if each.notice_id else None,
                "missing": columns(each) if each.missing_resident_id else None,
            },
        }
        for each in found
    ]


@blueprint.route(f"{VILLAGE}/notices")
@reads(schemas.NoticePage, query=lists.NOTICES.query, permission=None)
def get_notices(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's notices, newest first."""
    chosen = lists.NOTICES.narrow(queries.notices(village), query)
    found = page(chosen, [Notice.number.desc()], query)
    return {"items": [summary(each) for each in found["items"]], "next": found["next"]}


@blueprint.route(f"{VILLAGE}/notices", methods=["POST"])
@writes(schemas.NoticeOutput, status=201, body=schemas.NoticeInput, permission="notice.make")
def post_notice(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Publish all that awaits it, as one numbered notice."""
    notice = operations.make_notice(
        village=village, kind=body["kind"], actor=current_actor(), now=now()
    )
    return notice_output(village, notice.number)


@blueprint.route(ONE)
@reads(schemas.NoticeOutput, permission=None)
def get_notice(village: str, number: int) -> dict[str, Any]:
    """One notice; its lines are gone 30 days after closing."""
    return notice_output(village, number)


@blueprint.route(f"{ONE}/lines")
@reads(schemas.NoticeLinePage, query=lists.LINES.query, permission=None)
def get_notice_lines(village: str, number: int, query: dict[str, Any]) -> dict[str, Any]:
    """The lines of a notice, in order. Not found 30 days after closing."""
    view = queries.notice_view(village, number, now())
    if view.lines_gone:
        raise NotFound()
    return {"items": lists.LINES.sift(line_outputs(view), query), "next": None}


@blueprint.route(f"{VILLAGE}/notices/awaiting")
@reads(schemas.AwaitingPage, query=lists.AWAITING.query, permission="notice.make")
def get_awaiting(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What the next notices will list, oldest first of each kind; all of it is given."""
    waiting = [
        {**vars(entry), "kind": kind}
        for kind, publisher in PUBLISHERS.items()
        for entry in publisher.waiting(village)
    ]
    return {"items": lists.AWAITING.sift(waiting, query), "next": None}


@blueprint.route(f"{ONE}.pdf")
@reads(None, permission=None, produces="application/pdf")
def get_notice_sheet(village: str, number: int) -> Response:
    """The sheet to put up, on A4; the names are masked. Not found once the lines are gone."""
    return sheet_pdf(village, number, now=now())


@blueprint.route(f"{VILLAGE}/ledger/reopenings/<int:voucher>.pdf")
@reads(None, permission=None, produces="application/pdf")
def get_reopening_sheet(village: str, voucher: int) -> Response:
    """The sheet to put up where the village's log was opened anew, under that voucher."""
    return reopened_pdf(village, voucher)


@blueprint.route(f"{ONE}/closing", methods=["POST"])
@writes(schemas.NoticeOutput, permission="notice.close")
def post_closing(village: str, number: int) -> dict[str, Any]:
    """Close a notice whose days are over; what nobody objects to goes on."""
    operations.close_notice(village=village, number=number, actor=current_actor(), now=now())
    db.session.flush()
    return notice_output(village, number)


@blueprint.route(f"{VILLAGE}/objections")
@reads(schemas.ObjectionPage, query=lists.OBJECTIONS.query, permission="objection.read", own=True)
def get_objections(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """A village's objections, newest first; residents see their own household's."""
    actor = current_actor()
    chosen = chosen_objections(village, query)
    if not may(actor, "objection.read", village):
        chosen = chosen.where(Objection.household_id == actor.household_id)
    found = page(chosen, [Objection.id.desc()], query)
    return {"items": objection_outputs(found["items"]), "next": found["next"]}


@blueprint.route(f"{VILLAGE}/objections", methods=["POST"])
@writes(
    schemas.ObjectionOutput,
    status=201,
    body=schemas.ObjectionInput,
    permission="objection.make",
    own=True,
)
def post_objection(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Say no to a line, an award, a redemption, a clearing or a missing award, with a reason."""
    about = body["about"]
    if "missing" in about:
        about["missing"] = Missing(**about["missing"])
    objection = operations.make_objection(
        village=village,
        about=About(**about),
        reason=body["reason"],
        on_behalf_of=body.get("on_behalf_of"),
        actor=current_actor(),
        now=now(),
    )
    return objection_outputs([objection])[0]


@blueprint.route(f"{VILLAGE}/redemptions/<uuid:redemption_id>/dispute", methods=["POST"])
@writes(
    schemas.ObjectionOutput,
    status=201,
    body=schemas.DisputeInput,
    permission="objection.make",
    own=True,
)
def post_dispute(village: str, redemption_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Dispute a redemption of one's own household: an objection about it."""
    objection = operations.make_objection(
        village=village,
        about=About(redemption=redemption_id),
        reason=body["reason"],
        on_behalf_of=body.get("on_behalf_of"),
        actor=current_actor(),
        now=now(),
    )
    return objection_outputs([objection])[0]


@blueprint.route(f"{VILLAGE}/objections/<uuid:objection_id>/ruling", methods=["POST"])
@writes(schemas.ObjectionOutput, body=schemas.RulingInput, permission="objection.rule")
def post_ruling(village: str, objection_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Decide an objection, with a reason."""
    objection = operations.rule_on_objection(
        village=village,
        objection_id=objection_id,
        upheld=body["upheld"],
        reason=body["reason"],
        shop_at_fault=body.get("shop_at_fault"),
        quantity=body.get("quantity"),
        actor=current_actor(),
        now=now(),
    )
    return objection_outputs([objection])[0]


@blueprint.route("/divisions/<code>/objections")
@reads(schemas.SentUpObjectionPage, query=lists.SENT_UP.query, permission="objection.rule_above")
def get_objections_sent_up(code: str, query: dict[str, Any]) -> dict[str, Any]:
    """What waits in the villages below and nobody there may rule on, the first due first."""
    found = objection_outputs(operations.sent_up(code))
    return {"items": lists.SENT_UP.sift(found, query), "next": None}


export_api(blueprint, f"{VILLAGE}/notices", get_notices, lists.NOTICES)
export_api(blueprint, f"{ONE}/lines", get_notice_lines, lists.LINES)
export_api(blueprint, f"{VILLAGE}/notices/awaiting", get_awaiting, lists.AWAITING)
export_api(blueprint, f"{VILLAGE}/objections", get_objections, lists.OBJECTIONS)
export_api(blueprint, "/divisions/<code>/objections", get_objections_sent_up, lists.SENT_UP)
