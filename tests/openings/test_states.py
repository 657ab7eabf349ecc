"""What an opening takes in which state, and from whom."""

from uuid import uuid4

import pytest

from incentives.access.actor import Actor, Role
from incentives.errors import (
    NotFound,
    NotPermitted,
    WrongState,
)
from incentives.openings.models import OpeningStatus
from incentives.openings.states import TRANSITIONS, Action
from tests.factories import OTHER_VILLAGE, staff
from tests.openings.books import ONE, Village


def reach(village: Village, status: OpeningStatus):
    """An opening in that state."""
    if status in (OpeningStatus.POSTED, OpeningStatus.REVERSED):
        opening = village.posted(ONE)
        if status is OpeningStatus.REVERSED:
            village.do("reverse_opening", opening, village.reviewer, reason="错账")
        return opening
    if status is OpeningStatus.CHECKED:
        return village.checked(ONE)
    opening = village.drafted(ONE)
    if status is OpeningStatus.DRAFTED:
        return opening
    if status is OpeningStatus.WITHDRAWN:
        village.do("withdraw_opening", opening, village.cadre, reason="重做")
        return opening
    village.do("submit_opening", opening, village.cadre)
    if status is OpeningStatus.REJECTED:
        village.do("reject_opening", opening, village.reviewer, reason="不对")
    return opening


def steps(village: Village, opening) -> dict[Action, tuple[str, Actor, dict]]:
    """Each action as somebody who may takes it; checks by people who haven't checked yet."""
    line = village.lines(opening)[0].id
    return {
        Action.EDIT: ("mend_line", village.cadre, {"line_id": line, "changes": {"points": 7}}),
        Action.SUBMIT: ("submit_opening", village.cadre, {}),
        Action.CHECK: ("check_opening", staff(Role.REVIEWER), {}),
        Action.POST: ("post_opening", village.cadre, {}),
        Action.REJECT: ("reject_opening", staff(Role.SUPERVISOR), {"reason": "不对"}),
        Action.WITHDRAW: ("withdraw_opening", village.cadre, {"reason": "重做"}),
        Action.REVERSE: ("reverse_opening", staff(Role.REVIEWER), {"reason": "错账"}),
    }


@pytest.mark.parametrize("status", OpeningStatus, ids=str)
def test_a_state_takes_the_actions_of_the_table_and_no_others(village, status):
    opening = reach(village, status)
    assert village.status(opening) == status
    for action, (operation, actor, more) in steps(village, opening).items():
        if status in TRANSITIONS[action][0]:
            continue
        with pytest.raises(WrongState):
            village.do(operation, opening, actor, **more)
        assert village.status(opening) == status, action


@pytest.mark.parametrize("action", Action, ids=str)
def test_an_action_of_the_table_leads_where_it_says(village, action):
    before, after = TRANSITIONS[action]
    opening = reach(village, sorted(before)[0])
    operation, actor, more = steps(village, opening)[action]
    if action is Action.CHECK:  # the last one leads on
        village.do("check_opening", opening, village.supervisor)
    assert village.do(operation, opening, actor, **more) == after


MAY = {
    "mend_line": "C",
    "drop_line": "C",
    "submit_opening": "C",
    "withdraw_opening": "C",
    "post_opening": "C",
    "check_opening": "RS",
    "reject_opening": "RS",
    "reverse_opening": "R",
}
LETTERS = dict(zip("AOCRTSKP", Role, strict=True))


def test_each_act_refuses_every_other_role_and_other_villages(village):
    opening = village.drafted(ONE)
    more = {
        "mend_line": {"line_id": uuid4(), "changes": {"points": 7}},
        "drop_line": {"line_id": uuid4()},
        "withdraw_opening": {"reason": "x"},
        "reject_opening": {"reason": "x"},
        "reverse_opening": {"reason": "x"},
    }
    for operation, letters in MAY.items():
        for letter, role in LETTERS.items():
            if letter not in letters:
                with pytest.raises(NotPermitted):
                    village.do(operation, opening, staff(role), **more.get(operation, {}))
        elsewhere = staff(LETTERS[letters[0]], OTHER_VILLAGE)
        with pytest.raises(NotFound):
            village.do(operation, opening, elsewhere, **more.get(operation, {}))
    assert village.status(opening) == "drafted"
