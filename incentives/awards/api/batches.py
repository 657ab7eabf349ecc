"""One act of many people by HTTP: who can be named, whom a list means, what caps leave."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from incentives.access.actor import current_actor
from incentives.awards import batches, cover, naming, operations, queries, schemas, words
from incentives.awards.api.awards import act_of, award_outputs
from incentives.awards.api.shared import VILLAGE, blueprint
from incentives.awards.naming import NamedLine
from incentives.awards.sign_up import SignUp, sign_up_pdf
from incentives.clock import now, village_day
from incentives.database import columns
from incentives.web.api import reads, writes

BATCH = f"{VILLAGE}/awards/batch"


@blueprint.route(BATCH, methods=["POST"])
@writes(schemas.BatchOutput, status=201, body=schemas.BatchInput, permission="award.propose")
def post_batch(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Propose the same act for many people: all or none, each bad line named."""
    actor, lines, act = current_actor(), lines_of(body), act_of(body)
    entered = entered_before(village, act, lines)
    awards = operations.propose_batch(
        village=village, lines=lines, act=act, once=body["once"], actor=actor, now=now()
    )
    outputs = award_outputs(queries.award_views(awards), actor)
    return {
        "batch_id": awards[0].batch_id,
        "entered": entered,
        "items": outputs,
        "warnings": cover.warnings(village, 0, village_day(now())),
    }


def entered_before(
    village: str, act: operations.Act, lines: Sequence[operations.BatchLine]
) -> queries.Entered | None:
    """The batch as which the list was entered already."""
    people = [line.resident_id for line in lines]
    return queries.entered_already(village, act.rule_item, act.occurred_on, people)


def lines_of(body: dict[str, Any]) -> list[operations.BatchLine]:
    """The people of a batch, taken out of a body."""
    return [operations.BatchLine(**line) for line in body.pop("lines")]


@blueprint.route(f"{BATCH}/check", methods=["POST"])
@writes(schemas.BatchCheckOutput, body=schemas.BatchInput, permission="award.propose", keyed=False)
def check_batch(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a batch would be answered line by line, with what caps leave; nothing is kept."""
    lines, act = lines_of(body), act_of(body)
    checks = operations.check_batch(
        village=village, lines=lines, act=act, actor=current_actor(), now=now()
    )
    standing = queries.who_stands(
        village, act.rule_item, act.occurred_on, [line.resident_id for line in lines]
    )
    points = sum(each.points for each in checks)
    return {
        "ready": not any(each.problem for each in checks)
        and not (body["once"] and standing)
        and not cover.is_refused(village, points, village_day(now())),
        "entered": entered_before(village, act, lines),
        "standing": list(standing),
        "points": points,
        "warnings": cover.warnings(village, points, village_day(now())),
        "lines": checks,
    }


@blueprint.route(f"{BATCH}/people")
@reads(schemas.PeopleOutput, query=schemas.PeopleQuery, permission="award.propose")
def get_people(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """Who can be named, by household, with what the rule's cap leaves each on that day."""
    item = batches.item_on(village, query["rule_item"], query["occurred_on"])
    people = batches.people_of(village, grid=query.get("grid"))
    room = batches.room_of(item, query["occurred_on"], people)
    return {
        **columns(item),
        "people": [
            {
                "resident_id": each.resident.id,
                "name": each.resident.name,
                "household_id": each.household.id,
                "door": each.household.door,
                "number": each.household.number,
                "grid": each.household.grid,
                "holder": room[each.resident.id].holder,
                "used": room[each.resident.id].used,
                "left": room[each.resident.id].left,
            }
            for each in people
        ],
    }


@blueprint.route(f"{BATCH}/last")
@reads(schemas.LastBatchesOutput, permission="award.propose")
def get_last(village: str) -> dict[str, Any]:
    """The people of one's own last batches, the newest first."""
    found = queries.same_people(village, current_actor().person)
    return {
        "batches": [
            {
                "rule_item": item.code,
                "name_zh": item.name_zh,
                "occurred_on": day,
                "resident_ids": people,
            }
            for item, day, people in found
        ]
    }


@blueprint.route(f"{BATCH}/names", methods=["POST"])
@writes(schemas.NamedLinesOutput, body=schemas.NamesInput, permission="award.propose", keyed=False)
def post_names(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Whom a pasted list means, line by line; nothing is kept."""
    return {"lines": line_outputs(naming.match_text(village, body["text"]))}


@blueprint.route(f"{BATCH}/sheet", methods=["POST"])
@writes(
    schemas.NamedLinesOutput, upload=schemas.SheetInput, permission="award.propose", keyed=False
)
def post_sheet(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Whom an uploaded sheet means, row by row; nothing is kept."""
    return {"lines": line_outputs(naming.match_table(village, body["file"], "/file"))}


def line_outputs(lines: Sequence[NamedLine]) -> list[dict[str, Any]]:
    """Lines with what is wrong in words."""
    return [
        {
            "line": each.line,
            "typed": each.typed,
            "resident_id": each.resident_id,
            "problem": each.problem,
            "detail": None if each.problem is None else str(words.NAME_PROBLEMS[each.problem]),
            "candidates": each.candidates,
        }
        for each in lines
    ]


@blueprint.route(f"{BATCH}/sign-up.pdf")
@reads(None, query=schemas.PeopleQuery, permission="award.propose", produces="application/pdf")
def get_sign_up(village: str, query: dict[str, Any]) -> Response:
    """A sign-up sheet to print before the act: everybody's name with a box to tick."""
    return sign_up_pdf(SignUp(village, **query, printed_at=now()))
