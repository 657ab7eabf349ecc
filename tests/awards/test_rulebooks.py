"""Rulebooks: who may do what in which state, the assembly's vote, and which version holds when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import SYSTEM, Actor, Role
from incentives.access.models import AuditRow
from incentives.access.permissions import TABLE
from incentives.awards import operations as awards
from incentives.awards import queries
from incentives.awards.differences import difference
from incentives.awards.models import CapPer, CapPeriod, Rulebook, RulebookStatus
from incentives.awards.queries import Standing, rules_in_force
from incentives.awards.states import RULEBOOK_PERMISSIONS, RULEBOOK_TRANSITIONS, RulebookAction
from incentives.awards.template import template_items
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.errors import (
    Invalid,
    NoRuleInForce,
    NotFound,
    NotPermitted,
    Refusal,
    RuleNotAllowed,
    Stale,
    WrongState,
)
from incentives.extensions import db
from incentives.files.operations import erase_file, keep_file
from incentives.files.queries import readable_file
from tests.awards.scenes import adopt_rules, make_scene
from tests.conftest import Clock
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_village, staff

FLOW = {
    ("draft", "edit"): "draft",
    ("draft", "adopt"): "adopted",
    ("draft", "discard"): "discarded",
    ("adopted", "keep_minutes"): "adopted",
}


def picture() -> bytes:
    """A photo."""
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "white").save(buffer, "PNG")
    return buffer.getvalue()


def keep(actor: Actor) -> UUID:
    """A file that this person brought; its id."""
    return act(lambda: keep_file(village=VILLAGE, content=picture(), actor=actor, now=now()).id)


def draft(source: UUID | None = None) -> Rulebook:
    """A new draft."""
    cadre = staff(Role.CADRE)
    return act(
        lambda: awards.draft_rulebook(village=VILLAGE, source=source, actor=cadre, now=now())
    )


def edit(number: int, items: Any, revision: int | None = None, actor: Actor | None = None) -> Any:
    """Set a draft's items."""
    who = actor or staff(Role.CADRE)
    return act(
        lambda: awards.set_items(
            village=VILLAGE, number=number, items=items, revision=revision, actor=who, now=now()
        )
    )


def vote(**changes: Any) -> awards.Adoption:
    """A vote that carries, of today."""
    today = village_day(now())
    figures = {"present": 40, "in_favour": 31, "against": 2}
    return awards.Adoption(**{"held_on": today, "effective_on": today, **figures, **changes})


def adopt(number: int, *, revision: int | None = None, actor: Actor | None = None, **c: Any) -> Any:
    """Adopt a draft."""
    who = actor or staff(Role.CADRE)
    adoption = vote(**c)
    return act(
        lambda: awards.adopt_rulebook(
            village=VILLAGE,
            number=number,
            adoption=adoption,
            revision=revision,
            actor=who,
            now=now(),
        )
    )


def discard(number: int, actor: Actor | None = None) -> Any:
    """Discard a draft."""
    who = actor or staff(Role.CADRE)
    return act(
        lambda: awards.discard_rulebook(village=VILLAGE, number=number, actor=who, now=now())
    )


def bring(number: int, minutes: UUID, actor: Actor) -> Any:
    """Bring the minutes."""
    return act(
        lambda: awards.keep_minutes(
            village=VILLAGE, number=number, minutes=minutes, actor=actor, now=now()
        )
    )


def in_state(status: RulebookStatus) -> Rulebook:
    """A version in a state."""
    rulebook = draft()
    number = rulebook.number
    if status is RulebookStatus.ADOPTED:
        adopt(number)
    if status is RulebookStatus.DISCARDED:
        discard(number)
    return queries.find_rulebook(VILLAGE, number)


ACTS: dict[RulebookAction, Callable[[int, Actor], Any]] = {
    RulebookAction.EDIT: lambda number, actor: edit(number, template_items()[1:], actor=actor),
    RulebookAction.ADOPT: lambda number, actor: adopt(number, actor=actor),
    RulebookAction.DISCARD: lambda number, actor: discard(number, actor),
    RulebookAction.KEEP_MINUTES: lambda number, actor: bring(number, keep(SYSTEM), actor),
}


@pytest.mark.parametrize("status", RulebookStatus)
def test_each_state_takes_the_actions_of_the_flow_by_the_roles_of_the_table(
    app: Flask, status: RulebookStatus
) -> None:
    """Every state × action × role, in one village a state: what is refused changes nothing."""
    make_village()
    for action in RulebookAction:
        for role in Role:
            number = in_state(status).number
            expected = FLOW.get((status.value, action.value))
            may = role in TABLE[RULEBOOK_PERMISSIONS[action]]
            division = TOWNSHIP if role in (Role.OVERSEER, Role.ADMINISTRATOR) else VILLAGE
            actor = staff(role, division)
            if action is RulebookAction.KEEP_MINUTES and may:
                file = keep(actor)
                work: Callable[[], Any] = lambda n=number, f=file, a=actor: bring(n, f, a)  # noqa: E731
            else:
                work = lambda a=action, n=number, who=actor: ACTS[a](n, who)  # noqa: E731
            if may and expected:
                work()
            else:
                with pytest.raises(WrongState if may else NotPermitted):
                    work()
            db.session.rollback()
            after = queries.find_rulebook(VILLAGE, number).status.value
            assert after == (expected if may and expected else status.value), (action, role)
            if after == "draft":
                discard(number)


def test_the_table_of_states_is_the_flow() -> None:
    for status in RulebookStatus:
        for action in RulebookAction:
            before, after = RULEBOOK_TRANSITIONS[action]
            found = after.value if status in before else None
            assert found == FLOW.get((status.value, action.value))


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


def standings() -> list[Standing]:
    """Where each version stands today, by number."""
    found = db.session.scalars(queries.rulebooks(VILLAGE).order_by(Rulebook.number)).all()
    of = queries.standings(VILLAGE, found, village_day(now()))
    return [of[each.id] for each in found]


def test_a_version_is_coming_then_in_force_then_superseded(app: Flask, clock: Clock) -> None:
    make_village()
    adopt(draft().number)
    draft()
    today = village_day(now())
    adopt(2, effective_on=today + timedelta(days=7))
    discard(draft().number)
    draft()
    assert standings() == ["in_force", "coming", "discarded", "draft"]
    assert rules_in_force(VILLAGE, today + timedelta(days=6))[0].number == 1
    clock.forward(days=7)
    assert standings() == ["superseded", "in_force", "discarded", "draft"]


def test_the_later_decision_holds_from_its_day_whatever_was_to_come(app: Flask) -> None:
    """A version decided on in March for June gives way to one decided on in April for May."""
    make_village()
    today = village_day(now())
    adopt(draft().number)
    adopt(draft().number, effective_on=today + timedelta(days=60))
    adopt(draft().number, effective_on=today + timedelta(days=30))
    assert standings() == ["in_force", "superseded", "coming"]
    for days, number in ((29, 1), (30, 3), (60, 3), (90, 3)):
        assert rules_in_force(VILLAGE, today + timedelta(days=days))[0].number == number


def test_of_two_versions_of_one_day_the_later_decision_holds(app: Flask, clock: Clock) -> None:
    make_village()
    first, second = draft().number, draft().number
    adopt(second)
    clock.forward(hours=1)
    adopt(first)
    assert rules_in_force(VILLAGE, village_day(now()))[0].number == first
    assert standings() == ["in_force", "superseded"]


def test_a_version_is_compared_with_what_it_replaces(app: Flask, clock: Clock) -> None:
    make_village()
    adopt(draft().number)
    items = template_items()
    changed = replace(items[0], points=6, cap_points=60, name_en=None)
    edit(draft().number, [changed, *items[2:], replace(items[0], code="XX01")])
    second = queries.find_rulebook(VILLAGE, 2)
    before = queries.predecessor(second, village_day(now()))
    assert before is not None
    found = queries.changes_of(second, before)
    assert [each.code for each in found.added] == ["XX01"]
    assert [each.code for each in found.removed] == ["PA02"]
    assert [(each.code, [c.field for c in each.changes]) for each in found.changed] == [
        ("PA01", ["name_en", "points", "cap_points"])
    ]
    assert [(c.old, c.new) for c in found.changed[0].changes][1:] == [(5, 6), (40, 60)]
    adopt(2)
    clock.forward(days=3)
    adopt(draft().number)
    kept = queries.predecessor(queries.find_rulebook(VILLAGE, 2), village_day(now()))
    assert kept is not None
    assert kept.number == 1


def test_first_rules_replace_none(app: Flask) -> None:
    make_village()
    first = draft()
    assert queries.predecessor(first, village_day(now())) is None
    assert len(queries.changes_of(first, None).added) == 35


def test_the_order_of_rules_is_no_difference() -> None:
    items = template_items()
    assert not difference(items, list(reversed(items)))
    other = replace(items[0], cap_per=CapPer.HOUSEHOLD, cap_period=CapPeriod.YEAR, claimable=True)
    (change,) = difference(items, [other, *items[1:]]).changed
    assert [each.field for each in change.changes] == ["cap_per", "cap_period", "claimable"]


def test_minutes_are_kept_once_and_for_ever(app: Flask) -> None:
    make_village()
    cadre = staff(Role.CADRE)
    number = draft().number
    minutes = keep(cadre)
    adopt(number, actor=cadre, minutes=minutes)
    with pytest.raises(WrongState):
        bring(number, keep(cadre), cadre)
    with pytest.raises(WrongState):
        act(lambda: erase_file(village=VILLAGE, file_id=minutes, actor=SYSTEM, now=now()))
    assert queries.find_rulebook(VILLAGE, number).minutes_id == minutes


def test_minutes_are_read_by_staff_and_township_and_not_by_others(app: Flask) -> None:
    make_village()
    make_village(OTHER_VILLAGE)
    cadre = staff(Role.CADRE)
    adopt(draft().number, actor=cadre, minutes=(minutes := keep(cadre)))
    for role in Role:
        actor = staff(role, TOWNSHIP if role is Role.OVERSEER else VILLAGE)
        if role in TABLE["rulebook.read"]:
            assert readable_file(VILLAGE, minutes, actor).id == minutes
        else:
            with pytest.raises(NotFound):
                readable_file(VILLAGE, minutes, actor)
    with pytest.raises(NotFound):
        readable_file(VILLAGE, minutes, staff(Role.CADRE, OTHER_VILLAGE))


def test_evidence_is_no_minutes(app: Flask) -> None:
    scene = make_scene()
    file = keep(scene.cadre)
    award = scene.propose("CL03")
    scene.edit(award, evidence=[file])
    with pytest.raises(Invalid) as refused:
        bring(1, file, scene.cadre)
    assert refused.value.errors[0].pointer == "/file"


ROUND_THE_PROGRAM = (
    "UPDATE rule_item SET points = 1000 WHERE line = 1",
    "DELETE FROM rule_item WHERE line = 1",
    "UPDATE rule_item SET line = 900 WHERE line = 1",
    "INSERT INTO rule_item (id, rulebook_id, line, code, category, name_zh, points, unit, evidence,"
    " claimable) SELECT drafted_by, id, 900, 'ZZ99', 'patrol', 'x', 1, 'time', 'photo', {false}"
    " FROM rulebook",
    "UPDATE rulebook SET in_favour = 40, against = 0",
    "UPDATE rulebook SET effective_on = '2026-12-31'",
    "UPDATE rulebook SET status = 'draft'",
    "UPDATE rulebook SET minutes_id = NULL",
    "UPDATE rulebook SET number = 9",
    "DELETE FROM rulebook",
)


@pytest.mark.parametrize("statement", ROUND_THE_PROGRAM)
def test_the_database_keeps_what_was_adopted(app: Flask, database: str, statement: str) -> None:
    make_village()
    cadre = staff(Role.CADRE)
    adopt(draft().number, actor=cadre, minutes=keep(cadre))
    db.session.remove()
    sql = statement.format(false="0" if database == "sqlite" else "false")
    with (
        db.engine.connect().execution_options(write=True) as connection,
        pytest.raises(DBAPIError, match=r"adopted|deleted"),
        connection.begin(),
    ):
        connection.execute(text(sql))
    kept = queries.find_rulebook(VILLAGE, 1)
    assert (kept.status, kept.in_favour) == (RulebookStatus.ADOPTED, 31)
    assert len(queries.items_of([kept.id])[kept.id]) == 35


def test_a_discarded_draft_stays_as_it_was(app: Flask) -> None:
    make_village()
    discard(draft().number)
    db.session.remove()
    with (
        db.engine.connect().execution_options(write=True) as connection,
        pytest.raises(DBAPIError),
        connection.begin(),
    ):
        connection.execute(text("UPDATE rulebook SET status = 'draft'"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rulebook SET status = 'adopted'",
        "UPDATE rulebook SET status = 'voted'",
        "UPDATE rulebook SET revision = 0",
    ],
)
def test_the_database_takes_no_half_adoption(app: Flask, statement: str) -> None:
    make_village()
    draft()
    db.session.remove()
    with (
        db.engine.connect().execution_options(write=True) as connection,
        pytest.raises(DBAPIError),
        connection.begin(),
    ):
        connection.execute(text(statement))


def test_awards_stand_under_the_version_of_the_day_of_the_act(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    items = [replace(each, points=5) if each.code == "CL01" else each for each in template_items()]
    edit(draft().number, items)
    adopt(2, effective_on=scene.today + timedelta(days=1))
    before = scene.propose("CL01")
    clock.forward(days=2)
    late = scene.propose("CL01", on=scene.today - timedelta(days=2))
    after = scene.propose("CL01")
    assert [each.points for each in (before, late, after)] == [4, 4, 5]


def test_a_refusal_is_never_a_fault(app: Flask) -> None:
    make_village()
    with pytest.raises(Refusal) as refused:
        edit(99, template_items())
    assert refused.value.name == "not_found"
