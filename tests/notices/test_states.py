"""Every state of an objection or a notice × every act × every role, against the flows here."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from incentives.access.actor import Actor, Role
from incentives.access.permissions import TABLE
from incentives.clock import now
from incentives.errors import NotPermitted
from incentives.extensions import db
from incentives.notices import operations as notices
from incentives.notices.models import NoticeKind, NoticeStatus, ObjectionStatus
from incentives.notices.queries import find_notice, find_objection
from incentives.notices.states import NOTICE_TRANSITIONS, TRANSITIONS, Action, NoticeAction
from tests.conftest import Clock
from tests.factories import VILLAGE, act, let_pass, staff
from tests.machines import Machine, differences, flow_of, try_state
from tests.notices.acts import by_card, close_notice, on_paper
from tests.notices.matters import MATTERS, PUBLISHED, Matters, redemptions

FLOW = flow_of("""
open uphold   upheld
open overrule overruled
""")
NOTICE_FLOW = flow_of("open close closed")

of_every_kind = pytest.mark.parametrize("matters_of", MATTERS, ids=lambda each: each.__name__)
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_the_tables_are_the_flows() -> None:
    notice = {"states": NoticeStatus, "actions": NoticeAction}
    assert differences(FLOW, TRANSITIONS, states=ObjectionStatus, actions=Action) == []
    assert differences(NOTICE_FLOW, NOTICE_TRANSITIONS, **notice) == []


def objected(matters: Matters) -> UUID:
    """An objection to the next of these matters; its id."""
    about, home = next(matters)
    return act(
        lambda: (
            notices.make_objection(
                village=VILLAGE, about=about, reason="not so", actor=by_card(home), now=now()
            ).id
        )
    )


def rule(objection_id: UUID, action: Action, actor: Actor, **more: Any) -> None:
    act(
        lambda: (
            notices.rule_on_objection(
                village=VILLAGE,
                objection_id=objection_id,
                upheld=action is Action.UPHOLD,
                reason="for a reason",
                actor=actor,
                now=now(),
                **more,
            )
            and None
        )
    )


def status_of(objection_id: UUID) -> ObjectionStatus:
    db.session.rollback()
    return find_objection(VILLAGE, objection_id).status


@on_sqlite
@of_every_kind
@pytest.mark.parametrize("state", ObjectionStatus, ids=str)
def test_each_state_takes_the_flows_rulings_by_whom_they_are_for(
    app: Flask, clock: Clock, matters_of: Callable[[Clock], Matters], state: ObjectionStatus
) -> None:
    matters = matters_of(clock)
    more: dict[Action, dict[str, Any]] = {Action.UPHOLD: {}, Action.OVERRULE: {}}
    if matters_of is redemptions:
        more[Action.UPHOLD] = {"shop_at_fault": True}

    def reach(wanted: ObjectionStatus) -> UUID:
        objection_id = objected(matters)
        for action, (_before, after) in TRANSITIONS.items():
            if wanted is after:
                rule(objection_id, action, staff(Role.REVIEWER), **more[action])
        return objection_id

    machine = Machine(
        flow=FLOW,
        reach=reach,
        state=status_of,
        acts={
            action: lambda each, actor, action=action: rule(each, action, actor, **more[action])
            for action in Action
        },
        permissions=dict.fromkeys(Action, "objection.rule"),
    )
    assert try_state(machine, state) == []


@on_sqlite
@of_every_kind
def test_only_who_may_writes_down_what_somebody_objects_to(
    app: Flask, clock: Clock, matters_of: Callable[[Clock], Matters]
) -> None:
    about, home = next(matters_of(clock))
    assert home.head_id is not None
    for role in set(Role) - TABLE["objection.make"]:
        with pytest.raises(NotPermitted):
            on_paper(home.head_id, staff(role), **vars(about))
    for role in TABLE["objection.make"]:
        made = on_paper(home.head_id, staff(role), **vars(about))
        assert status_of(made) is ObjectionStatus.OPEN


@pytest.mark.parametrize("kind", NoticeKind, ids=str)
@pytest.mark.parametrize("state", NoticeStatus, ids=str)
def test_a_notice_takes_its_closing_once_by_whom_it_is_for(
    app: Flask, clock: Clock, kind: NoticeKind, state: NoticeStatus
) -> None:
    matters = PUBLISHED[kind](clock)

    def reach(wanted: NoticeStatus) -> int:
        number = next(matters)[0].notice
        assert number is not None
        let_pass(find_notice(VILLAGE, number).closes_on)
        if wanted is NoticeStatus.CLOSED:
            close_notice(staff(Role.REVIEWER), number)
        return number

    def status(number: int) -> NoticeStatus:
        db.session.rollback()
        return find_notice(VILLAGE, number).status

    machine = Machine(
        flow=NOTICE_FLOW,
        reach=reach,
        state=status,
        acts={NoticeAction.CLOSE: lambda number, actor: close_notice(actor, number)},
        permissions={NoticeAction.CLOSE: "notice.close"},
    )
    assert try_state(machine, state) == []
