"""The lists of notices and objections that people narrow and take along."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from incentives.extensions import db
from incentives.notices.described import MATTER_WORDS, STATUS_WORDS, Described, described
from incentives.notices.models import Notice, NoticeKind, Objection
from incentives.notices.queries.objections import MATTERS
from incentives.notices.sheets import KINDS
from incentives.register.lists import in_village, village_names
from incentives.web.lists import (
    YES_OR_NO,
    Column,
    Kind,
    Listing,
    choice,
    days,
    hidden,
    search,
    year,
)
from incentives.web.states import state_of

OPEN_WORDS = {"true": _("in public now"), "false": _("closed")}

NOTICES = Listing(
    "notices",
    _("Public notices"),
    columns=[
        Column(_("Number"), "label"),
        Column(_("Of what"), lambda each: KINDS[each["kind"]]),
        Column(_("In public from"), "opened_on", Kind.DAY),
        Column(_("Last day in public"), "closes_on", Kind.DAY),
        Column(_("Closed at"), "closed_at", Kind.INSTANT),
        Column(_("Fingerprint"), "fingerprint", Kind.LONG),
    ],
    filters=[
        choice("kind", _("Of what"), KINDS, Notice.kind),
        replace(
            choice("open", _("State"), OPEN_WORDS),
            where=lambda value: (
                Notice.closed_at.is_(None) if value else Notice.closed_at.is_not(None)
            ),
        ),
        replace(year(), where=lambda value: Notice.year == value),
    ],
)


def holder(each: dict[str, Any]) -> str:
    """Whose a line is, as it stands in public: masked, and of a minor no name at all."""
    return each["holder"] or gettext("a minor")


def state(each: dict[str, Any]) -> str:
    """How far what a line lists is, in words."""
    if each["objected"]:
        return str(state_of("objected")[0])
    return str(state_of(each["status"], STATES[each["kind"]])[0])


STATES = {
    NoticeKind.AWARDS: "award",
    NoticeKind.DISBURSEMENTS: "disbursement",
    NoticeKind.OPENINGS: "opening",
}
LISTED = [
    Column(_("Who"), holder),
    Column(_("What was done"), "title", Kind.LONG),
    Column(_("On"), "occurred_on", Kind.DAY),
    Column(_("Quantity"), "quantity", Kind.NUMBER),
    Column(_("Points"), "points", Kind.NUMBER),
    Column(_("Yuan"), "amount_fen", Kind.YUAN),
    Column(_("Why"), "reason", Kind.LONG),
]
LINES = Listing(
    "notice_lines",
    _("Lines of the notice"),
    [Column(_("Line"), "line", Kind.NUMBER), *LISTED, Column(_("State"), state)],
    filters=[
        search(_("Who, what or why"), "holder", "what", "title", "reason"),
        choice("objected", _("Objected to"), YES_OR_NO, "objected"),
        *days("occurred_on"),
    ],
    paged=False,
)
AWAITING = Listing(
    "awaiting_notice",
    _("To be published"),
    [
        Column(_("Of what"), lambda each: KINDS[each["kind"]]),
        *LISTED,
        Column(_("Decided at"), "ready_at", Kind.INSTANT),
    ],
    filters=[
        search(_("Who, what or why"), "holder", "what", "title", "reason"),
        choice(
            "kind",
            _("Of what"),
            {kind: KINDS[kind] for kind in (NoticeKind.AWARDS, NoticeKind.DISBURSEMENTS)},
            "kind",
        ),
        *days("occurred_on"),
    ],
    paged=False,
)


def in_words(items: Sequence[dict[str, Any]]) -> list[Described]:
    """The objections of a page of the list, in words; those of each village by its own rules."""
    ids = [each["id"] for each in items]
    rows = db.session.query(Objection).where(Objection.id.in_(ids)).all()
    villages = {row.village for row in rows}
    found = [
        each
        for village in sorted(villages)
        for each in described(village, [row for row in rows if row.village == village])
    ]
    by_id = {each.objection.id: each for each in found}
    return [by_id[each] for each in ids]


def with_villages(items: Sequence[dict[str, Any]]) -> list[Described]:
    """The same of several villages, each with its village's name."""
    found = in_words(items)
    names = village_names({each.objection.village for each in found})
    return [replace(each, village=names[each.objection.village]) for each in found]


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
    Column(_("How often"), "granted_words"),
    Column(_("Ruled by"), "ruler"),
]
FILTERS = [
    search(_("Reason or ruling"), Objection.reason, Objection.ruling_reason),
    choice("status", _("State"), STATUS_WORDS, Objection.status),
    replace(
        choice("matter", _("To what"), MATTER_WORDS),
        where=lambda value: getattr(Objection, MATTERS[value]).is_not(None),
    ),
    *days(Objection.made_at, _("Made from"), _("Made until")),
    hidden("household", _("One household"), Objection.household_id),
]
OBJECTIONS = Listing("objections", _("Objections"), COLUMNS, FILTERS, named=True, rows=in_words)
OWN_OBJECTIONS = Listing(
    "own_objections", _("Our objections"), COLUMNS, FILTERS, named=True, rows=in_words
)
SENT_UP = Listing(
    "objections_sent_up",
    _("Objections sent up"),
    [Column(_("Village"), "village"), *COLUMNS],
    filters=[
        search(_("Reason"), "reason"),
        in_village("village"),
        replace(
            choice("matter", _("To what"), MATTER_WORDS),
            keeps=lambda each, value: each[MATTERS[value]] is not None,
        ),
        *days("made_at", _("Made from"), _("Made until")),
    ],
    paged=False,
    named=True,
    rows=with_villages,
)
