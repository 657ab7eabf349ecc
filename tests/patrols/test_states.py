"""Every state of a patrol × every action × every role, against the flow written out here."""

import pytest

from incentives.patrols.models import PatrolStatus
from incentives.patrols.states import TRANSITIONS, Action, allowed
from tests.machines import Machine, differences, flow_of, try_state
from tests.patrols.scenes import make_team_scene

FLOW = flow_of("""
walking close  closed
walking cancel cancelled
""")


@pytest.fixture
def team(app):
    return make_team_scene()


def test_the_table_is_the_flow():
    assert differences(FLOW, TRANSITIONS, states=PatrolStatus, actions=Action) == []
    assert allowed(PatrolStatus.WALKING) == [Action.CLOSE, Action.CANCEL]
    assert allowed(PatrolStatus.CLOSED) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("state", list(PatrolStatus))
def test_each_state_takes_the_flows_actions_by_whom_they_are_for(team, state):
    walking = []

    def reach(wanted):
        for each in walking:
            if team.status(each) is PatrolStatus.WALKING:
                team.cancel(each)
        patrol = team.start()
        walking.append(patrol)
        if wanted is PatrolStatus.CLOSED:
            team.close(patrol)
        elif wanted is PatrolStatus.CANCELLED:
            team.cancel(patrol)
        return patrol

    machine = Machine(
        flow=FLOW,
        reach=reach,
        state=team.status,
        acts={
            Action.CLOSE: lambda patrol, actor: team.close(patrol, actor=actor),
            Action.CANCEL: lambda patrol, actor: team.cancel(patrol, actor=actor),
        },
        permissions={Action.CLOSE: "patrol.close", Action.CANCEL: "patrol.cancel"},
    )
    assert try_state(machine, state) == []
