"""The lists of notices and objections that people narrow and take along."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _

from incentives.extensions import db
from incentives.notices.described import MATTER_WORDS, STATUS_WORDS, Described, described
from incentives.notices.models import Objection
from incentives.notices.sheets import KINDS
from incentives.web.lists import Column, Filter, Kind, Listing, Look, words

OPEN_WORDS = {"true": _("in public now"), "false": _("closed")}

NOTICES = Listing(
    "notices",
    _("Public notices"),
    columns=[
        Column(_("Number"), "label"),
        Column(_("Of what"), lambda each: KINDS[each["kind"]]),
        Column(_("In public from"), "opened_on", Kind.DAY),
        Column(_("Closes on"), "closes_on", Kind.DAY),
        Column(_("Closed at"), "closed_at", Kind.INSTANT),
        Column(_("Fingerprint"), "fingerprint", Kind.LONG),
    ],
    filters=[
        Filter("kind", _("Of what"), Look.CHOICE, options=words(KINDS)),
        Filter("open", _("State"), Look.CHOICE, options=words(OPEN_WORDS)),
        Filter("year", _("Year"), Look.NUMBER),
    ],
)


def in_words(items: Sequence[dict[str, Any]]) -> list[Described]:
    """The objections of a page of the list, in words."""
    ids = [each["id"] for each in items]
    rows = {row.id: row for row in db.session.query(Objection).where(Objection.id.in_(ids))}
    villages = {row.village for row in rows.values()}
    found = [each for village in villages for each in described(village, list(rows.values()))]
    by_id = {each.objection.id: each for each in found}
    return [by_id[each] for each in ids]


COLUMNS = [
    Column(_("To what"), "matter"),
    Column(_("Which"), "title", Kind.LONG),
    Column(_("Reason"), lambda each: each.objection.reason, Kind.LONG),
    Column(_("By"), "asker"),
    Column(_("Written down by"), "writer"),
    Column(_("Made at"), lambda each: each.objection.made_at, Kind.INSTANT),
    Column(_("A ruling is due"), lambda each: each.objection.due_on, Kind.DAY),
    Column(_("State"), lambda each: STATUS_WORDS[each.objection.status]),
    Column(_("Ruled at"), lambda each: each.objection.ruled_at, Kind.INSTANT),
    Column(_("Ruling"), lambda each: each.objection.ruling_reason, Kind.LONG),
    Column(_("Ruled by"), "ruler"),
]
FILTERS = [
    Filter("status", _("State"), Look.CHOICE, options=words(STATUS_WORDS)),
    Filter("matter", _("To what"), Look.CHOICE, options=words(MATTER_WORDS)),
    Filter("from", _("Made from"), Look.DAY),
    Filter("to", _("Made until"), Look.DAY),
]
OBJECTIONS = Listing("objections", _("Objections"), COLUMNS, FILTERS, named=True, rows=in_words)
OWN_OBJECTIONS = Listing(
    "own_objections", _("Our objections"), COLUMNS, FILTERS, named=True, rows=in_words
)
SENT_UP = Listing(
    "objections_sent_up",
    _("Objections sent up"),
    [Column(_("Village"), lambda each: each.objection.village), *COLUMNS],
    named=True,
    rows=in_words,
)
DUTIES = Listing(
    "duties",
    _("Red and blue ledger"),
    columns=[
        Column(_("Who has to do it"), "office"),
        Column(_("What"), "title", Kind.LONG),
        Column(_("Due on"), "due_on", Kind.DAY),
        Column(_("Days overdue"), "days_overdue", Kind.NUMBER),
    ],
    filters=[
        Filter(
            "ledger",
            _("Which"),
            Look.CHOICE,
            options=words({"red": _("overdue"), "blue": _("in time")}),
        )
    ],
)
