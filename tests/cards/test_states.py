"""The tables of states of cards and vouches: every state, every action, every role."""

from uuid import UUID

import pytest
from flask import Flask

from incentives.access.actor import SYSTEM, Actor, Role
from incentives.cards import operations
from incentives.cards.models import Card, CardStatus, VouchStatus
from incentives.cards.states import ANSWERS, TRANSITIONS, Action, allowed
from incentives.clock import now
from incentives.errors import NotFound, NotPermitted
from incentives.extensions import db
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household, make_village, staff
from tests.machines import Machine, differences, flow_of, try_state

FLOW = flow_of("""
active    suspend   suspended
active    reissue   active
active    revoke    revoked
suspended reinstate active
suspended reissue   active
suspended revoke    revoked
""")
DO = {
    Action.SUSPEND: operations.suspend_card,
    Action.REINSTATE: operations.reinstate_card,
    Action.REISSUE: operations.reissue_card,
    Action.REVOKE: operations.revoke_card,
}


@pytest.fixture
def card(app: Flask) -> UUID:
    make_village()
    household = make_household().id
    return act(
        lambda: (
            operations.issue_card(
                village=VILLAGE, household_id=household, actor=SYSTEM, now=now()
            ).id
        )
    )


def take(action: Action, card: UUID, actor: Actor, village: str = VILLAGE) -> None:
    """Do one of the actions."""
    more = {"village": village, "card_id": card, "reason": "因为", "actor": actor, "now": now()}
    act(lambda: DO[action](**more).id)


def machine(card: UUID) -> Machine:
    """One card, put back into the state that is tried."""

    def put(status: CardStatus) -> UUID:
        def work() -> None:
            db.session.get_one(Card, card).status = status

        act(work)
        return card

    return Machine(
        flow=FLOW,
        reach=put,
        state=lambda each: db.session.get_one(Card, each, populate_existing=True).status,
        acts={
            action: lambda each, actor, action=action: take(action, each, actor)
            for action in Action
        },
        permissions={action: f"card.{action}" for action in Action},
    )


@pytest.mark.parametrize("status", CardStatus, ids=str)
def test_every_action_by_every_role(card: UUID, status: CardStatus) -> None:
    assert try_state(machine(card), status) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("action", list(Action))
def test_nobody_acts_from_another_village(card: UUID, action: Action) -> None:
    for village in (VILLAGE, OTHER_VILLAGE):
        with pytest.raises((NotFound, NotPermitted)):
            take(action, card, staff(Role.CADRE, OTHER_VILLAGE), village)


def test_the_table_is_the_flow_and_the_page_offers_what_it_allows() -> None:
    assert differences(FLOW, TRANSITIONS, states=CardStatus, actions=Action) == []
    for status in CardStatus:
        offered = {action.value for action in allowed(status)}
        assert offered == {action for state, action in FLOW if state == status.value}


def test_a_vouch_is_answered_once() -> None:
    for before, after in ANSWERS.values():
        assert before == {VouchStatus.WAITING}
        assert after is not VouchStatus.WAITING
