"""The signs of waypoints, to print and put up (web/sheets.py)."""

from uuid import UUID

from flask import Response
from flask_babel import gettext
from markupsafe import Markup

from incentives.cards.qr import qr_svg
from incentives.errors import NotFound
from incentives.installation import get_installation
from incentives.patrols.queries import codes_of_village, standing_waypoints
from incentives.register.queries import find_village
from incentives.web.sheets import for_the_wall, sheet_html, sheet_response


def sign_url(code: str) -> str:
    """What a sign's QR holds: the code is in the fragment, which no server's log ever sees."""
    return f"{get_installation().url.rstrip('/')}/p#{code}"


def signs_html(village: str, *, size: str, waypoint_id: UUID | None = None) -> Markup:
    """The signs of a village, or one: one an A4 page (`a4`), or four to be cut apart (`a6`).

    Refuses a place that isn't there or was given up.
    """
    codes = codes_of_village(village)
    signs = [
        (each, Markup(qr_svg(sign_url(codes[each.id].code))))  # noqa: S704 -- our own SVG
        for each in standing_waypoints(village)
        if waypoint_id in (None, each.id)
    ]
    if waypoint_id is not None and not signs:
        raise NotFound()
    each_page = 4 if size == "a6" else 1
    return sheet_html(
        "patrols/signs_sheet.html", village=find_village(village), signs=signs, each_page=each_page
    )


def signs_pdf(village: str, *, size: str, waypoint_id: UUID | None = None) -> Response:
    """The signs as a PDF."""
    sheet = signs_html(village, size=size, waypoint_id=waypoint_id)
    with for_the_wall():
        title = gettext("Signs of patrols")
    return sheet_response(sheet, title=title, name=f"signs-{village}-{size}.pdf")
