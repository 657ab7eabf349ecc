"""Opening balances by HTTP: a paper book entered, mended, checked by two, posted, taken back."""

from collections.abc import Container, Sequence
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import Select

from incentives.access.actor import current_actor
from incentives.access.queries import person_names
from incentives.clock import now
from incentives.database import columns
from incentives.openings import lists, operations, queries, schemas
from incentives.openings.models import Opening, OpeningLine
from incentives.openings.operations.steps import lines_of
from incentives.openings.problems import problems_of
from incentives.openings.queries import OpeningView
from incentives.openings.words import problem_words
from incentives.web.api import Blueprint, reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

blueprint = Blueprint("openings", __name__, url_prefix="/api/v1", description=__doc__)

OPENINGS = "/villages/<village>/openings"
ONE = f"{OPENINGS}/<uuid:opening_id>"
LINE = f"{ONE}/lines/<uuid:opening_line_id>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def summaries(found: Sequence[Opening]) -> list[dict[str, Any]]:
    """Openings with their sums; people by name."""
    totals = queries.totals_of([each.id for each in found])
    names = person_names({each.entered_by for each in found})
    return [
        {
            **columns(each),
            "entered_by": names.get(each.entered_by, ""),
            "notice": notice.number if (notice := queries.notice_of(each)) else None,
            "totals": totals[each.id],
        }
        for each in found
    ]


def output_of(village: str, opening_id: UUID) -> dict[str, Any]:
    """One opening as it now is."""
    view: OpeningView = queries.opening_view(village, opening_id)
    names = person_names({each.checker for each in view.checks})
    return {
        **summaries([view.opening])[0],
        "bad_lines": len(view.bad),
        "left_out": len(queries.households_left_out(view.opening)),
        "checks": [
            {**columns(each), "checker": names.get(each.checker, "")} for each in view.checks
        ],
        "missing_checks": [{"role": role, "lines": count} for role, count in view.missing.items()],
    }


def line_outputs(
    found: Sequence[OpeningLine], bad: dict[UUID, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Lines with what is wrong with them."""
    return [
        {
            **columns(line),
            "problems": [
                {**problem, "detail": problem_words(problem)} for problem in bad.get(line.id, ())
            ],
        }
        for line in found
    ]


def workbook(content: bytes, name: str) -> Response:
    """A workbook as an attachment."""
    response = Response(content, mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@blueprint.route(OPENINGS)
@reads(schemas.OpeningPage, query=lists.OPENINGS.query, permission="opening.read")
def get_openings(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What was taken over from paper books, or is being so, newest first."""
    chosen = lists.OPENINGS.narrow(queries.openings(village), query)
    found = page(chosen, [Opening.id.desc()], query)
    return {**found, "items": summaries(found["items"])}


@blueprint.route(OPENINGS, methods=["POST"])
@writes(schemas.OpeningOutput, status=201, body=schemas.OpeningInput, permission="opening.enter")
def post_opening(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Enter a paper book line by line."""
    opening = operations.draft_opening(
        village=village,
        occurred_on=body["occurred_on"],
        entries=body["lines"],
        actor=current_actor(),
        now=now(),
    )
    return output_of(village, opening.id)


@blueprint.route(f"{OPENINGS}/book", methods=["POST"])
@writes(schemas.OpeningOutput, status=201, upload=schemas.BookInput, permission="opening.enter")
def post_book(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Enter a paper book from its workbook; lines that can't be read are kept to be mended."""
    opening = operations.draft_opening_from_book(
        village=village,
        occurred_on=body["occurred_on"],
        book=body["file"],
        actor=current_actor(),
        now=now(),
    )
    return output_of(village, opening.id)


@blueprint.route(f"{OPENINGS}/template")
@reads(None, permission="opening.enter", produces=XLSX)
def get_template(village: str) -> Response:
    """The workbook to fill in, with the village's households and goods."""
    return workbook(queries.template(village), f"{village}-book")


@blueprint.route(ONE)
@reads(schemas.OpeningOutput, permission="opening.read")
def get_opening(village: str, opening_id: UUID) -> dict[str, Any]:
    """One opening: its sums, who checked it, which checks are missing."""
    return output_of(village, opening_id)


@blueprint.route(f"{ONE}/book")
@reads(None, permission="opening.enter", produces=XLSX)
def get_book(village: str, opening_id: UUID) -> Response:
    """The workbook with this opening's figures filled in, to be mended and brought again."""
    opening = queries.find_opening(village, opening_id)
    return workbook(queries.template(village, opening), f"{village}-book")


@blueprint.route(f"{ONE}/book", methods=["PUT"])
@writes(schemas.OpeningOutput, upload=schemas.BookAgainInput, permission="opening.enter")
def put_book(village: str, opening_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Bring the workbook of a draft again: all its lines are then the new file's."""
    operations.replace_book(
        village=village,
        opening_id=opening_id,
        book=body["file"],
        actor=current_actor(),
        now=now(),
    )
    return output_of(village, opening_id)


def chosen_lines(
    opening: Opening, bad: Container[UUID], query: dict[str, Any]
) -> Select[OpeningLine]:
    """The lines of an opening that the list's filters keep."""
    chosen = lists.LINES.narrow(queries.lines(opening.id), query)
    if query["bad"] is not None:
        numbers = [line.line for line in lines_of(opening) if line.id in bad]
        to_mend = OpeningLine.line.in_(numbers)
        chosen = chosen.where(to_mend if query["bad"] else ~to_mend)
    return chosen


@blueprint.route(f"{ONE}/lines")
@reads(schemas.OpeningLinePage, query=lists.LINES.query, permission="opening.read")
def get_lines(village: str, opening_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """The lines of an opening, in the order of the book; `bad`: those to be mended."""
    opening = queries.find_opening(village, opening_id)
    bad = queries.opening_view(village, opening_id).bad
    found = page(chosen_lines(opening, bad, query), [OpeningLine.line], query)
    return {**found, "items": line_outputs(found["items"], bad)}


@blueprint.route(LINE, methods=["PATCH"])
@writes(schemas.OpeningLineOutput, body=schemas.LineChange, permission="opening.enter")
def patch_line(
    village: str, opening_id: UUID, opening_line_id: UUID, body: dict[str, Any]
) -> dict[str, Any]:
    """Mend a line of a draft: whose it is, or its figures."""
    line = operations.mend_line(
        village=village,
        opening_id=opening_id,
        line_id=opening_line_id,
        changes=body,
        actor=current_actor(),
        now=now(),
    )
    opening = queries.find_opening(village, opening_id)
    return line_outputs([line], problems_of(village, lines_of(opening)))[0]


@blueprint.route(LINE, methods=["DELETE"])
@writes(None, status=204, permission="opening.enter")
def delete_line(village: str, opening_id: UUID, opening_line_id: UUID) -> None:
    """Take a line out of a draft."""
    operations.drop_line(
        village=village,
        opening_id=opening_id,
        line_id=opening_line_id,
        actor=current_actor(),
        now=now(),
    )


@blueprint.route(f"{ONE}/submission", methods=["POST"])
@writes(schemas.OpeningOutput, permission="opening.enter")
def post_submission(village: str, opening_id: UUID) -> dict[str, Any]:
    """Send a draft to be checked by two other people."""
    operations.submit_opening(
        village=village, opening_id=opening_id, actor=current_actor(), now=now()
    )
    return output_of(village, opening_id)


@blueprint.route(f"{ONE}/check", methods=["POST"])
@writes(schemas.OpeningOutput, permission="opening.check")
def post_check(village: str, opening_id: UUID) -> dict[str, Any]:
    """Say that it is what stands in the paper book, for the review group or the supervisors."""
    operations.check_opening(
        village=village, opening_id=opening_id, actor=current_actor(), now=now()
    )
    return output_of(village, opening_id)


@blueprint.route(f"{ONE}/posting", methods=["POST"])
@writes(schemas.OpeningOutput, permission="opening.post")
def post_posting(village: str, opening_id: UUID) -> dict[str, Any]:
    """Take over what was checked: points, money and goods, with a public notice."""
    operations.post_opening(
        village=village, opening_id=opening_id, actor=current_actor(), now=now()
    )
    return output_of(village, opening_id)


@blueprint.route(f"{ONE}/rejection", methods=["POST"])
@writes(schemas.OpeningOutput, body=schemas.ReasonInput, permission="opening.reject")
def post_rejection(village: str, opening_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """End an opening that isn't what stands in the paper book."""
    operations.reject_opening(
        village=village, opening_id=opening_id, actor=current_actor(), now=now(), **body
    )
    return output_of(village, opening_id)


@blueprint.route(f"{ONE}/withdrawal", methods=["POST"])
@writes(schemas.OpeningOutput, body=schemas.ReasonInput, permission="opening.enter")
def post_withdrawal(village: str, opening_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take an opening back before it is posted."""
    operations.withdraw_opening(
        village=village, opening_id=opening_id, actor=current_actor(), now=now(), **body
    )
    return output_of(village, opening_id)


@blueprint.route(f"{ONE}/reversal", methods=["POST"])
@writes(schemas.OpeningOutput, status=201, body=schemas.ReversalInput, permission="opening.reverse")
def post_reversal(village: str, opening_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Take back what was taken over wrongly: all of it, or some lines."""
    operations.reverse_opening(
        village=village, opening_id=opening_id, actor=current_actor(), now=now(), **body
    )
    return output_of(village, opening_id)


export_api(blueprint, OPENINGS, get_openings, lists.OPENINGS)
export_api(blueprint, f"{ONE}/lines", get_lines, lists.LINES)
