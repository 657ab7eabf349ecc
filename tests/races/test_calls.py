"""Two at once on one call: what may happen once happens once, and nobody's step is lost."""

import threading
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import SYSTEM, Actor
from incentives.awards.models import Award
from incentives.calls import operations
from incentives.calls.models import Call, CallStatus, CallStep
from incentives.calls.operations import Answerer
from incentives.calls.states import Action
from incentives.clock import now
from incentives.errors import Invalid, NotPermitted, WrongState
from incentives.extensions import db
from tests.calls.scenes import Home, as_user, make_responder, status_of
from tests.factories import TOWNSHIP, act
from tests.races.crowd import CROWD, PATIENCE, at_once, count, rounds, succeeded


@pytest.fixture
def home(app) -> Home:
    return Home()


@pytest.fixture
def deputy(home) -> Actor:
    """Who stands in for the plumber."""
    user_id = make_responder("deputy", TOWNSHIP)
    people = [Answerer(home.plumber.user_id), Answerer(user_id, is_deputy=True)]
    act(
        lambda: (
            operations.set_office_people(
                office_id=home.water, people=people, actor=SYSTEM, now=now()
            )
            and None
        )
    )
    return as_user(user_id, TOWNSHIP)


def taken(call_id: UUID) -> list[str]:
    """The steps of a call, each once numbered."""
    db.session.rollback()
    steps = db.session.scalars(
        db.select(CallStep).filter_by(call_id=call_id).order_by(CallStep.number)
    ).all()
    assert [each.number for each in steps] == list(range(1, len(steps) + 1))
    return [each.action for each in steps]


def test_an_office_s_person_and_the_deputy_take_a_call_on_once(app, home, deputy):
    for _number in rounds(3):
        call_id = home.told()
        both = [partial(home.step, call_id, Action.ACCEPT, who) for who in (home.plumber, deputy)]
        outcomes = at_once(app, both * (CROWD // 2))
        assert (succeeded(outcomes), count(outcomes, WrongState)) == (1, CROWD - 1), outcomes
        assert taken(call_id) == ["report", "push", "accept"]


def test_a_call_is_put_right_or_merged_and_its_report_earns_once(app, home, deputy):
    for number in rounds(3):
        other = home.told()
        call_id = home.report(home.caller).call.id
        home.step(call_id, Action.ACCEPT)
        works = [
            *(partial(home.step, call_id, Action.RESOLVE, who) for who in (home.plumber, deputy)),
            *[partial(home.merge, call_id, other)] * 2,
        ]
        outcomes = at_once(app, works[number % 2 :] + works[: number % 2])
        assert (succeeded(outcomes), count(outcomes, WrongState)) == (1, 3), outcomes
        call = db.session.get_one(Call, call_id, populate_existing=True)
        assert call.status in (CallStatus.RESOLVED, CallStatus.MERGED)
        earned = db.session.query(Award).filter_by(id=call.award_id).count()
        told = call.award_id is not None or call.unawarded is not None
        assert told is (call.status is CallStatus.RESOLVED)
        assert earned == (call.award_id is not None)
    proposed = [each.award_id for each in db.session.query(Call) if each.award_id]
    assert db.session.query(Award).count() == len(set(proposed)) == len(proposed)


def test_two_calls_merged_into_each_other_at_once_make_no_ring(app, home):
    for _number in rounds(3):
        one, two = home.told(), home.told()
        outcomes = at_once(app, [partial(home.merge, one, two), partial(home.merge, two, one)])
        assert (succeeded(outcomes), count(outcomes, Invalid)) == (1, 1), outcomes
        assert {status_of(one), status_of(two)} == {CallStatus.MERGED, CallStatus.PUSHED}


def test_who_takes_a_call_on_while_it_is_handed_over_leaves_it_to_the_other_office(
    app, home, deputy
):
    for _number in rounds(3):
        call_id = home.told()
        over = {"note": "归交通局", "office_id": home.roads}
        works = [
            partial(home.step, call_id, Action.ACCEPT, deputy),
            partial(home.step, call_id, Action.HAND_OVER, home.plumber, **over),
        ]
        outcomes = at_once(app, works)
        assert not isinstance(outcomes[1], Exception), outcomes
        assert succeeded(outcomes) + count(outcomes, (WrongState, NotPermitted)) == 2, outcomes
        call = db.session.get_one(Call, call_id, populate_existing=True)
        assert (call.status, call.office_id) == (CallStatus.PUSHED, home.roads)
        assert call.accepted_at is None


def rate(secret: str, stars: int) -> Any:
    return act(lambda: operations.rate_call(secret=secret, rating=stars, word=None, now=now()))


def reopen(secret: str) -> Any:
    return act(lambda: operations.reopen_call(secret=secret, reason="还漏", now=now()))


def test_an_answer_is_rated_once_and_sent_back_once(app, home):
    for _number in rounds(3):
        reported = home.answered()
        works = [partial(rate, reported.secret, 1 + place % 5) for place in range(CROWD)]
        outcomes = at_once(app, works)
        assert (succeeded(outcomes), count(outcomes, WrongState)) == (1, CROWD - 1), outcomes
        outcomes = at_once(app, [partial(reopen, reported.secret)] * CROWD)
        assert (succeeded(outcomes), count(outcomes, WrongState)) == (1, CROWD - 1), outcomes
        assert taken(reported.call.id)[-2:] == ["rate", "reopen"]


def test_a_duty_is_struck_off_once(app, home):
    duty_id = act(
        lambda: (
            operations.enter_duty(
                division=TOWNSHIP,
                title="修路灯",
                office_id=home.water,
                due_on=home.village.today,
                actor=SYSTEM,
                now=now(),
            ).id
        )
    )

    def strike_off() -> None:
        act(
            lambda: operations.strike_off_duty(
                division=TOWNSHIP, duty_id=duty_id, note="好了", actor=home.plumber, now=now()
            )
        )

    outcomes = at_once(app, [strike_off] * CROWD)
    assert (succeeded(outcomes), count(outcomes, WrongState)) == (1, CROWD - 1), outcomes


def look_then_write(call_id: UUID, looked: threading.Barrier, **values: Any) -> None:
    """Look first and write later, whatever the row is by then."""
    status_of(call_id)
    db.session.rollback()
    looked.wait(PATIENCE)
    statement = update(Call.__table__).where(Call.__table__.c.id == call_id).values(**values)
    act(lambda: db.session.execute(statement).rowcount)


def test_control_who_looks_first_and_writes_later_takes_a_call_on_twice(app, home):
    call_id = home.told()
    looked = threading.Barrier(2)
    values = {"status": CallStatus.ACCEPTED, "accepted_at": now()}
    outcomes = at_once(app, [partial(look_then_write, call_id, looked, **values)] * 2)
    assert succeeded(outcomes) == 2, outcomes  # both were told that it is theirs


def test_the_database_takes_one_of_two_ratings_written_past_the_program(app, home):
    call_id = home.answered().call.id
    looked = threading.Barrier(2)
    works = [partial(look_then_write, call_id, looked, rating=stars) for stars in (1, 5)]
    outcomes = at_once(app, works)
    assert (succeeded(outcomes), count(outcomes, DBAPIError)) == (1, 1), outcomes
