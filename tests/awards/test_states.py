"""The tables of awards and rulebooks against the flows of the domain, state × action × role."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from incentives.access.actor import Actor, Role
from incentives.access.permissions import TABLE
from incentives.awards import queries
from incentives.awards.models import Award, AwardStatus, Decision, RulebookStatus
from incentives.awards.states import (
    FREED,
    PROMISED,
    RULEBOOK_PERMISSIONS,
    RULEBOOK_TRANSITIONS,
    TRANSITIONS,
    Action,
    RulebookAction,
    allowed,
)
from incentives.database import new_id
from incentives.extensions import db
from incentives.notices.queries import find_notice, open_objections_to
from tests.awards import versions
from tests.awards.claiming import claim
from tests.awards.scenes import Scene, make_scene
from tests.factories import VILLAGE, let_pass, make_household, make_village
from tests.machines import (
    Machine,
    attempt,
    by_role,
    differences,
    flow_of,
    somebody,
    try_state,
)
from tests.notices.acts import close_notice, make_notice, objected, on_paper, publish, rule

AWARD_FLOW = flow_of("""
proposed  edit       proposed
proposed  approve    reviewed
proposed  reject     rejected
proposed  withdraw   withdrawn
proposed  publish    published
reviewed  publish    published
reviewed  post       posted
published post       posted
published object     objected
objected  overrule   published
objected  uphold     rejected
posted    reverse    reversed
reversed  reinstate  posted
""")
RULEBOOK_FLOW = flow_of("""
draft   edit         draft
draft   adopt        adopted
draft   discard      discarded
adopted keep_minutes adopted
""")
# Notices publish and post, and carry out what is ruled.
AWARD_PERMISSIONS = {
    Action.EDIT: "award.propose",
    Action.APPROVE: "award.review",
    Action.REJECT: "award.review",
    Action.WITHDRAW: "award.withdraw",
    Action.REVERSE: "award.reverse",
    Action.REINSTATE: "award.reinstate",
    Action.PUBLISH: "notice.make",
    Action.OBJECT: "objection.make",
    Action.OVERRULE: "objection.rule",
    Action.UPHOLD: "objection.rule",
    Action.POST: "notice.close",
}
IN_PUBLIC = (
    AwardStatus.PUBLISHED,
    AwardStatus.OBJECTED,
    AwardStatus.POSTED,
    AwardStatus.REVERSED,
)


def test_the_tables_are_the_flows() -> None:
    award = {"states": AwardStatus, "actions": Action}
    rulebook = {"states": RulebookStatus, "actions": RulebookAction}
    assert differences(AWARD_FLOW, TRANSITIONS, **award) == []
    assert differences(RULEBOOK_FLOW, RULEBOOK_TRANSITIONS, **rulebook) == []


def test_what_is_allowed_is_what_the_flow_has() -> None:
    for status in AwardStatus:
        expected = {action for before, action in AWARD_FLOW if before == status.value}
        assert {each.value for each in allowed(status)} == expected


def test_what_is_refused_or_taken_back_frees_the_cap_and_only_what_is_open_is_promised() -> None:
    assert {each.value for each in FREED} == {"rejected", "withdrawn", "reversed"}
    assert {each.value for each in PROMISED} == {"proposed", "reviewed", "published", "objected"}
    assert set(AwardStatus) == FREED | PROMISED | {AwardStatus.POSTED}


def find_award(award_id: UUID) -> Award:
    """An award as the database has it."""
    db.session.rollback()
    return db.session.get_one(Award, award_id)


def state_of(award_id: UUID) -> AwardStatus:
    return find_award(award_id).status


def entered(scene: Scene) -> Award:
    """An award that a cadre registered; its rule has no cap."""
    return scene.propose("SA04")


def claimed(scene: Scene) -> Award:
    """A claim that a cadre wrote down for somebody, each of a household of its own."""
    home = make_household(VILLAGE, "格绒邓珠", door=str(new_id()))
    return claim(scene, actor=scene.cadre, on_behalf_of=home.head_id)


def award_in(scene: Scene, status: AwardStatus, enter: Callable[[Scene], Award] = entered) -> UUID:
    """An award in a state, by the acts that lead there; its id."""
    award = enter(scene)
    award_id = award.id
    if status is AwardStatus.WITHDRAWN:
        scene.withdraw(award)
    elif status is AwardStatus.REJECTED:
        scene.review(award, Decision.REJECT, reason="was away")
    elif status is not AwardStatus.PROPOSED:
        scene.review(award)
    if status in IN_PUBLIC:
        publish(scene)
    if status is AwardStatus.OBJECTED:
        objected(scene, award=award_id)
    if status in (AwardStatus.POSTED, AwardStatus.REVERSED):
        close_its_notice(award_id, scene.reviewer)
    if status is AwardStatus.REVERSED:
        scene.reverse(db.session.get_one(Award, award_id))
    return award_id


def close_its_notice(award_id: UUID, actor: Actor) -> None:
    """Let the days of the award's notice pass, and close it; 0 is no notice's number."""
    found = find_award(award_id)
    if found.notice is not None:
        let_pass(find_notice(VILLAGE, found.notice).closes_on)
    close_notice(actor, found.notice or 0)


def rule_on(scene: Scene, award_id: UUID, actor: Actor, *, upheld: bool) -> None:
    """Rule on all objections to an award; a posted one stays so, and is objected to here."""
    waiting = [each.id for each in open_objections_to(award_id)]
    if not waiting and find_award(award_id).status is AwardStatus.POSTED:
        waiting = [objected(scene, award=award_id)]
    for each in waiting or [new_id()]:
        rule(scene, each, upheld=upheld, actor=actor)


def award_machine(scene: Scene, enter: Callable[[Scene], Award]) -> Machine:
    """Every act on an award, as staff take it: of awards and of notices."""

    def enterer(_award_id: UUID, role: Role) -> Actor:
        return scene.cadre if role is Role.CADRE else somebody(role)

    of, no = find_award, {"reason": "not so"}
    asker = make_household(VILLAGE, "王建国", door="3").head_id
    acts: dict[Action, Callable[[UUID, Actor], Any]] = {
        Action.EDIT: lambda each, who: scene.edit(of(each), who, note="mended"),
        Action.APPROVE: lambda each, who: scene.review(of(each), actor=who),
        Action.REJECT: lambda each, who: scene.review(of(each), Decision.REJECT, actor=who, **no),
        Action.WITHDRAW: lambda each, who: scene.withdraw(of(each), who),
        Action.REVERSE: lambda each, who: scene.reverse(of(each), who),
        Action.REINSTATE: lambda each, who: scene.reinstate(of(each), who),
        Action.PUBLISH: lambda _each, who: make_notice(who),
        Action.OBJECT: lambda each, who: on_paper(asker, who, award=each),
        Action.OVERRULE: lambda each, who: rule_on(scene, each, who, upheld=False),
        Action.UPHOLD: lambda each, who: rule_on(scene, each, who, upheld=True),
        Action.POST: lambda each, who: close_its_notice(each, who),
    }
    # Under this policy nothing is published unreviewed nor posted unpublished. An objection to a
    # posted award that is upheld takes it back: the act `reverse`.
    flow = {**AWARD_FLOW, ("posted", "uphold"): "reversed"}
    del flow["proposed", "publish"], flow["reviewed", "post"]
    return Machine(
        flow=flow,
        reach=lambda status: award_in(scene, status, enter),
        state=state_of,
        acts=acts,
        permissions=AWARD_PERMISSIONS,
        doers={Action.EDIT: enterer, Action.WITHDRAW: enterer},
    )


@pytest.mark.parametrize("enter", [entered, claimed], ids=["award", "claim"])
@pytest.mark.parametrize("status", AwardStatus, ids=str)
def test_an_award_or_claim_takes_each_act_by_each_role_as_the_flow_says(
    app: Flask, status: AwardStatus, enter: Callable[[Scene], Award]
) -> None:
    scene = make_scene(publicity_days=5)
    assert try_state(award_machine(scene, enter), status) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("action", Action, ids=str)
def test_what_the_table_doesnt_have_nobody_does(
    app: Flask, monkeypatch: pytest.MonkeyPatch, action: Action
) -> None:
    machine = award_machine(make_scene(publicity_days=5), entered)
    for before in (AwardStatus(state) for state, step in machine.flow if step == action.value):
        award_id = machine.reach(before)
        with monkeypatch.context() as patch:
            for each, (_before, after) in TRANSITIONS.items():
                patch.setitem(TRANSITIONS, each, (frozenset(), after))
            for role in TABLE[AWARD_PERMISSIONS[action]]:
                doer = machine.doers.get(action, by_role)(award_id, role)
                attempt(machine, action, award_id, doer)
        assert state_of(award_id) is before


def test_what_needs_no_review_is_published_as_proposed(app: Flask) -> None:
    scene = make_scene(reviewers=0, publicity_days=5)
    award_id = award_in(scene, AwardStatus.PROPOSED)
    publish(scene)
    assert state_of(award_id) is AwardStatus.PUBLISHED


@pytest.mark.parametrize("status", RulebookStatus, ids=str)
def test_a_version_takes_each_act_by_each_role_as_the_flow_says(
    app: Flask, status: RulebookStatus
) -> None:
    make_village()
    machine = Machine(
        flow=RULEBOOK_FLOW,
        reach=lambda wanted: versions.in_state(wanted).number,
        state=lambda number: queries.find_rulebook(VILLAGE, number).status,
        acts=versions.ACTS,
        permissions=RULEBOOK_PERMISSIONS,
        doers={},
    )
    assert try_state(machine, status) == []
