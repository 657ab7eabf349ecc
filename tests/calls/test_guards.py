"""The database's own guards of calls: what goes round the program is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from incentives.calls import operations
from incentives.calls.models import Call, CallRound, CallStep
from incentives.calls.states import TRANSITIONS, Action
from incentives.calls.triggers import MOVES
from incentives.clock import now
from incentives.extensions import db
from tests.calls.scenes import Home, Scene
from tests.factories import OTHER_VILLAGE, act


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


@pytest.fixture
def home(app) -> Home:
    return Home()


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "resolved"},
        {"office_id": None},
        {"rating": 5},
        {"rating": 6},
        {"text": None},
        {"merged_into": "self"},
        {"struck_reason": "x"},
        {"status": "nowhere"},
        {"grid": OTHER_VILLAGE + "001"},
        {"verified": True},
        {"unawarded": "because"},
    ],
)
def test_the_database_takes_no_half_call(scene, wrong) -> None:
    call_id = scene.told()
    values = {name: call_id if value == "self" else value for name, value in wrong.items()}
    db.session.rollback()
    db.session.connection(execution_options={"write": True})
    table = Call.__table__
    statement = update(table).where(table.c.id == call_id)
    with pytest.raises((IntegrityError, StatementError)):
        db.session.execute(statement.values(**values))
    db.session.rollback()


def refused_by_the_database(statement) -> None:
    """What goes round the program on purpose."""
    db.session.rollback()
    db.session.connection(execution_options={"write": True})
    with pytest.raises(DBAPIError, match=r"once|stays|kept|doesn.t go"):
        db.session.execute(statement)
    db.session.rollback()


def test_the_database_lets_a_call_move_by_its_states_only() -> None:
    moves = {
        f"{before}>{after}"
        for froms, after in TRANSITIONS.values()
        for before in froms
        if before is not after
    }
    assert moves == set(MOVES)


def test_the_database_keeps_a_call_s_record_whoever_writes(home) -> None:
    reported = home.report(home.caller)
    call_id = reported.call.id
    for step in (Action.ACCEPT, Action.RESOLVE, Action.ANSWER):
        home.step(call_id, step)
    act(lambda: operations.rate_call(secret=reported.secret, rating=2, word="慢", now=now()))
    calls, steps = Call.__table__, CallStep.__table__
    one = update(calls).where(calls.c.id == call_id)
    refused_by_the_database(one.values(status="accepted"))
    refused_by_the_database(one.values(rating=5))
    refused_by_the_database(one.values(rating_word="快"))
    refused_by_the_database(one.values(award_id=None))
    refused_by_the_database(delete(calls).where(calls.c.id == call_id))
    of_it = steps.c.call_id == call_id
    refused_by_the_database(update(steps).where(of_it).values(at=now() + timedelta(days=1)))
    refused_by_the_database(update(steps).where(of_it).values(note="x"))
    refused_by_the_database(delete(steps).where(of_it))
    again = {"status": "pushed", "reopened_at": now(), "rating": None, "rating_word": None}
    empty = ("accepted_at", "on_site_at", "resolved_at", "answered_at", "verified")
    refused_by_the_database(one.values(**again, **dict.fromkeys(empty)))
    act(lambda: operations.reopen_call(secret=reported.secret, reason="还漏", now=now()))
    refused_by_the_database(one.values(reopened_at=None))
    rounds = CallRound.__table__
    before = rounds.c.call_id == call_id
    for wrong in ({"rating": 5}, {"rating": None}, {"rating_word": "快"}, {"resolve_by": now()}):
        refused_by_the_database(update(rounds).where(before).values(**wrong))
    refused_by_the_database(delete(rounds).where(before))
