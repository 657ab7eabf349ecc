"""Sheets of cards by HTTP: ask, look how far they are, fetch."""

from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.cards import lists, operations, queries, schemas
from incentives.cards.api.shared import blueprint
from incentives.cards.models import SheetJob
from incentives.clock import now
from incentives.database import columns
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.lists import export_api

SHEETS = "/villages/<village>/cards/sheets"


def job_output(job: SheetJob) -> dict[str, Any]:
    """A job with how many sheets it makes."""
    return {**columns(job), "sheets": len(job.pages)}


@blueprint.route(SHEETS, methods=["POST"])
@writes(schemas.SheetsOutput, status=201, body=schemas.SheetsInput, permission="card.print")
def post_sheets(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for cards as sheets of A4 to cut: of a grid, some households, or the village.

    They are laid out in the background: ask for the job until it is `ready`.
    """
    return job_output(
        operations.ask_for_sheets(village=village, actor=current_actor(), now=now(), **body)
    )


@blueprint.route(SHEETS)
@reads(schemas.SheetsPage, query=lists.SHEETS.query, permission="card.print")
def get_sheets(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The sheets asked for since yesterday, newest first."""
    chosen = lists.SHEETS.narrow(queries.sheet_jobs(village), query)
    found = page(chosen, [SheetJob.id.desc()], query)
    return {**found, "items": [job_output(job) for job in found["items"]]}


export_api(blueprint, SHEETS, get_sheets, lists.SHEETS)


@blueprint.route(f"{SHEETS}/<uuid:job_id>")
@reads(schemas.SheetsOutput, permission="card.print")
def get_sheet_job(village: str, job_id: UUID) -> dict[str, Any]:
    """How far sheets are, and on which cards letters are missing."""
    return job_output(queries.find_sheet_job(village, job_id))


@blueprint.route(f"{SHEETS}/<uuid:job_id>.pdf")
@reads(None, permission="card.print", produces="application/pdf")
def get_sheets_pdf(village: str, job_id: UUID) -> Response:
    """Finished sheets as PDF, for a day."""
    content = operations.sheets_pdf(
        village=village, job_id=job_id, actor=current_actor(), now=now()
    )
    return Response(content, content_type="application/pdf")
