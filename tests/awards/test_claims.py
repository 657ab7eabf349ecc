"""Claims: one act once, ten a week, for one's own household, a no says why."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Role
from incentives.awards import queries
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.awards.queries.claims import CLAIMS_A_WEEK
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import (
    CapExceeded,
    Duplicate,
    Invalid,
    NotFound,
    NotPermitted,
    OwnHousehold,
    WrongState,
)
from incentives.extensions import db
from tests.awards.claiming import claim, keep, resident_of
from tests.awards.scenes import make_scene
from tests.conftest import Clock
from tests.factories import OTHER_VILLAGE, make_household, make_village, staff


def test_an_act_is_claimed_once_until_it_is_answered_with_no(app: Flask) -> None:
    scene = make_scene()
    award = claim(scene)
    with pytest.raises(Duplicate) as refused:
        claim(scene, quantity=2)
    assert refused.value.errors[0].pointer == "/occurred_on"
    claim(scene, resident_id=scene.people()[1].id)
    claim(scene, days_ago=1)
    scene.review(award, Decision.REJECT, reason="没有人看见")
    again = claim(scene)
    with pytest.raises(Duplicate):
        claim(scene)
    scene.withdraw(again, actor=resident_of(scene.household))
    assert claim(scene).status is AwardStatus.PROPOSED


def test_what_the_village_registered_cant_be_claimed_again(app: Flask) -> None:
    scene = make_scene()
    registered = scene.propose("NE01")
    with pytest.raises(Duplicate):
        claim(scene)
    scene.withdraw(registered)
    assert claim(scene).claimed


def test_a_claim_isnt_mended_into_another_one(app: Flask) -> None:
    scene = make_scene()
    claim(scene)
    second = claim(scene, days_ago=1)
    mine = resident_of(scene.household)
    with pytest.raises(Duplicate):
        scene.edit(second, actor=mine, occurred_on=scene.today)
    with pytest.raises(Invalid) as refused:
        scene.edit(second, actor=mine, rule_item="PA01")
    assert refused.value.errors[0].pointer == "/rule_item"
    with pytest.raises((NotFound, NotPermitted)):
        scene.edit(second, actor=resident_of(scene.other), quantity=2)


def test_what_was_taken_back_and_claimed_again_isnt_given_twice(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(claim(scene))
    assert award.status is AwardStatus.POSTED
    scene.reverse(award)
    again = claim(scene)
    with pytest.raises(Duplicate):
        scene.reinstate(award, actor=scene.second)
    scene.review(again, Decision.REJECT, reason="是同一件事")
    assert scene.reinstate(award, actor=scene.second).status is AwardStatus.POSTED
    assert scene.points() == award.points


@pytest.mark.parametrize(
    ("holder", "resident", "times"), [("resident", "resident_id", 1), ("household", "NULL", 2)]
)
def test_the_database_takes_one_act_once_too(
    app: Flask, holder: str, resident: str, times: int
) -> None:
    scene = make_scene()
    award_id = claim(scene).id
    db.session.remove()
    columns = [column.name for column in Award.__table__.columns if column.name != "id"]
    listed = ", ".join(columns)
    values = listed.replace("resident_id", resident)
    again = text(
        f"INSERT INTO award (id, {listed}) SELECT :id, {values} FROM award WHERE id = :other"
    )
    rows = [{"id": parameter(new_id()), "other": parameter(award_id)} for _ in range(times)]
    with (
        db.engine.connect().execution_options(write=True) as connection,
        pytest.raises(DBAPIError, match=f"{holder}_id|claim_of_{holder}"),
        connection.begin(),
    ):
        connection.execute(again, rows)


def parameter(value: UUID) -> Any:
    """An id as the database of this test keeps it."""
    return value.hex if db.engine.dialect.name == "sqlite" else value


def test_ten_claims_a_week_whoever_writes_them_down(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    clock.forward(days=2)
    mine, cadre = resident_of(scene.household), scene.cadre
    for days in range(CLAIMS_A_WEEK - 1):
        award = claim(scene, "NE02" if days % 2 else "NE05", days_ago=days * 5)
        # Withdrawing gives no other one in its place.
        scene.withdraw(award, actor=mine)
    head = scene.household.head_id
    claim(scene, "NE01", actor=cadre, on_behalf_of=head)
    assert queries.claims_left(scene.household.id, now()) == 0
    refusals = [
        {"actor": mine},
        {"actor": mine, "resident_id": scene.people()[1].id},
        {"actor": cadre, "on_behalf_of": head},
    ]
    for more in refusals:
        with pytest.raises(CapExceeded) as refused:
            claim(scene, "SA01", **more)
        assert refused.value.extensions == {"left": 0, "again_on": "2026-03-09"}
    claim(scene, "SA01", actor=resident_of(scene.other))
    # Sunday, one minute before midnight in the village, is still this week.
    clock.forward(days=4, hours=14, minutes=59)
    with pytest.raises(CapExceeded):
        claim(scene, "SA01")
    clock.forward(minutes=1)
    assert claim(scene, "SA01").status is AwardStatus.PROPOSED


def test_others_cant_claim_withdraw_or_see_it(app: Flask) -> None:
    scene = make_scene()
    award = claim(scene)
    stranger = resident_of(scene.other)
    with pytest.raises(Invalid):
        claim(scene, actor=stranger, resident_id=scene.household.head_id)
    with pytest.raises((NotFound, NotPermitted)):
        scene.withdraw(award, actor=stranger)
    with pytest.raises(NotFound):
        queries.own_claim(award.id, stranger)
    with pytest.raises(NotPermitted):
        claim(scene, actor=staff(Role.CADRE))
    with pytest.raises(NotPermitted):
        claim(scene, actor=staff(Role.SHOPKEEPER), on_behalf_of=scene.household.head_id)
    helper = staff(Role.CADRE, household=scene.household)
    with pytest.raises(OwnHousehold):
        claim(scene, actor=helper, on_behalf_of=scene.household.head_id)
    make_village(OTHER_VILLAGE)
    elsewhere = make_household(OTHER_VILLAGE, "洛桑", door="9")
    with pytest.raises(NotFound):
        claim(scene, actor=resident_of(elsewhere))


def test_what_the_village_registered_is_no_claim_of_the_household(app: Flask) -> None:
    scene = make_scene()
    with pytest.raises(NotFound):
        queries.own_claim(scene.propose().id, resident_of(scene.household))


@pytest.mark.parametrize("reason", [None, "", "   ", "\u200b"])
def test_a_no_says_why(app: Flask, reason: str | None) -> None:
    scene = make_scene()
    award = claim(scene)
    with pytest.raises(Invalid) as refused:
        scene.review(award, Decision.REJECT, reason=reason)
    assert refused.value.errors[0].pointer == "/reason"
    assert scene.status(award) is AwardStatus.PROPOSED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE award SET status = 'rejected', closed_at = proposed_at",
        "UPDATE award SET status = 'rejected'",
        "UPDATE award SET status = 'withdrawn'",
    ],
)
def test_the_database_takes_no_no_without_a_reason(app: Flask, statement: str) -> None:
    scene = make_scene()
    claim(scene)
    db.session.remove()
    with (
        db.engine.connect().execution_options(write=True) as connection,
        pytest.raises(DBAPIError, match="a no has a reason"),
        connection.begin(),
    ):
        connection.execute(text(statement))


def test_who_is_in_two_minds_withdraws_before_the_answer_only(app: Flask) -> None:
    scene = make_scene()
    mine = resident_of(scene.household)
    award = scene.withdraw(claim(scene), actor=mine)
    assert (award.status, award.closed_at) == (AwardStatus.WITHDRAWN, now())
    answered = claim(scene, days_ago=1)
    scene.review(answered, Decision.REJECT, reason="不够")
    with pytest.raises(WrongState):
        scene.withdraw(answered, actor=mine)


# Photos


def test_a_claim_is_mended_though_the_village_registered_the_act_too(app: Flask) -> None:
    scene = make_scene()
    mine = resident_of(scene.household)
    award = claim(scene)
    scene.propose("NE01")
    scene.propose("NE01", on=scene.today - timedelta(days=1))
    scene.edit(award, mine, note="with Wang", occurred_on=scene.today, rule_item="NE01")
    scene.edit(award, mine, evidence=[keep(mine)])
    assert db.session.get_one(Award, award.id).note == "with Wang"
    with pytest.raises(Duplicate):
        scene.edit(award, mine, occurred_on=scene.today - timedelta(days=1))
