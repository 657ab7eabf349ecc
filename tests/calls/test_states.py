"""The table of calls against the flow of the domain, state × action × role."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from incentives.access.actor import Actor, Role
from incentives.calls import operations
from incentives.calls.models import Call, CallStatus
from incentives.calls.operations import Answerer
from incentives.calls.states import OFFICE_STEPS, PERMISSIONS, SENT_ON, TRANSITIONS, Action, allowed
from incentives.clock import now
from tests.calls.scenes import Scene, status_of
from tests.factories import act
from tests.machines import Machine, differences, flow_of, somebody, try_state

FLOW = flow_of("""
reported push      pushed
reported merge     merged
reported strike    struck
pushed   accept    accepted
pushed   arrive    on_site
pushed   hand_over pushed
pushed   merge     merged
pushed   strike    struck
accepted arrive    on_site
accepted resolve   resolved
accepted hand_over pushed
accepted merge     merged
on_site  resolve   resolved
on_site  hand_over pushed
on_site  merge     merged
resolved answer    answered
answered rate      answered
answered reopen    pushed
""")


# What a cadre does where nobody answers for the office any more.
IDLE_FLOW = FLOW | flow_of("""
pushed   push pushed
accepted push pushed
on_site  push pushed
resolved push resolved
""")


def test_the_table_is_the_flow() -> None:
    assert differences(FLOW, TRANSITIONS, states=CallStatus, actions=Action) == []
    for status in CallStatus:
        expected = {action for before, action in FLOW if before == status.value}
        assert {each.value for each in allowed(status)} == expected
        sent_on = SENT_ON[status].value if status in SENT_ON else FLOW.get((status.value, "push"))
        assert IDLE_FLOW.get((status.value, "push")) == sent_on


class Calls:
    """Calls in every state, with the links of their callers."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.secrets: dict[UUID, str] = {}
        self.other = self.scene.told()

    def reach(self, status: CallStatus) -> UUID:
        scene = self.scene
        reported = scene.report()
        call_id = reported.call.id
        self.secrets[call_id] = reported.secret
        if status is CallStatus.MERGED:
            scene.merge(call_id, self.other)
        elif status is CallStatus.STRUCK:
            scene.strike(call_id)
        elif status is not CallStatus.REPORTED:
            scene.push(call_id)
            way = (Action.ACCEPT, Action.ARRIVE, Action.RESOLVE, Action.ANSWER)
            for step in way:
                if status_of(call_id) is status:
                    break
                scene.step(call_id, step)
        return call_id

    def doer(self, call_id: UUID, role: Role) -> Actor:
        return self.scene.plumber if role is Role.RESPONDER else somebody(role)

    def hand_over(self, call_id: UUID, who: Actor) -> Call:
        more = {"note": "归他们管", "office_id": self.scene.roads}
        return self.scene.step(call_id, Action.HAND_OVER, who, **more)

    def acts(self) -> dict[Action, Any]:
        scene = self.scene
        steps: dict[Action, Any] = {
            each: lambda call_id, who, each=each: scene.step(call_id, each, who)
            for each in (Action.ACCEPT, Action.ARRIVE, Action.RESOLVE, Action.ANSWER)
        }
        return steps | {
            Action.HAND_OVER: self.hand_over,
            Action.PUSH: lambda call_id, who: scene.push(call_id, who),
            Action.MERGE: lambda call_id, who: scene.merge(call_id, self.other, who),
            Action.STRIKE: lambda call_id, who: scene.strike(call_id, who),
            Action.RATE: lambda call_id, _who: act(
                lambda: operations.rate_call(
                    secret=self.secrets[call_id], rating=4, word=None, now=now()
                )
            ),
            Action.REOPEN: lambda call_id, _who: act(
                lambda: operations.reopen_call(
                    secret=self.secrets[call_id], reason="还漏", now=now()
                )
            ),
        }


@pytest.mark.parametrize("status", CallStatus)
def test_every_act_by_every_role_in_every_state(app, status) -> None:
    calls = Calls()
    # A village's cadre acts for the village's own offices only: this is the township's.
    permissions = dict(PERMISSIONS)
    steps = [each for each, permission in permissions.items() if permission == "call.step"]
    by_cadre = {action: calls.acts()[action] for action in steps}
    machine = Machine(
        flow=FLOW,
        reach=calls.reach,
        state=status_of,
        acts=calls.acts(),
        permissions=permissions,
        doers={
            action: lambda call_id, role: (
                village_office_cadre(calls) if role is Role.CADRE else calls.doer(call_id, role)
            )
            for action in by_cadre
        },
    )
    assert try_state(machine, status) == []


def village_office_cadre(calls: Calls) -> Actor:
    """A cadre who is one of the office's people, too."""
    return replace(calls.scene.cadre, user_id=calls.scene.plumber.user_id)


@pytest.mark.parametrize("status", CallStatus)
def test_every_act_but_the_office_s_where_nobody_answers_for_it(app, status) -> None:
    calls = Calls()
    scene, plumber = calls.scene, Answerer(calls.scene.plumber.user_id)

    def reach(status: CallStatus) -> UUID:
        scene.answer(scene.water, plumber)
        call_id = calls.reach(status)
        scene.answer(scene.water)
        return call_id

    push = {Action.PUSH: lambda call_id, who: scene.push(call_id, who, office_id=scene.roads)}
    machine = Machine(
        flow=IDLE_FLOW,
        reach=reach,
        state=status_of,
        acts=calls.acts() | push,
        permissions={key: each for key, each in PERMISSIONS.items() if key not in OFFICE_STEPS},
    )
    assert try_state(machine, status) == []
