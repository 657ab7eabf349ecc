"""What was adopted stays as it was: its minutes, and the database itself."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import SYSTEM, Role
from incentives.access.permissions import TABLE
from incentives.awards import queries
from incentives.awards.models import RulebookStatus
from incentives.awards.template import template_items
from incentives.clock import now, village_day
from incentives.errors import (
    Invalid,
    NotFound,
    Refusal,
    WrongState,
)
from incentives.extensions import db
from incentives.files.operations import erase_file
from incentives.files.queries import readable_file
from incentives.fund.models import Method, Source
from incentives.fund.operations import record_income
from tests.awards.scenes import make_scene
from tests.awards.versions import adopt, bring, discard, draft, edit, keep
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_village, staff


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


def test_minutes_are_a_file_of_whoever_brings_them(app: Flask) -> None:
    make_village()
    number = draft().number
    adopt(number)
    treasurer, cadre = staff(Role.TREASURER), staff(Role.CADRE)
    voucher = keep(treasurer)
    treasurer_too = replace(cadre, roles=(*cadre.roles, *treasurer.roles))
    income = {"amount_fen": 1, "received_on": village_day(now()), "voucher": "1", "file": voucher}
    how = {"source": Source.COLLECTIVE, "method": Method.CASH, "actor": treasurer}
    act(lambda: record_income(village=VILLAGE, **income, **how, now=now()).id)
    # What one may read isn't one's own to show to all the staff and the township.
    assert readable_file(VILLAGE, voucher, treasurer_too)
    with pytest.raises(Invalid) as refused:
        bring(number, voucher, treasurer_too)
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


def test_a_refusal_is_never_a_fault(app: Flask) -> None:
    make_village()
    with pytest.raises(Refusal) as refused:
        edit(99, template_items())
    assert refused.value.name == "not_found"
