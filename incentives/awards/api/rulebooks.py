"""Rulebooks by HTTP: drafts and their items, adoption, differences, the rules in force."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from flask import Response

from incentives.access.actor import Actor, current_actor, find_actor
from incentives.awards import lists, operations, queries, schemas
from incentives.awards.api.shared import VILLAGE, blueprint
from incentives.awards.differences import ItemChange
from incentives.awards.models import Rulebook, RulebookStatus
from incentives.awards.sheets import rulebook_pdf, rulebook_workbook
from incentives.awards.template import ItemDraft, as_draft, findings_of, sentence_of
from incentives.clock import now, village_day
from incentives.database import columns
from incentives.web.api import reads, writes
from incentives.web.cursors import page
from incentives.web.workbooks import XLSX

RULEBOOK = f"{VILLAGE}/rulebooks/<int:number>"


def rulebook_outputs(
    village: str, found: Sequence[Rulebook], actor: Actor | None
) -> list[dict[str, Any]]:
    """Versions with their items; the minutes' file only for whom may read it."""
    items = queries.items_of([each.id for each in found])
    standings = queries.standings(village, found, village_day(now()))
    never = queries.never_held(village, found)
    staff = queries.may_read_drafts(actor, village)
    return [
        {
            **columns(each),
            "standing": standings[each.id],
            "never_held": each.id in never,
            "minutes": each.minutes_id if staff else None,
            "minutes_kept": each.minutes_id is not None,
            "items": items[each.id],
        }
        for each in found
    ]


def one_output(rulebook: Rulebook, actor: Actor | None) -> dict[str, Any]:
    """One version as an answer."""
    return rulebook_outputs(rulebook.village, [rulebook], actor)[0]


@blueprint.route(f"{VILLAGE}/rulebooks")
@reads(schemas.RulebookPage, query=lists.RULEBOOKS.query, permission=None)
def get_rulebooks(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """All versions of a village's rules, newest first; the public's are the adopted ones."""
    actor = find_actor()
    chosen = lists.RULEBOOKS.narrow(queries.rulebooks(village), query)
    if not queries.may_read_drafts(actor, village):
        chosen = chosen.where(Rulebook.status == RulebookStatus.ADOPTED)
    found = page(chosen, [Rulebook.number.desc()], query)
    return {"items": rulebook_outputs(village, found["items"], actor), "next": found["next"]}


@blueprint.route(f"{VILLAGE}/rulebooks", methods=["POST"])
@writes(schemas.RulebookOutput, status=201, body=schemas.RulebookInput, permission="rulebook.draft")
def post_rulebook(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Begin the next version, from the template or another version."""
    actor = current_actor()
    rulebook = operations.draft_rulebook(
        village=village, source=body["source"], actor=actor, now=now()
    )
    return one_output(rulebook, actor)


@blueprint.route(RULEBOOK)
@reads(schemas.RulebookOutput, permission=None)
def get_rulebook(village: str, number: int) -> dict[str, Any]:
    """One version with its items; anyone reads an adopted one, for ever."""
    actor = find_actor()
    return one_output(queries.find_readable(village, number, actor), actor)


@blueprint.route(f"{RULEBOOK}.xlsx")
@reads(None, permission=None, produces=XLSX)
def get_workbook(village: str, number: int) -> Response:
    """The items of one version as a workbook."""
    rulebook = queries.find_readable(village, number, find_actor())
    return rulebook_workbook(rulebook, queries.items_of([rulebook.id])[rulebook.id])


@blueprint.route(f"{RULEBOOK}.pdf")
@reads(None, permission=None, produces="application/pdf")
def get_sheet(village: str, number: int) -> Response:
    """One version as a sheet for the wall, in Chinese with Tibetan headings."""
    rulebook = queries.find_readable(village, number, find_actor())
    return rulebook_pdf(rulebook, village_day(now()))


@blueprint.route(f"{RULEBOOK}/items", methods=["PUT"])
@writes(schemas.RulebookOutput, body=schemas.RuleItemsInput, permission="rulebook.draft")
def put_items(village: str, number: int, body: dict[str, Any]) -> dict[str, Any]:
    """Replace all items of a draft."""
    actor = current_actor()
    rulebook = operations.set_items(
        village=village,
        number=number,
        items=[ItemDraft(**item) for item in body["items"]],
        revision=body.get("revision"),
        actor=actor,
        now=now(),
    )
    return one_output(rulebook, actor)


@blueprint.route(f"{RULEBOOK}/changes")
@reads(schemas.ChangesOutput, query=schemas.ChangesQuery, permission=None)
def get_changes(village: str, number: int, query: dict[str, Any]) -> dict[str, Any]:
    """What a version changes of the one that it replaces, or of the one asked for."""
    actor = find_actor()
    rulebook = queries.find_readable(village, number, actor)
    before = (
        queries.find_readable(village, query["against"], actor)
        if "against" in query
        else queries.predecessor(rulebook, village_day(now()))
    )
    changes = queries.changes_of(rulebook, before)
    return {
        "number": number,
        "against": before.number if before else None,
        "added": changes.added,
        "removed": changes.removed,
        "changed": [change_output(each) for each in changes.changed],
    }


def change_output(change: ItemChange) -> dict[str, Any]:
    """A changed rule as JSON has it."""
    return {
        "code": change.code,
        "changes": [
            {"field": each.field, "old": plain_value(each.old), "new": plain_value(each.new)}
            for each in change.changes
        ],
    }


def plain_value(value: Any) -> Any:
    """A field's value as JSON has it."""
    return value.value if isinstance(value, Enum) else value


@blueprint.route(f"{RULEBOOK}/doubts")
@reads(schemas.DoubtsOutput, permission="rulebook.read")
def get_doubts(village: str, number: int) -> dict[str, Any]:
    """What the template check lets pass, but the assembly and the township should look at."""
    rulebook = queries.find_rulebook(village, number)
    findings = [
        finding
        for item in queries.items_of([rulebook.id])[rulebook.id]
        for finding in findings_of(as_draft(item))
    ]
    return {"items": [{**vars(each), "detail": str(sentence_of(each))} for each in findings]}


@blueprint.route(f"{RULEBOOK}/adoption", methods=["POST"])
@writes(schemas.RulebookOutput, body=schemas.AdoptionInput, permission="rulebook.adopt")
def post_adoption(village: str, number: int, body: dict[str, Any]) -> dict[str, Any]:
    """Enter that the village assembly adopted a draft."""
    actor = current_actor()
    rulebook = operations.adopt_rulebook(
        village=village,
        number=number,
        revision=body.pop("revision", None),
        adoption=operations.Adoption(**body),
        actor=actor,
        now=now(),
    )
    return one_output(rulebook, actor)


@blueprint.route(f"{RULEBOOK}/minutes", methods=["PUT"])
@writes(schemas.RulebookOutput, body=schemas.MinutesInput, permission="rulebook.keep_minutes")
def put_minutes(village: str, number: int, body: dict[str, Any]) -> dict[str, Any]:
    """Put the assembly's minutes to an adopted version, once and for ever."""
    actor = current_actor()
    rulebook = operations.keep_minutes(
        village=village, number=number, minutes=body["file"], actor=actor, now=now()
    )
    return one_output(rulebook, actor)


@blueprint.route(f"{RULEBOOK}/discarding", methods=["POST"])
@writes(schemas.RulebookOutput, permission="rulebook.discard")
def post_discarding(village: str, number: int) -> dict[str, Any]:
    """Discard a draft."""
    actor = current_actor()
    rulebook = operations.discard_rulebook(village=village, number=number, actor=actor, now=now())
    return one_output(rulebook, actor)


@blueprint.route(f"{VILLAGE}/rules")
@reads(schemas.RulesOutput, query=schemas.RulesQuery, permission=None)
def get_rules(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The rules in force on a day, today unless said otherwise."""
    on = query["on"] or village_day(now())
    rulebook, items = queries.rules_in_force(village, on)
    return {
        "rulebook": rulebook.number,
        "effective_on": rulebook.effective_on,
        "on": on,
        "items": items,
    }
