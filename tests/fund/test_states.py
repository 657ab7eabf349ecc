"""Every state of a disbursement and of a count × every act × every role, by the flows here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from incentives.access.actor import Actor, Role
from incentives.errors import Refusal
from incentives.extensions import db
from incentives.fund.models import CashCount, CountStatus, Decision, Status
from incentives.fund.states import COUNT_TRANSITIONS, Action, CountAction, allowed
from incentives.notices.models import NoticeKind
from tests.conftest import Clock
from tests.factories import staff
from tests.fund.months import confirm, count
from tests.fund.people import (
    Village,
    approve,
    bring_to,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    receive,
    reject,
    reverse,
    reverse_return,
    status_of,
    withdraw,
)
from tests.machines import Machine, differences, flow_of, try_state
from tests.notices.acts import make_notice

# In a village with publicity; all else is refused.
FLOW = flow_of("""
applied    evaluate evaluated
evaluated  publish  published
published  approve  approved
approved   pay      paid
paid       receive  received
paid       return   returned
received   return   returned
returned   return   returned
returned   receive  returned
returned   reverse_return paid
paid       reverse  reversed
received   reverse  reversed
applied    reject   rejected
evaluated  reject   rejected
published  reject   rejected
approved   reject   rejected
applied    withdraw withdrawn
evaluated  withdraw withdrawn
published  withdraw withdrawn
approved   withdraw withdrawn
""")
COUNT_FLOW = flow_of("""
waiting confirm confirmed
waiting refuse  refused
""")
PERMISSIONS = {action: f"disbursement.{action}" for action in Action} | {
    Action.PUBLISH: "notice.make"
}
ACTS: dict[Action, Callable[[Actor, UUID], Any]] = {
    Action.EVALUATE: evaluate,
    Action.PUBLISH: lambda who, _id: make_notice(who, NoticeKind.DISBURSEMENTS),
    Action.APPROVE: approve,
    Action.PAY: pay,
    Action.RECEIVE: receive,
    Action.RETURN: give_back,
    Action.REVERSE_RETURN: reverse_return,
    Action.REVERSE: reverse,
    Action.REJECT: reject,
    Action.WITHDRAW: withdraw,
}
MONTH = date(2026, 3, 1)


def test_the_tables_are_the_flows_but_for_villages_without_publicity() -> None:
    table = {(state.value, action.value) for state in Status for action in allowed(state)}
    assert table == set(FLOW) | {("evaluated", "approve")}
    counts = {"states": CountStatus, "actions": CountAction}
    assert differences(COUNT_FLOW, COUNT_TRANSITIONS, **counts) == []


@pytest.fixture
def village(app: Flask) -> Village:
    people = make_people()
    give(people, 100_000)
    return people


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("state", Status, ids=str)
def test_a_disbursement_takes_each_act_by_each_role_as_the_flow_says(
    village: Village, state: Status
) -> None:
    machine = Machine(
        flow=FLOW,
        reach=lambda wanted: bring_to(wanted, village),
        state=status_of,
        acts={
            action: lambda each, who, step=step: step(who, each) for action, step in ACTS.items()
        },
        permissions=PERMISSIONS,
        doers={Action.WITHDRAW: lambda _id, role: as_who_applied(village, role)},
    )
    assert try_state(machine, state) == []


def as_who_applied(village: Village, role: Role) -> Actor:
    """Who applied, in a role: nobody else takes an application back."""
    return replace(staff(role), person=village.cadre.person)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("state", CountStatus, ids=str)
def test_a_count_takes_its_second_persons_word_by_each_role_as_the_flow_says(
    village: Village, clock: Clock, state: CountStatus
) -> None:
    clock.forward(days=32)
    say: dict[CountAction, dict[str, Any]] = {
        CountAction.CONFIRM: {"decision": Decision.APPROVE},
        CountAction.REFUSE: {"decision": Decision.REJECT, "reason": "钱箱没有打开"},
    }

    def reach(wanted: CountStatus) -> UUID:
        count_id = count(village, MONTH).id
        for action, (_before, after) in COUNT_TRANSITIONS.items():
            if wanted is after:
                confirm(village, count_id, **say[action])
        return count_id

    machine = Machine(
        flow=COUNT_FLOW,
        reach=reach,
        state=lambda each: db.session.get_one(CashCount, each, populate_existing=True).status,
        acts={
            action: lambda each, who, words=words: confirm(village, each, who, **words)
            for action, words in say.items()
        },
        permissions=dict.fromkeys(CountAction, "cash.confirm"),
    )
    assert try_state(machine, state) == []


def test_only_who_applied_takes_an_application_back(village: Village) -> None:
    disbursement_id = bring_to(Status.APPLIED, village)
    with pytest.raises(Refusal) as refused:
        withdraw(village.treasurer, disbursement_id)
    assert refused.value.name == "not_permitted"
    withdraw(village.cadre, disbursement_id)
    assert status_of(disbursement_id) is Status.WITHDRAWN
