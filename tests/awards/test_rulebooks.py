"""Rulebooks: drafts, the assembly's vote, and what is refused of each."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from incentives.access.actor import Role
from incentives.access.models import AuditRow
from incentives.awards import queries
from incentives.awards.models import RulebookStatus
from incentives.awards.queries import rules_in_force
from incentives.awards.template import template_items
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.errors import (
    Invalid,
    NoRuleInForce,
    NotFound,
    RuleNotAllowed,
    Stale,
    WrongState,
)
from incentives.extensions import db
from tests.awards.scenes import adopt_rules
from tests.awards.versions import ACTS, adopt, bring, discard, draft, edit, keep
from tests.factories import OTHER_VILLAGE, VILLAGE, make_village, staff


def test_a_stranger_learns_of_no_version(app: Flask) -> None:
    make_village()
    make_village(OTHER_VILLAGE)
    number = draft().number
    stranger = staff(Role.CADRE, OTHER_VILLAGE)
    for work in ACTS.values():
        with pytest.raises(NotFound):
            work(number, stranger)


def test_a_draft_is_made_from_the_template_or_from_a_version(app: Flask) -> None:
    make_village()
    first = draft()
    assert len(queries.items_of([first.id])[first.id]) == 35
    edit(first.number, template_items()[:2])
    second = draft(source=first.id)
    assert (second.number, len(queries.items_of([second.id])[second.id])) == (2, 2)
    with pytest.raises(NotFound):
        draft(source=new_id())


def test_a_village_looks_after_twenty_drafts_at_most(app: Flask) -> None:
    make_village()
    numbers = [draft().number for _ in range(20)]
    with pytest.raises(WrongState):
        draft()
    discard(numbers[0])
    assert draft().number == 21


def test_who_edits_what_they_have_not_seen_is_refused(app: Flask) -> None:
    make_village()
    rulebook = draft()
    number, seen = rulebook.number, rulebook.revision
    edit(number, template_items()[:10], seen)
    with pytest.raises(Stale):
        edit(number, template_items()[:3], seen)
    kept = queries.find_rulebook(VILLAGE, number)
    assert (kept.revision, len(queries.items_of([kept.id])[kept.id])) == (seen + 1, 10)
    with pytest.raises(Stale):
        adopt(number, revision=seen)
    assert adopt(number, revision=seen + 1).status is RulebookStatus.ADOPTED


def test_what_changes_nothing_leaves_the_revision_and_the_trail_alone(app: Flask) -> None:
    make_village()
    rulebook = draft()
    assert edit(rulebook.number, template_items()).revision == 1
    tags = [row.tag for row in db.session.query(AuditRow)]
    assert "rulebook_edited" not in tags


def test_each_act_leaves_its_row_with_what_changed(app: Flask) -> None:
    make_village()
    cadre = staff(Role.CADRE)
    number = draft().number
    items = template_items()
    edit(number, [replace(items[0], points=6), *items[2:], replace(items[0], code="XX01")])
    adopt(number, actor=cadre)
    bring(number, keep(cadre), cadre)
    discard(draft().number)
    rows = {row.tag: row.details for row in db.session.query(AuditRow).order_by(AuditRow.id)}
    assert rows["rulebook_edited"] == {
        "number": 1,
        "added": ["XX01"],
        "removed": ["PA02"],
        "changed": ["PA01"],
    }
    assert rows["rulebook_adopted"]["number"] == 1
    assert rows["minutes_kept"]["number"] == 1
    assert rows["rulebook_discarded"] == {"number": 2}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"code": "PA02"}, "/items/1/code"),
        ({"code": ""}, "/items/0/code"),
        ({"points": 0}, "/items/0/points"),
        ({"points": -5}, "/items/0/points"),
        ({"points": 41}, "/items/0/cap_points"),
        ({"cap_points": None}, "/items/0/cap_points"),
        ({"cap_per": None}, "/items/0/cap_per"),
        ({"cap_period": None}, "/items/0/cap_period"),
    ],
)
def test_a_bad_rule_is_told_at_its_field(app: Flask, change: dict[str, Any], pointer: str) -> None:
    make_village()
    number = draft().number
    items = template_items()
    items[0] = replace(items[0], **change)
    with pytest.raises(Invalid) as refused:
        edit(number, items)
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize("many", [0, 201])
def test_there_are_from_1_to_200_rules(app: Flask, many: int) -> None:
    make_village()
    first = template_items()[0]
    items = [replace(first, code=f"X{at}") for at in range(many)]
    with pytest.raises(Invalid) as refused:
        edit(draft().number, items)
    assert refused.value.errors[0].pointer == "/items"


def test_what_is_ruled_out_is_refused_at_editing_and_again_at_adoption(app: Flask) -> None:
    make_village()
    number = draft().number
    items = template_items()
    items[3] = replace(items[3], name_zh="主动信教登记")
    with pytest.raises(RuleNotAllowed) as refused:
        edit(number, items)
    assert [error.pointer for error in refused.value.errors] == ["/items/3/name_zh"]
    db.session.rollback()
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("UPDATE rule_item SET name_zh = '主动信教登记' WHERE line = 4"))
    with pytest.raises(RuleNotAllowed):
        adopt(number)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"present": 30}, "/present"),
        ({"in_favour": 20, "against": 0}, "/in_favour"),
        ({"held_on": 1, "effective_on": 1}, "/held_on"),
        ({"held_on": -2, "effective_on": -3}, "/effective_on"),
        ({"effective_on": 367}, "/effective_on"),
        ({"minutes": new_id()}, "/minutes"),
    ],
)
def test_a_vote_that_cannot_have_been_is_refused(
    app: Flask, changes: dict[str, Any], pointer: str
) -> None:
    make_village()
    today = village_day(now())
    for name in {"held_on", "effective_on"} & changes.keys():
        changes = changes | {name: today + timedelta(days=changes[name])}
    with pytest.raises(Invalid) as refused:
        adopt(draft().number, **changes)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_a_village_s_first_rules_may_hold_since_their_assembly(app: Flask) -> None:
    make_village()
    long_ago = village_day(now()) - timedelta(days=90)
    adopt(draft().number, held_on=long_ago, effective_on=long_ago)
    assert rules_in_force(VILLAGE, long_ago)[0].number == 1
    with pytest.raises(NoRuleInForce):
        rules_in_force(VILLAGE, long_ago - timedelta(days=1))


def test_later_rules_leave_the_days_gone_by_alone(app: Flask) -> None:
    make_village()
    adopt_rules()
    yesterday = village_day(now()) - timedelta(days=1)
    number = draft().number
    with pytest.raises(Invalid) as refused:
        adopt(number, held_on=yesterday, effective_on=yesterday)
    assert refused.value.errors[0].pointer == "/effective_on"
    adopt(number, held_on=yesterday)
    assert rules_in_force(VILLAGE, yesterday)[0].number == 1
    assert rules_in_force(VILLAGE, village_day(now()))[0].number == 2
