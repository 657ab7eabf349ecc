"""Turns: a posted award is taken back and given again, what was spent waits as debt."""

import pytest
from flask import Flask

from incentives import ledger
from incentives.access.actor import Actor, Role
from incentives.awards.models import Award, AwardStatus
from incentives.awards.queries import award_view
from incentives.awards.timeline import actions_of
from incentives.clock import now
from incentives.errors import (
    AlreadyReversed,
    Duplicate,
    NotPermitted,
    OwnHousehold,
    OwnRequest,
    SamePerson,
    WrongState,
)
from incentives.extensions import db
from incentives.notices.operations import Missing
from tests.awards.queues import account
from tests.awards.scenes import Scene, adopt_rules, make_scene
from tests.awards.test_review import both_roles
from tests.conftest import Clock
from tests.factories import TOWNSHIP, VILLAGE, act, make_household, staff
from tests.notices.acts import objected, rule
from tests.site import make_site


def test_a_reversal_takes_back_and_reinstatement_gives_again(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose(quantity=3))
    first = award.event_id
    assert scene.reverse(award).status is AwardStatus.REVERSED
    assert scene.points() == 0
    with pytest.raises(WrongState):
        scene.reverse(award)
    again = scene.reinstate(award)
    assert again.status is AwardStatus.POSTED
    assert again.event_id == first
    assert again.last_event_id != first
    assert scene.points() == 12
    assert scene.reverse(award).status is AwardStatus.REVERSED
    assert scene.points() == 0
    assert sum(ledger.balances(VILLAGE).values()) == 0


def test_what_was_spent_waits_as_debt_and_is_worked_off(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose(quantity=5))
    spend(scene, 15)
    scene.reverse(award)
    assert (scene.points(), scene.debt()) == (0, 15)
    scene.review(scene.propose("PU01", quantity=2))
    assert (scene.points(), scene.debt()) == (9, 0)


def spend(scene: Scene, points: int) -> None:
    """Points that are gone."""
    code = scene.household.account_code

    def work() -> None:
        ledger.hold([VILLAGE])
        draft = ledger.Draft(
            village=VILLAGE,
            kind=ledger.Kind.EXPIRY,
            occurred_on=scene.today,
            legs=[ledger.take(code, "expired", points)],
        )
        ledger.post([draft], actor=None, now=now())

    act(work)


def test_nobody_reverses_their_own_households_award_nor_reinstates_their_entry(app: Flask) -> None:
    scene = make_scene()
    both = both_roles(scene)
    award = scene.review(scene.propose(actor=both))
    with pytest.raises(OwnHousehold):
        scene.reverse(award, actor=staff(Role.REVIEWER, household=scene.household))
    scene.reverse(award)
    with pytest.raises(OwnRequest):
        scene.reinstate(award, actor=both)


def test_the_ledger_refuses_a_second_reversal_too(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose())
    award_id, event_id = award.id, award.event_id
    scene.reverse(award)

    def work() -> None:
        ledger.hold([VILLAGE])
        draft = ledger.Draft(
            village=VILLAGE,
            kind=ledger.Kind.REVERSAL,
            occurred_on=scene.today,
            record=award_id,
            reverses=event_id,
        )
        ledger.post([draft], actor=None, now=now())

    with pytest.raises(AlreadyReversed):
        act(work)


def test_the_township_turns_only_what_its_village_is_too_small_for(app: Flask) -> None:
    scene = make_scene()
    township = account("township", division=TOWNSHIP)
    award = scene.review(scene.propose())
    relative = account("relative", household=scene.household)
    scene.reverse(award, actor=township)
    scene.reinstate(award, actor=township)
    own = account("reviewer")
    with pytest.raises(NotPermitted):
        scene.reverse(award, actor=township)
    with pytest.raises(OwnHousehold):
        scene.reverse(award, actor=relative)
    assert scene.reverse(award, actor=own).status is AwardStatus.REVERSED
    with pytest.raises(NotPermitted):
        scene.reinstate(award, actor=township)
    assert scene.reinstate(award, actor=own).status is AwardStatus.POSTED


def test_who_entered_it_leaves_its_reinstatement_to_the_township(app: Flask) -> None:
    scene = make_scene()
    both = account("both")
    scene.cadre = Actor(**{**both.__dict__, "roles": (*both.roles, *scene.cadre.roles)})
    award = scene.review(scene.propose())
    scene.reverse(award)
    with pytest.raises(OwnRequest):
        scene.reinstate(award, actor=scene.cadre)
    township = account("township", division=TOWNSHIP)
    assert scene.reinstate(award, actor=township).status is AwardStatus.POSTED


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_page_and_api_refuse_the_township_too(bare_app: Flask) -> None:
    site = make_site(bare_app, users=("reviewer",), publicity_days=0)
    with bare_app.app_context():
        adopt_rules()
        scene = Scene(make_household(VILLAGE, door="1"), make_household(VILLAGE, door="2"))
        award = scene.review(scene.propose()).id
        account("above", division=TOWNSHIP)
        db.session.remove()
    at = f"/villages/{VILLAGE}/awards/{award}"
    refused = site.call("above", "POST", f"{at}/reversal", {"reason": "twice"})
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/not_permitted")
    page = f"/desk/awards/{award}?village={VILLAGE}"
    assert "/reversal" not in site.open("above", page)
    assert "/reversal" in site.open("reviewer", f"/desk/awards/{award}")
    sent = site.send(
        "above", f"/desk/awards/{award}/reversal?village={VILLAGE}", on=page, reason="x"
    )
    assert sent.status_code == 403
    assert site.call("reviewer", "GET", at).json["status"] == "posted"


def test_what_was_granted_meanwhile_isnt_given_again_too(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    award = scene.review(scene.propose(quantity=2, person=scene.other.head_id))
    scene.reverse(award)
    clock.forward(minutes=1)
    missing = Missing(scene.other.head_id, "CL01", scene.today, 2)
    ruled = rule(scene, objected(scene, missing=missing), upheld=True)
    granted = scene.review(db.session.get_one(Award, ruled.granted_award_id))
    assert scene.points(scene.other) == 8
    with pytest.raises(Duplicate) as refused:
        scene.reinstate(award)
    assert refused.value.extensions["award_id"] == granted.id
    scene.reverse(granted)
    assert scene.reinstate(award).status is AwardStatus.POSTED
    with pytest.raises(Duplicate):
        scene.reinstate(granted)
    assert scene.points(scene.other) == 8


def test_an_act_of_the_same_day_that_stood_before_keeps_none_from_being_given_again(
    app: Flask, clock: Clock
) -> None:
    scene = make_scene()
    morning, evening = (scene.review(scene.propose()) for _ in range(2))
    clock.forward(minutes=1)
    scene.reverse(morning)
    assert scene.reinstate(morning).status is AwardStatus.POSTED
    scene.reverse(evening)
    clock.forward(minutes=1)
    # What the village registers again itself is its own affair: the cap alone is the limit.
    scene.propose()
    assert scene.reinstate(evening).status is AwardStatus.POSTED


def test_who_gave_it_again_doesnt_rule_on_it(app: Flask) -> None:
    scene = make_scene()
    award = scene.review(scene.propose())
    scene.reverse(award)
    scene.reinstate(award, actor=scene.third)
    objection = objected(scene, award=award.id)
    with pytest.raises(SamePerson):
        rule(scene, objection, upheld=False)
    assert rule(scene, objection, upheld=False, actor=scene.second).ruled_by == scene.second.person


def test_who_approved_it_doesnt_undo_the_ruling_that_took_it(app: Flask, clock: Clock) -> None:
    scene = make_scene()
    own, other = account("own"), account("other")
    township = account("township", division=TOWNSHIP)
    award = scene.review(scene.propose(), actor=own)
    rule(scene, objected(scene, award=award.id), upheld=True, actor=other)
    view = award_view(VILLAGE, award.id)
    offered = {
        actor.name: "reinstatement" in actions_of(view, actor, lambda _permission: True)
        for actor in (own, other, township)
    }
    assert list(offered.values()) == [False, True, False]
    with pytest.raises(SamePerson):
        scene.reinstate(award, actor=own)
    with pytest.raises(NotPermitted):
        scene.reinstate(award, actor=township)
    assert scene.reinstate(award, actor=other).status is AwardStatus.POSTED
    # What a reviewer took back themselves they may give again.
    clock.forward(minutes=1)
    scene.reverse(award, actor=own)
    assert scene.reinstate(award, actor=own).status is AwardStatus.POSTED


def test_where_nobody_else_is_left_the_township_undoes_it(app: Flask) -> None:
    scene = make_scene()
    own, township = account("own"), account("township", division=TOWNSHIP)
    award = scene.review(scene.propose(), actor=own)
    rule(scene, objected(scene, award=award.id), upheld=True, actor=township)
    with pytest.raises(SamePerson):
        scene.reinstate(award, actor=own)
    assert scene.reinstate(award, actor=township).status is AwardStatus.POSTED
