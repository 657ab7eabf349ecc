"""Objections: what may be objected to, who writes it down, who rules, and what follows."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from incentives.access.actor import SYSTEM, Actor, Assignment, Role
from incentives.access.operations import add_user
from incentives.awards.models import Award, AwardStatus
from incentives.clock import now, village_day
from incentives.errors import (
    CapExceeded,
    Invalid,
    NotPermitted,
    OwnRequest,
)
from incentives.extensions import db
from incentives.notices import lists
from incentives.notices import operations as notices
from incentives.notices.models import Objection, ObjectionStatus
from incentives.notices.queries import find_objection
from incentives.register.models import Household
from tests.awards.scenes import Scene, make_scene
from tests.awards.versions import adopt, renamed
from tests.factories import (
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    act,
    make_household,
    make_village,
    staff,
)
from tests.notices import acts
from tests.notices.acts import objected, publish, reviewed, rule


def lacking(scene: Scene, days: int = 0, code: str = "CL01") -> notices.Missing:
    """An act of the other household's head that nobody registered."""
    on = scene.today - timedelta(days=days)
    return notices.Missing(scene.other.head_id, code, on)


def on_paper(scene: Scene, actor: Actor, **about: Any) -> UUID:
    """An objection that staff write down for the other household's head."""
    return acts.on_paper(scene.other.head_id, actor, **about)


def granted(objection: Objection) -> Award:
    """The claim that came of an upheld objection to a missing award."""
    db.session.rollback()
    return db.session.get_one(Award, find_objection(VILLAGE, objection.id).granted_award_id)


def test_a_missing_award_that_is_right_is_claimed_and_goes_to_review(app: Flask) -> None:
    scene = make_scene()
    ruled = rule(scene, objected(scene, missing=lacking(scene)), upheld=True)
    award = granted(ruled)
    assert (award.status, award.claimed) == (AwardStatus.PROPOSED, True)
    assert (award.proposed_by, award.on_behalf_of) == (scene.other.head_id, None)
    assert (award.resident_id, award.rule_code) == (scene.other.head_id, "CL01")
    scene.review(award)
    assert scene.points(scene.other) == award.points


def test_a_missing_award_that_is_not_right_gives_nothing(app: Flask) -> None:
    scene = make_scene()
    rule(scene, objected(scene, missing=lacking(scene)), upheld=False)
    assert db.session.query(Award).count() == 0


def test_a_missing_award_keeps_to_its_cap(app: Flask) -> None:
    scene = make_scene()
    objection = objected(scene, missing=lacking(scene))
    before = scene.today - timedelta(days=1)
    for day in range(20):
        try:
            scene.propose(on=before - timedelta(days=day % 2), person=scene.other.head_id)
        except CapExceeded:
            break
    with pytest.raises(CapExceeded):
        rule(scene, objection, upheld=True)


@pytest.mark.parametrize("wrong", ["rule", "tomorrow", "nobody"])
def test_what_cannot_be_missing(app: Flask, wrong: str) -> None:
    scene = make_scene()
    missing = {
        "rule": lacking(scene, code="XX99"),
        "tomorrow": lacking(scene, days=-1),
        "nobody": notices.Missing(UUID(int=1), "CL01", scene.today),
    }[wrong]
    with pytest.raises(Invalid):
        objected(scene, missing=missing)


def test_nobody_says_that_another_households_award_is_missing(app: Flask) -> None:
    scene = make_scene()
    theirs = notices.Missing(scene.household.head_id, "CL01", scene.today)
    with pytest.raises(NotPermitted):
        objected(scene, missing=theirs)
    with pytest.raises(NotPermitted):
        on_paper(scene, staff(Role.CADRE), missing=theirs)


@pytest.mark.parametrize("matter", ["line", "award", "missing"])
def test_who_entered_the_matter_writes_no_objection_to_it_down(app: Flask, matter: str) -> None:
    scene = make_scene(publicity_days=5)
    award = reviewed(scene, person=scene.other.head_id)
    publish(scene)
    if matter == "missing":
        refused = scene.propose("NE01", person=scene.other.head_id)
        scene.withdraw(refused)
    about = {
        "line": {"notice": 1, "line": 1},
        "award": {"award": award.id},
        "missing": {"missing": lacking(scene, code="NE01")},
    }[matter]
    with pytest.raises(OwnRequest):
        on_paper(scene, scene.cadre, **about)
    another = staff(Role.CADRE)
    kept = find_objection(VILLAGE, on_paper(scene, another, **about))
    assert (kept.made_by, kept.on_behalf_of) == (another.person, scene.other.head_id)
    assert kept.household_id == scene.other.id
    assert kept.due_on == village_day(now()) + timedelta(days=10)


def reviewer_of(division: str, name: str) -> Actor:
    """A member of a review group, with an account."""
    roles = [Assignment(Role.REVIEWER, division)]
    user = act(
        lambda: (
            add_user(
                username=name,
                name=name,
                password="jishan-demo",
                roles=roles,
                actor=SYSTEM,
                now=now(),
            ).id
        )
    )
    return Actor(
        person=user,
        user_id=user,
        resident_id=None,
        household_id=None,
        name=name,
        roles=tuple(roles),
    )


def test_the_township_rules_only_where_the_village_cannot(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    first = reviewer_of(VILLAGE, "first")
    scene.review(scene.propose(), actor=first)
    publish(scene)
    objection = objected(scene)
    above = reviewer_of(TOWNSHIP, "above")
    second = reviewer_of(VILLAGE, "second")
    with pytest.raises(NotPermitted):
        rule(scene, objection, upheld=False, actor=above)
    assert not notices.may_rule(find_objection(VILLAGE, objection), above)
    assert notices.may_rule(find_objection(VILLAGE, objection), second)
    assert not notices.may_rule(find_objection(VILLAGE, objection), first)
    db.session.rollback()


def test_the_township_rules_where_only_who_reviewed_is_left(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    first = reviewer_of(VILLAGE, "first")
    scene.review(scene.propose(), actor=first)
    publish(scene)
    objection = objected(scene)
    above = reviewer_of(TOWNSHIP, "above")
    supervisor = staff(Role.SUPERVISOR, TOWNSHIP)
    with pytest.raises(NotPermitted):
        rule(scene, objection, upheld=False, actor=staff(Role.SUPERVISOR))
    assert notices.may_rule(find_objection(VILLAGE, objection), supervisor)
    db.session.rollback()
    ruled = rule(scene, objection, upheld=False, actor=above)
    assert (ruled.status, ruled.ruled_by) == (ObjectionStatus.OVERRULED, above.person)


def test_the_database_lets_nobody_rule_on_their_own(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    reviewed(scene)
    publish(scene)
    writer = staff(Role.CADRE)
    objection = on_paper(scene, writer, notice=1, line=1)
    with pytest.raises(IntegrityError, match="ruled_by_another"):
        db.session.execute(
            update(Objection)
            .where(Objection.id == objection)
            .values(
                status=ObjectionStatus.UPHELD,
                ruled_by=writer.person,
                ruled_at=now(),
                ruling_reason="mine",
            )
        )
    db.session.rollback()


def test_the_database_grants_nothing_where_nothing_is_missing(app: Flask) -> None:
    scene = make_scene(publicity_days=5)
    award = reviewed(scene)
    publish(scene)
    objection = objected(scene)
    with pytest.raises(IntegrityError, match="granted_where_missing"):
        db.session.execute(
            update(Objection).where(Objection.id == objection).values(granted_award_id=award.id)
        )
    db.session.rollback()


def test_what_several_villages_sent_up_is_named_by_each_one_s_rules(app: Flask) -> None:
    here = make_scene()
    make_village(OTHER_VILLAGE)
    there = make_household(OTHER_VILLAGE, "白玛")
    adopt(renamed("扫寨子", village=OTHER_VILLAGE), village=OTHER_VILLAGE)
    ids = [
        objected(here, missing=lacking(here)),
        act(lambda: lacked_by(there, here.today)),
    ]
    found = {each.id: each for each in db.session.query(Objection)}
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        named = lists.with_villages([{"id": each} for each in ids])
    assert [each.objection for each in named] == [found[each] for each in ids]
    assert [each.village for each in named] == ["下坝村", "黑达村"]
    assert ["扫寨子" in each.title for each in named] == [False, True]


def lacked_by(household: Household, on: date) -> UUID:
    """An objection about an act of a household's head that nobody registered."""
    row = Objection(
        village=household.village,
        household_id=household.id,
        reason="she was there",
        missing_resident_id=household.head_id,
        missing_rule_item="CL01",
        missing_occurred_on=on,
        missing_quantity=1,
        made_by=household.head_id,
        made_at=now(),
        due_on=on + timedelta(days=10),
    )
    db.session.add(row)
    db.session.flush()
    return row.id
