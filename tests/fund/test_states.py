"""Every state of a disbursement × every action, against the diagram written out here."""

import pytest

from incentives.errors import NotPermitted, Refusal, WrongState
from incentives.fund.models import Status
from incentives.fund.states import Action, allowed
from tests.factories import VILLAGE, staff
from tests.fund.people import (
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
    status_of,
    take,
    withdraw,
)

# The diagram of the micro-fund: from a state by an action to a state; all else is refused.
DIAGRAM = """
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
"""
WAYS = {
    (before, action): after
    for before, action, after in (line.split() for line in DIAGRAM.strip().splitlines())
}


@pytest.fixture
def village(app):
    people = make_people()
    give(people, 100_000)
    return people


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("state", list(Status))
def test_each_state_takes_the_actions_of_the_diagram_and_no_others(village, state):
    for action in Action:
        disbursement_id = bring_to(state, village)
        after = WAYS.get((state.value, action.value))
        if after is None:
            with pytest.raises(WrongState):
                take(action.value, village, disbursement_id)
            assert status_of(disbursement_id) is state
        else:
            take(action.value, village, disbursement_id)
            assert status_of(disbursement_id).value == after


def test_the_table_is_the_diagram_but_for_villages_without_publicity():
    table = {(state.value, action.value) for state in Status for action in allowed(state)}
    assert table == set(WAYS) | {("evaluated", "approve")}


WHO = """
evaluate reviewer
approve  supervisor
pay      treasurer
receive  treasurer
return   treasurer
reverse  treasurer
reject   reviewer supervisor
withdraw cadre treasurer
"""
STEPS = {
    "evaluate": ("applied", evaluate),
    "approve": ("published", approve),
    "pay": ("approved", pay),
    "receive": ("paid", receive),
    "return": ("paid", give_back),
    "reverse": ("paid", reverse),
    "reject": ("applied", reject),
    "withdraw": ("applied", withdraw),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("line", WHO.strip().splitlines())
def test_only_the_roles_whose_duty_it_is_take_a_step(village, line):
    from incentives.access.actor import Role

    action, *roles = line.split()
    state, step = STEPS[action]
    for role in Role:
        disbursement_id = bring_to(Status(state), village)
        actor = staff(role, VILLAGE)
        if role.value not in roles:
            with pytest.raises(NotPermitted):
                step(actor, disbursement_id)
            assert status_of(disbursement_id).value == state
        elif action != "withdraw":
            step(actor, disbursement_id)
            assert status_of(disbursement_id).value == WAYS[state, action]


def test_only_who_applied_takes_an_application_back(village):
    disbursement_id = bring_to(Status.APPLIED, village)
    with pytest.raises(Refusal) as refused:
        withdraw(village.treasurer, disbursement_id)
    assert refused.value.name == "not_permitted"
    withdraw(village.cadre, disbursement_id)
    assert status_of(disbursement_id) is Status.WITHDRAWN
