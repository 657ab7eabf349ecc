"""Every state of an objection or a notice × every act × every role, against the flows here."""

from itertools import count

import pytest
from flask import Flask

from incentives.access.actor import Role
from incentives.clock import now
from incentives.extensions import db
from incentives.notices import operations as notices
from incentives.notices.models import NoticeStatus, ObjectionStatus
from incentives.notices.queries import find_notice, find_objection
from incentives.notices.states import NOTICE_TRANSITIONS, TRANSITIONS, Action, NoticeAction
from tests.awards.scenes import make_scene
from tests.conftest import Clock
from tests.factories import VILLAGE, act, staff
from tests.machines import Machine, differences, flow_of, try_state
from tests.notices.acts import close, objected, publish
from tests.notices.test_objections import lacking

FLOW = flow_of("""
open uphold   upheld
open overrule overruled
""")
NOTICE_FLOW = flow_of("open close closed")


def test_the_tables_are_the_flows() -> None:
    notice = {"states": NoticeStatus, "actions": NoticeAction}
    assert differences(FLOW, TRANSITIONS, states=ObjectionStatus, actions=Action) == []
    assert differences(NOTICE_FLOW, NOTICE_TRANSITIONS, **notice) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("state", list(ObjectionStatus))
def test_each_state_takes_the_flows_rulings_by_whom_they_are_for(
    app: Flask, state: ObjectionStatus
) -> None:
    scene, days = make_scene(), count()

    def rule(objection, action, actor):
        act(
            lambda: (
                notices.rule_on_objection(
                    village=VILLAGE,
                    objection_id=objection,
                    upheld=action is Action.UPHOLD,
                    reason="for a reason",
                    actor=actor,
                    now=now(),
                )
                and None
            )
        )

    def reach(wanted):
        objection = objected(scene, missing=lacking(scene, days=next(days)))
        for action, (_before, after) in TRANSITIONS.items():
            if wanted is after:
                rule(objection, action, staff(Role.REVIEWER))
        return objection

    def status(objection):
        db.session.rollback()
        return find_objection(VILLAGE, objection).status

    machine = Machine(
        flow=FLOW,
        reach=reach,
        state=status,
        acts={
            action: lambda objection, actor, action=action: rule(objection, action, actor)
            for action in Action
        },
        permissions=dict.fromkeys(Action, "objection.rule"),
    )
    assert try_state(machine, state) == []


@pytest.mark.parametrize("state", list(NoticeStatus))
def test_a_notice_takes_its_closing_once_by_whom_it_is_for(
    app: Flask, clock: Clock, state: NoticeStatus
) -> None:
    scene = make_scene(publicity_days=1)

    def shut(number, actor):
        act(
            lambda: (
                notices.close_notice(village=VILLAGE, number=number, actor=actor, now=now())
                and None
            )
        )

    def reach(wanted):
        scene.review(scene.propose("SA04"))
        number = publish(scene)
        clock.forward(days=2)
        if wanted is NoticeStatus.CLOSED:
            close(scene, number)
        return number

    def status(number):
        db.session.rollback()
        return find_notice(VILLAGE, number).status

    machine = Machine(
        flow=NOTICE_FLOW,
        reach=reach,
        state=status,
        acts={NoticeAction.CLOSE: shut},
        permissions={NoticeAction.CLOSE: "notice.close"},
    )
    assert try_state(machine, state) == []
