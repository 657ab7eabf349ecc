"""The tables of states of cards and vouches: every state, every action, every role."""

from uuid import UUID

import pytest
from flask import Flask

from incentives.access.actor import SYSTEM, Actor, Role
from incentives.cards import operations
from incentives.cards.models import Card, CardStatus, Vouch, VouchStatus
from incentives.cards.queries import code_of
from incentives.cards.states import ANSWERS, TRANSITIONS, Action, Answer, allowed
from incentives.clock import now
from incentives.errors import NotFound, NotPermitted
from incentives.extensions import db
from incentives.shop.models import StockOwner
from incentives.shop.operations import open_shop
from tests.awards.queues import account
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
ANSWER_FLOW = flow_of("""
waiting confirm confirmed
waiting refuse  refused
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


def open_the_shop() -> None:
    """The village's shop, which its shopkeeper scans cards for."""
    shop = {"division": VILLAGE, "name": "积分超市", "serves": [VILLAGE]}
    owner = StockOwner.VILLAGE
    act(lambda: open_shop(**shop, stock_owner=owner, actor=SYSTEM, now=now()).id)


def asked(card: UUID, keeper: Actor) -> UUID:
    """A shopkeeper scanned the card and asked a cadre for a word; the vouch's id."""

    def work() -> UUID:
        code = code_of(db.session.get_one(Card, card))
        scan = operations.scan_code(text=code, actor=keeper, now=now()).scan_id
        assert scan is not None
        return operations.ask_for_vouch(
            village=VILLAGE, scan_id=scan, points=60, actor=keeper, now=now()
        ).id

    return act(work)


def say(answer: Answer, vouch: UUID, actor: Actor) -> None:
    """A word about the holder at the counter."""
    operation = {
        Answer.CONFIRM: operations.confirm_vouch,
        Answer.REFUSE: operations.refuse_vouch,
    }[answer]
    act(lambda: operation(village=VILLAGE, vouch_id=vouch, actor=actor, now=now()).id)


@pytest.mark.parametrize("status", VouchStatus, ids=str)
def test_a_vouch_is_answered_once_by_whom_it_is_for(card: UUID, status: VouchStatus) -> None:
    keeper = account("keeper", Role.SHOPKEEPER)
    open_the_shop()

    def reach(wanted: VouchStatus) -> UUID:
        vouch = asked(card, keeper)
        for answer, (_before, after) in ANSWERS.items():
            if wanted is after:
                say(answer, vouch, staff(Role.CADRE))
        return vouch

    machine = Machine(
        flow=ANSWER_FLOW,
        reach=reach,
        state=lambda each: db.session.get_one(Vouch, each, populate_existing=True).status,
        acts={
            answer: lambda each, actor, answer=answer: say(answer, each, actor) for answer in Answer
        },
        permissions=dict.fromkeys(Answer, "vouch.answer"),
    )
    assert try_state(machine, status) == []


def test_the_table_of_answers_is_the_flow() -> None:
    assert differences(ANSWER_FLOW, ANSWERS, states=VouchStatus, actions=Answer) == []
