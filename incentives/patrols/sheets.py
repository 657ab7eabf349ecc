"""A patrol's log, and a month of them, on A4 (web/sheets.py)."""

from datetime import datetime
from uuid import UUID

from flask import Response
from flask_babel import gettext
from markupsafe import Markup

from incentives.calls.words import CATEGORIES
from incentives.extensions import db
from incentives.patrols.models import Patrol
from incentives.patrols.months import month_of
from incentives.patrols.queries import month_lines, patrol_lines, patrol_view, walked
from incentives.patrols.words import FLAGS, STATES, days_said
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


def month_html(village: str, month: str | None, team_id: UUID | None, now: datetime) -> Markup:
    """A month's sheet: who walked with which team, and each walk."""
    first, last = month_of(month, now)
    chosen = walked(village, first, last, team_id)
    found = db.session.scalars(chosen.order_by(Patrol.started_at, Patrol.id)).all()
    return sheet_html(
        "patrols/month_sheet.html",
        village=find_village(village),
        first=first,
        lines=month_lines(village, first, last, team_id),
        walks=patrol_lines(found),
        days_said=days_said,
        states=STATES,
    )


def month_pdf(village: str, month: str | None, team_id: UUID | None, now: datetime) -> Response:
    """The month as a PDF."""
    sheet = month_html(village, month, team_id, now)
    with for_the_wall():
        title = gettext("Patrols of a month")
    first, _last = month_of(month, now)
    return sheet_response(sheet, title=title, name=f"patrols-{first:%Y-%m}.pdf")
