"""The lists of paper books that were taken over, to be narrowed and taken along."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.extensions import db
from incentives.openings.models import Opening, OpeningLine, OpeningStatus, Part
from incentives.openings.queries import line_views
from incentives.openings.words import PARTS
from incentives.web.lists import YES_OR_NO, Column, Kind, Listing, choice, days
from incentives.web.states import state_words

STATUSES = state_words("opening", OpeningStatus)

OPENINGS = Listing(
    "openings",
    _("Paper books"),
    columns=[
        Column(_("Book up to"), "occurred_on", Kind.DAY),
        Column(_("State"), lambda each: STATUSES[each["status"]]),
        Column(_("Households"), lambda each: each["totals"].households, Kind.NUMBER),
        Column(_("Points"), lambda each: each["totals"].points, Kind.NUMBER),
        Column(_("Cash (yuan)"), lambda each: each["totals"].cash_fen, Kind.YUAN),
        Column(_("Bank (yuan)"), lambda each: each["totals"].bank_fen, Kind.YUAN),
        Column(_("Goods (yuan)"), lambda each: each["totals"].stock_fen, Kind.YUAN),
        Column(_("Entered by"), "entered_by"),
        Column(_("Taken over at"), "posted_at", Kind.INSTANT),
    ],
    filters=[
        choice("status", _("State"), STATUSES, Opening.status),
        *days(Opening.occurred_on),
    ],
    named=True,
)


def with_titles(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a page with what each is of, in words."""
    ids = [each["id"] for each in items]
    rows = list(db.session.scalars(select(OpeningLine).where(OpeningLine.id.in_(ids))))
    titles = {view.line.id: view.title for view in line_views(rows, {})}
    return [each | {"title": titles[each["id"]]} for each in items]


LINES = Listing(
    "opening_lines",
    _("Lines of the paper book"),
    columns=[
        Column(_("Line"), "line", Kind.NUMBER),
        Column(_("Part"), lambda each: PARTS[Part(each["part"])]),
        Column(_("Of whom or what"), "title", Kind.LONG),
        Column(_("Points"), "points", Kind.NUMBER),
        Column(_("Cash (yuan)"), "cash_fen", Kind.YUAN),
        Column(_("Bank (yuan)"), "bank_fen", Kind.YUAN),
        Column(_("Quantity"), "quantity", Kind.NUMBER),
        Column(_("Cost of one (yuan)"), "unit_cost_fen", Kind.YUAN),
        Column(_("Taken back at"), "reversed_at", Kind.INSTANT),
    ],
    filters=[
        choice("part", _("Part"), PARTS, OpeningLine.part),
        choice("bad", _("To be mended"), YES_OR_NO),
    ],
    named=True,
    rows=with_titles,
)
