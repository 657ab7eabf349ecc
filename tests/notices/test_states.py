"""Every state of an objection × every ruling × every role, against the flow written out here."""

from itertools import count

import pytest
from flask import Flask

from incentives.access.actor import Role
from incentives.clock import now
from incentives.extensions import db
from incentives.notices import operations as notices
from incentives.notices.models import ObjectionStatus
from incentives.notices.queries import find_objection
from incentives.notices.states import TRANSITIONS, Action
from tests.awards.scenes import make_scene
from tests.factories import VILLAGE, act, staff
from tests.machines import Machine, differences, flow_of, try_state
from tests.notices.acts import objected
from tests.notices.test_objections import lacking

FLOW = flow_of("""
open uphold   upheld
open overrule overruled
""")


def test_the_table_is_the_flow() -> None:
    assert differences(FLOW, TRANSITIONS, states=ObjectionStatus, actions=Action) == []


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
