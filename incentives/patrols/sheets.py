"""A patrol's log on A4 (web/sheets.py)."""

from uuid import UUID

from flask import Response
from flask_babel import gettext
from markupsafe import Markup

from incentives.calls.words import CATEGORIES
from incentives.patrols.queries import patrol_view
from incentives.patrols.words import FLAGS, STATES
from incentives.register.queries import find_village
from incentives.web.sheets import for_the_wall, sheet_html, sheet_response


def log_html(village: str, patrol_id: UUID) -> Markup:
    """The log's sheet, for the page and for the PDF."""
    return sheet_html(
        "patrols/log_sheet.html",
        village=find_village(village),
        view=patrol_view(village, patrol_id),
        states=STATES,
        flags=FLAGS,
        kinds=CATEGORIES,
    )


def log_pdf(village: str, patrol_id: UUID) -> Response:
    """The log as a PDF."""
    sheet = log_html(village, patrol_id)
    with for_the_wall():
        title = gettext("Patrol log")
    return sheet_response(sheet, title=title, name=f"patrol-{patrol_id}.pdf")
