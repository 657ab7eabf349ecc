"""An award's way for the household: rule, people, notice, proof, objection, reversal, debt."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from incentives import ledger
from incentives.access.actor import SYSTEM, Actor
from incentives.awards import queries, timeline
from incentives.awards.models import Award, Decision
from incentives.awards.queries.postings import postings
from incentives.clock import now
from incentives.errors import NotFound, WrongState
from incentives.extensions import db
from incentives.ledger.codes import read_receipt
from incentives.ledger.seals import seal_all
from incentives.notices import operations as notices
from incentives.notices.models import NoticeKind
from tests.awards.claiming import claim, resident_of
from tests.awards.scenes import Scene, make_scene
from tests.conftest import Clock
from tests.factories import VILLAGE, act


def steps(app: Flask, award: Award) -> list[dict[str, Any]]:
    """An award's steps as its page shows them."""
    award_id = award.id
    db.session.rollback()
    with app.test_request_context(), force_locale("en"):
        return timeline.steps_of(queries.award_view(VILLAGE, award_id))


def kinds(app: Flask, award: Award) -> list[str]:
    return [each["kind"] for each in steps(app, award)]


def published(scene: Scene) -> int:
    """A notice of what awaits publication; its number."""
    return act(
        lambda: (
            notices.make_notice(
                village=VILLAGE, kind=NoticeKind.AWARDS, actor=scene.reviewer, now=now()
            ).number
        )
    )


def close(number: int) -> None:
    act(
        lambda: (
            notices.close_notice(village=VILLAGE, number=number, actor=SYSTEM, now=now()) and None
        )
    )


def object_to(award: Award, who: Actor, reason: str = "only one of us was there") -> Any:
    award_id = award.id
    return act(
        lambda: (
            notices.object_to_claim(
                village=VILLAGE, award_id=award_id, reason=reason, actor=who, now=now()
            ).id
        )
    )


def rule(scene: Scene, objection_id: Any, *, upheld: bool) -> None:
    act(
        lambda: (
            notices.rule_on_objection(
                village=VILLAGE,
                objection_id=objection_id,
                upheld=upheld,
                reason="the list says so",
                actor=scene.third,
                now=now(),
            )
            and None
        )
    )


def test_each_step_stands_where_it_happened(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5, reviewers=2)
    award = scene.propose(quantity=2)
    assert kinds(app, award) == ["rule", "proposed", "next", "next", "next"]
    clock.forward(minutes=1)
    scene.review(award)
    clock.forward(minutes=1)
    scene.review(award, actor=scene.second)
    clock.forward(minutes=1)
    number = published(scene)
    clock.forward(days=1)
    objection = object_to(award, resident_of(scene.household))
    clock.forward(days=1)
    rule(scene, objection, upheld=False)
    clock.forward(days=5)
    close(number)
    clock.forward(days=1)
    scene.reverse(award)
    clock.forward(days=1)
    scene.reinstate(award)
    found = steps(app, award)
    assert [each["kind"] for each in found] == [
        "rule",
        "proposed",
        "approved",
        "approved",
        "notice",
        "objection",
        "ruling",
        "posted",
        "reversed",
        "reinstated",
    ]
    assert found[0]["rulebook"] == 1
    assert found[0]["links"][0]["url"] == f"/v/{VILLAGE}/rules/1"
    assert (found[4]["notice"], found[4]["links"][0]["url"]) == (1, f"/v/{VILLAGE}/notices/1")
    assert found[5]["note"] == "only one of us was there"
    assert found[6]["note"] == "the list says so"
    assert [each["event"].points for each in found[7:]] == [8, -8, 8]
    assert [each["event"].voucher for each in found[7:]] == [1, 2, 3]


def test_a_posting_leads_to_its_proof_and_keeps_it_once_it_is_signed(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose())
    step = steps(app, award)[-1]
    (check,) = step["links"]
    receipt = read_receipt(check["url"].removeprefix("/verify#"))
    assert (receipt.village, receipt.seq, receipt.event) == (VILLAGE, 0, award.event_id)
    seal_all(now=now())
    _check, keep = steps(app, award)[-1]["links"]
    assert keep["url"] == f"/api/v1/villages/{VILLAGE}/ledger/proofs/{award.event_id}"
    assert keep["download"] == f"{VILLAGE}-1-proof.json"
    proof = app.test_client().get(keep["url"]).json
    assert (proof["event"], proof["seq"]) == (str(award.event_id), 0)


def test_what_was_spent_becomes_a_debt_and_what_comes_makes_it_up(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose(quantity=5))
    spend(scene, 15)
    scene.reverse(award)
    back = steps(app, award)[-1]
    assert (back["event"].points, back["event"].debt) == (-5, -15)
    assert "15 were spent already: new points make them up first" in back["note"]
    later = scene.review(scene.propose("PU01", quantity=2))
    given = steps(app, later)[-1]
    assert (given["event"].points, given["event"].debt) == (9, 15)
    assert "15 of them made up what was owed" in given["note"]


def spend(scene: Scene, points: int) -> None:
    """Points that are gone."""
    code, day = scene.household.account_code, scene.today

    def work() -> None:
        ledger.hold([VILLAGE])
        draft = ledger.Draft(
            village=VILLAGE,
            kind=ledger.Kind.EXPIRY,
            occurred_on=day,
            legs=[ledger.take(code, "expired", points)],
        )
        ledger.post([draft], actor=None, now=now())

    act(work)


def test_a_claim_written_down_by_staff_says_for_whom(app: Flask) -> None:
    scene = make_scene()
    award = claim(scene, actor=scene.cadre, on_behalf_of=scene.household.head_id)
    entry = steps(app, award)[1]
    assert (entry["kind"], entry["title"]) == ("claimed", "Claimed on behalf of 扎西彭措")


def test_a_no_can_be_objected_to_by_who_claimed_nothing(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    award = scene.review(scene.propose(), Decision.REJECT, reason="was away")
    resident = resident_of(scene.household)
    clock.forward(days=1)
    objection = object_to(award, resident, "I was there")
    assert kinds(app, award) == ["rule", "proposed", "rejected", "objection"]
    clock.forward(days=1)
    rule(scene, objection, upheld=True)
    assert kinds(app, award)[-1] == "ruling"


def test_nobody_objects_to_another_household_s_award(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose())
    with pytest.raises(NotFound):
        object_to(award, resident_of(scene.other))


def test_postings_cost_the_same_however_many_turns(app: Flask, statements: list[str]) -> None:
    scene = make_scene()
    award = scene.review(scene.propose())
    one = [award.event_id]
    home = scene.household
    postings(home, one)
    statements.clear()
    postings(home, one)
    few = len(statements)
    for _turn in range(3):
        scene.reverse(award)
        scene.reinstate(award)
    view = queries.award_view(VILLAGE, award.id)
    events = [*one, *(turn.event_id for turn in view.turns)]
    statements.clear()
    found = postings(home, events)
    assert (len(found), len(statements)) == (7, few)
    assert sum(each.points for each in found.values()) == 4


def test_the_days_of_the_household_s_objection_are_those_of_the_policy(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene(objection_days=3)
    award = scene.review(scene.propose())
    clock.now += timedelta(days=4)
    with pytest.raises(WrongState):
        object_to(award, resident_of(scene.household))
