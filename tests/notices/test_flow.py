"""Publicity and objections: what is public for its days counts, what is objected to waits."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from incentives import ledger
from incentives.access.actor import Actor, Role
from incentives.awards import operations as awards
from incentives.awards.models import AwardStatus
from incentives.clock import now, village_day
from incentives.errors import (
    Duplicate,
    NotPermitted,
    OwnHousehold,
    OwnRequest,
    SamePerson,
    WrongState,
)
from incentives.extensions import db
from incentives.ledger.models import Event
from incentives.notices import operations as notices
from incentives.notices.fingerprint import canonical
from incentives.notices.models import NoticeKind, Objection, ObjectionStatus
from incentives.notices.queries import find_notice, lines_of, notice_view
from incentives.register.models import Resident
from tests.awards.scenes import make_scene
from tests.conftest import Clock
from tests.factories import VILLAGE, act, make_household, staff
from tests.notices.acts import by_card, close, objected, publish, reviewed, rule


def test_five_days_in_public_then_posted_in_one_closing(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5)
    first = reviewed(scene)
    second = reviewed(scene, person=scene.other.head_id)
    assert first.status is AwardStatus.REVIEWED
    number = publish(scene)
    assert scene.status(first) is AwardStatus.PUBLISHED
    assert scene.points() == 0
    clock.forward(days=5)
    with pytest.raises(WrongState):
        close(scene, number)
    clock.forward(days=1)
    close(scene, number)
    assert (scene.status(first), scene.status(second)) == (AwardStatus.POSTED, AwardStatus.POSTED)
    assert (scene.points(), scene.points(scene.other)) == (4, 4)
    assert db.session.scalar(select(func.count()).select_from(Event)) == 2
    with pytest.raises(WrongState):
        close(scene, number)


def test_the_clock_closes_what_is_due_and_nothing_else(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5)
    award = reviewed(scene)
    publish(scene)
    assert notices.close_due_notices(now=now()) == 0
    clock.forward(days=6)
    assert notices.close_due_notices(now=now()) == 1
    assert scene.status(award) is AwardStatus.POSTED
    event = db.session.scalars(select(Event)).one()
    entered, approved = (
        ledger.persons(VILLAGE, [code])[code] for code in (event.actor or "", event.approver or "")
    )
    assert (entered, approved) == (scene.cadre.person, scene.reviewer.person)


def test_with_no_reviewers_all_is_public_first(app: Flask, clock: Clock) -> None:
    scene = make_scene(reviewers=0, publicity_days=3)
    award = scene.propose()
    assert award.status is AwardStatus.PROPOSED
    publish(scene)
    assert scene.status(award) is AwardStatus.PUBLISHED
    clock.forward(days=4)
    close(scene)
    assert scene.points() == 4


def test_nothing_waiting_makes_no_notice(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    scene.propose()
    with pytest.raises(WrongState):
        publish(scene)


def test_only_the_review_group_makes_and_closes_notices(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    reviewed(scene)
    with pytest.raises(NotPermitted):
        act(
            lambda: notices.make_notice(
                village=VILLAGE, kind=NoticeKind.AWARDS, actor=scene.cadre, now=now()
            )
        )


def test_lines_are_masked_and_minors_have_no_name(app: Flask) -> None:
    scene = make_scene(publicity_days=5, notice_names="full")
    child = scene.people()[1].id

    def make_minor() -> None:
        db.session.get_one(Resident, child).minor = True

    act(make_minor)
    reviewed(scene)
    reviewed(scene, person=child)
    number = publish(scene)
    lines = lines_of(find_notice(VILLAGE, number))
    assert [line.holder for line in lines] == ["扎**", None]


def test_the_fingerprint_is_that_of_the_lines(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    reviewed(scene, quantity=2)
    notice = find_notice(VILLAGE, publish(scene))
    text = canonical(notice, lines_of(notice))
    assert text == (
        f"jishan-notice/v1\nvillage {VILLAGE}\nnotice 1\nkind awards\nopened 2026-03-02\n"
        "closes 2026-03-07\n1\t扎**\t参加村公共区域清洁日\t2026-03-02\t2\t8\t-\n"
    )
    assert notice.fingerprint == hashlib.sha256(text.encode()).hexdigest()


def test_lines_leave_the_web_30_days_after_closing(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5)
    reviewed(scene)
    publish(scene)
    clock.forward(days=6)
    close(scene)
    clock.forward(days=30)
    assert len(notice_view(VILLAGE, 1, now()).lines) == 1
    clock.forward(days=1)
    view = notice_view(VILLAGE, 1, now())
    assert (view.lines, view.lines_gone, len(view.notice.fingerprint)) == ([], True, 64)


def test_an_objection_holds_an_award_back_past_closing(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5)
    held, free = reviewed(scene), reviewed(scene, person=scene.other.head_id)
    publish(scene)
    objection = objected(scene)
    assert scene.status(held) is AwardStatus.OBJECTED
    clock.forward(days=6)
    close(scene)
    assert (scene.status(held), scene.status(free)) == (AwardStatus.OBJECTED, AwardStatus.POSTED)
    assert rule(scene, objection, upheld=False).status is ObjectionStatus.OVERRULED
    assert scene.status(held) is AwardStatus.POSTED
    assert scene.points() == 4


def test_overruled_while_open_it_waits_for_the_closing(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5)
    award = reviewed(scene)
    publish(scene)
    rule(scene, objected(scene), upheld=False)
    assert scene.status(award) is AwardStatus.PUBLISHED
    assert scene.points() == 0
    clock.forward(days=6)
    close(scene)
    assert scene.points() == 4


def test_of_two_objections_the_last_ruling_lets_it_go_on(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    award = reviewed(scene)
    publish(scene)
    first, second = objected(scene), objected(scene, by_card(make_household(VILLAGE, door="9")))
    rule(scene, first, upheld=False)
    assert scene.status(award) is AwardStatus.OBJECTED
    rule(scene, second, upheld=False)
    assert scene.status(award) is AwardStatus.PUBLISHED


def test_a_household_says_the_same_once_before_and_after_somebody_has_ruled(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    award = reviewed(scene)
    publish(scene)
    first = objected(scene)
    for about in ({}, {"award": award.id}):
        with pytest.raises(Duplicate):
            objected(scene, **about)
    rule(scene, first, upheld=False)
    with pytest.raises(Duplicate):
        objected(scene)


def test_upheld_before_posting_rejects_and_frees_the_cap(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    award = reviewed(scene, quantity=6)
    publish(scene)
    objection = objected(scene)
    rule(scene, objection, upheld=True)
    assert scene.status(award) is AwardStatus.REJECTED
    scene.propose(quantity=6)
    with pytest.raises(WrongState):
        rule(scene, objection, upheld=False)


def test_upheld_after_posting_reverses(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=5)
    award = reviewed(scene)
    publish(scene)
    clock.forward(days=6)
    close(scene)
    objection = objected(scene, award=award.id)
    assert scene.status(award) is AwardStatus.POSTED
    rule(scene, objection, upheld=True)
    assert scene.status(award) is AwardStatus.REVERSED
    assert scene.points() == 0


def test_an_objection_comes_within_its_days(app: Flask, clock: Clock) -> None:
    scene = make_scene(publicity_days=0, objection_days=30)
    award = scene.review(scene.propose())
    award_id = award.id
    clock.forward(days=30)
    objected(scene, award=award_id)
    clock.forward(days=1)
    with pytest.raises(WrongState):
        objected(scene, award=award_id)


def test_who_had_a_hand_in_it_does_not_rule(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    award = reviewed(scene)
    publish(scene)
    objection = objected(scene)
    proposer = Actor(**{**scene.third.__dict__, "person": award.proposed_by})
    with pytest.raises(SamePerson):
        rule(scene, objection, upheld=False, actor=scene.reviewer)
    with pytest.raises(OwnRequest):
        rule(scene, objection, upheld=False, actor=proposer)
    for home in (scene.household, scene.other):
        with pytest.raises(OwnHousehold):
            rule(scene, objection, upheld=False, actor=staff(Role.REVIEWER, household=home))
    assert scene.status(award) is AwardStatus.OBJECTED


def test_staff_object_for_others_never_for_their_own(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    reviewed(scene)
    publish(scene)
    helper = staff(Role.CADRE, household=scene.other)

    def object_for(resident: Any) -> Objection:
        return act(
            lambda: notices.make_objection(
                village=VILLAGE,
                about=notices.About(notice=1, line=1),
                reason="he was not there",
                on_behalf_of=resident,
                actor=helper,
                now=now(),
            )
        )

    with pytest.raises(OwnHousehold):
        object_for(scene.other.head_id)
    kept = object_for(scene.household.head_id)
    assert (kept.household_id, kept.on_behalf_of) == (scene.household.id, scene.household.head_id)
    assert kept.due_on == village_day(now()) + timedelta(days=10)


def test_a_withdrawn_award_is_in_no_notice(app: Flask) -> None:
    scene = make_scene(reviewers=0, publicity_days=3)
    scene.withdraw(scene.propose())
    kept = scene.propose()
    publish(scene)
    assert [line.award_id for line in lines_of(find_notice(VILLAGE, 1))] == [kept.id]
    with pytest.raises(WrongState):
        act(lambda: awards.publish_awards(VILLAGE, [kept.id], notice=2))
