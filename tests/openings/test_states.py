"""Every state of an opening × every act × every role, against the flow written out here."""

from collections.abc import Callable
from itertools import count
from uuid import UUID, uuid4

import pytest

from incentives.access.actor import Actor, Role
from incentives.errors import NotFound, NotPermitted
from incentives.openings.models import OpeningStatus
from incentives.openings.states import TRANSITIONS, Action
from tests.factories import OTHER_VILLAGE, VILLAGE, make_household, staff
from tests.machines import Machine, differences, flow_of, try_state
from tests.openings.books import ONE, POINTS, Village

FLOW = flow_of("""
drafted   edit     drafted
drafted   submit   submitted
drafted   withdraw withdrawn
submitted check    checked
submitted reject   rejected
submitted withdraw withdrawn
checked   post     posted
checked   reject   rejected
checked   withdraw withdrawn
posted    reverse  reversed
""")
PERMISSIONS = {
    Action.EDIT: "opening.enter",
    Action.SUBMIT: "opening.enter",
    Action.CHECK: "opening.check",
    Action.POST: "opening.post",
    Action.REJECT: "opening.reject",
    Action.WITHDRAW: "opening.enter",
    Action.REVERSE: "opening.reverse",
}
OPERATIONS: dict[Action, tuple[str, dict[str, str]]] = {
    Action.SUBMIT: ("submit_opening", {}),
    Action.POST: ("post_opening", {}),
    Action.REJECT: ("reject_opening", {"reason": "不对"}),
    Action.WITHDRAW: ("withdraw_opening", {"reason": "重做"}),
    Action.REVERSE: ("reverse_opening", {"reason": "错账"}),
}
UNFINISHED = TRANSITIONS[Action.WITHDRAW][0]


def test_the_table_is_the_flow() -> None:
    assert differences(FLOW, TRANSITIONS, states=OpeningStatus, actions=Action) == []


def opening_in(village: Village, status: OpeningStatus, door: str) -> UUID:
    """An opening in that state, of the points of a household that lives behind a new door."""
    make_household(VILLAGE, "洛绒", door=door)
    opening = village.drafted({POINTS: [[door, "洛绒", 120]]})
    if status is OpeningStatus.DRAFTED:
        return opening
    if status is OpeningStatus.WITHDRAWN:
        village.do("withdraw_opening", opening, village.cadre, reason="重做")
        return opening
    village.do("submit_opening", opening, village.cadre)
    if status is OpeningStatus.REJECTED:
        village.do("reject_opening", opening, village.reviewer, reason="不对")
    if status in (OpeningStatus.CHECKED, OpeningStatus.POSTED, OpeningStatus.REVERSED):
        for checker in (village.reviewer, village.supervisor):
            village.do("check_opening", opening, checker)
    if status in (OpeningStatus.POSTED, OpeningStatus.REVERSED):
        village.do("post_opening", opening, village.cadre)
    if status is OpeningStatus.REVERSED:
        village.do("reverse_opening", opening, village.reviewer, reason="错账")
    return opening


def acts(village: Village) -> dict[Action, Callable[[UUID, Actor], object]]:
    """Each act on an opening. A check is the last that is needed: the other group's comes first."""

    def edit(opening: UUID, who: Actor) -> None:
        line = village.lines(opening)[0].id
        village.do("mend_line", opening, who, line_id=line, changes={"points": 7})

    def check(opening: UUID, who: Actor) -> None:
        if village.status(opening) == OpeningStatus.SUBMITTED:
            others = {Role.REVIEWER: village.supervisor, Role.SUPERVISOR: village.reviewer}
            other = others.get(who.roles[0].role)
            if other is not None:
                village.do("check_opening", opening, other)
        village.do("check_opening", opening, who)

    def step(action: Action) -> Callable[[UUID, Actor], object]:
        operation, more = OPERATIONS[action]
        return lambda opening, who: village.do(operation, opening, who, **more)

    return {Action.EDIT: edit, Action.CHECK: check} | {each: step(each) for each in OPERATIONS}


@pytest.mark.parametrize("status", OpeningStatus, ids=str)
def test_an_opening_takes_each_act_by_each_role_as_the_flow_says(
    village: Village, status: OpeningStatus
) -> None:
    doors, made = count(1), list[UUID]()

    def reach(wanted: OpeningStatus) -> UUID:
        # One book is taken over at a time.
        if made and village.status(made[-1]) in UNFINISHED:
            village.do("withdraw_opening", made[-1], village.cadre, reason="重做")
        made.append(opening_in(village, wanted, f"9组{next(doors)}号"))
        return made[-1]

    machine = Machine(
        flow=FLOW,
        reach=reach,
        state=lambda opening: OpeningStatus(village.status(opening)),
        acts=acts(village),
        permissions=PERMISSIONS,
    )
    assert try_state(machine, status) == []


def test_nobody_acts_from_another_village(village: Village) -> None:
    opening = village.drafted(ONE)
    for do in acts(village).values():
        for role in Role:
            with pytest.raises(NotFound):
                do(opening, staff(role, OTHER_VILLAGE))
    assert village.status(opening) == "drafted"


def test_only_who_may_mend_a_line_takes_it_out(village: Village) -> None:
    opening = village.drafted(ONE)
    for role in set(Role) - {Role.CADRE}:
        with pytest.raises(NotPermitted):
            village.do("drop_line", opening, staff(role), line_id=uuid4())
    with pytest.raises(NotFound):
        village.do("drop_line", opening, staff(Role.CADRE, OTHER_VILLAGE), line_id=uuid4())
    line = village.lines(opening)[0].id
    village.do("drop_line", opening, staff(Role.CADRE), line_id=line)
    assert village.lines(opening) == []
