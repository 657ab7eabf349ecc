"""A walk that was called off and begun again: who signs in on the first is on the second."""

import pytest

from incentives.clock import now
from incentives.database import new_id
from tests.patrols.scenes import make_team_scene
from tests.patrols.test_begun import given


@pytest.fixture
def team(app):
    return make_team_scene()


SAME = "shift, shift"
CHOICES = {
    "none, none": (None, None),
    SAME: (0, 0),
    "none, shift": (None, 0),
    "shift, none": (0, None),
    "shift, another": (1, 0),
}


# A shift's walk that goes on is joined, not begun again.
CASES = [(name, late) for name in CHOICES for late in (False, True) if (name, late) != (SAME, True)]


@pytest.mark.parametrize(("choices", "late"), CASES)
@pytest.mark.parametrize("heard_first", [True, False], ids=["before the log", "after the log"])
def test_whatever_each_was_begun_for_the_member_is_awarded(team, clock, choices, late, heard_first):
    """By a phone that hears of no calling off; the first may be called off `late`, last of all."""
    shifts = [team.shift(hours=1), team.shift(hours=4)]
    first_shift, second_shift = (
        None if each is None else shifts[each] for each in CHOICES[choices]
    )
    clock.forward(hours=1)
    first = team.start(shift_id=first_shift)
    clock.forward(minutes=10)
    if not late:
        team.cancel(first)
    clock.forward(minutes=10)
    more = {"patrol_id": new_id(), "left": [first], "started_at": now()}
    second = team.start(shift_id=second_shift, **more)
    team.scan(second)
    clock.forward(minutes=15)
    at = now()
    clock.forward(minutes=15)
    for step in ("sign", "close") if heard_first else ("close", "sign"):
        if step == "close":
            team.close(second, team.leader_id)
        else:
            team.scan(first, 1, team.member_id, at=at, actor=team.member, queued=True)
    if late:
        team.cancel(first)
    assert (given(team.member_id), given(team.leader_id)) == (1, 1)
