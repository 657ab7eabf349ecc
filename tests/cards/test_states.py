"""The tables of states of cards and vouches: every state, every action, every role."""

from uuid import UUID

import pytest

from incentives.access.actor import SYSTEM, Role
from incentives.access.permissions import TABLE
from incentives.cards import operations
from incentives.cards.models import Card, CardStatus, VouchStatus
from incentives.cards.states import ANSWERS, TRANSITIONS, Action, allowed
from incentives.clock import now
from incentives.errors import NotFound, NotPermitted, Refusal
from incentives.extensions import db
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household, make_village, staff

# What becomes of a card, written down once more as people would say it; else `wrong_state`.
EXPECTED = {
    ("active", "suspend"): "suspended",
    ("active", "reissue"): "active",
    ("active", "revoke"): "revoked",
    ("suspended", "reinstate"): "active",
    ("suspended", "reissue"): "active",
    ("suspended", "revoke"): "revoked",
}
DO = {
    Action.SUSPEND: operations.suspend_card,
    Action.REINSTATE: operations.reinstate_card,
    Action.REISSUE: operations.reissue_card,
    Action.REVOKE: operations.revoke_card,
}


@pytest.fixture
def card(app) -> UUID:
    make_village()
    household = make_household().id
    return act(
        lambda: (
            operations.issue_card(
                village=VILLAGE, household_id=household, actor=SYSTEM, now=now()
            ).id
        )
    )


def put(card: UUID, status: CardStatus) -> None:
    def work() -> None:
        db.session.get_one(Card, card).status = status

    act(work)


def outcome(card: UUID, action: Action, actor) -> str:
    """The state after an action, or the name of its refusal."""
    try:
        return act(
            lambda: (
                DO[action](
                    village=VILLAGE, card_id=card, reason="因为", actor=actor, now=now()
                ).status.value
            )
        )
    except Refusal as refusal:
        return refusal.name


@pytest.mark.parametrize("role", list(Role))
def test_every_state_action_and_role(card, role):
    """Only a cadre acts, and only as the table says; whoever is refused changes nothing."""
    for status in CardStatus:
        for action in Action:
            put(card, status)
            expected = EXPECTED.get((status.value, action.value), "wrong_state")
            if role is not Role.CADRE:
                expected = "not_permitted"
            assert outcome(card, action, staff(role)) == expected, (status, action)
            after = db.session.get_one(Card, card, populate_existing=True).status.value
            assert after == (expected if expected in ("active", "suspended", "revoked") else status)
            db.session.rollback()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("action", list(Action))
def test_nobody_acts_from_another_village(card, action):
    for village in (VILLAGE, OTHER_VILLAGE):
        with pytest.raises((NotFound, NotPermitted)):
            act(
                lambda village=village: (
                    DO[action](
                        village=village,
                        card_id=card,
                        reason="因为",
                        actor=staff(Role.CADRE, OTHER_VILLAGE),
                        now=now(),
                    ).id
                )
            )


def test_the_page_offers_what_the_table_allows():
    for status in CardStatus:
        offered = {action.value for action in allowed(status)}
        assert offered == {action for state, action in EXPECTED if state == status.value}


def test_each_action_has_a_permission():
    assert {f"card.{action}" for action in Action} <= set(TABLE)
    assert set(TRANSITIONS) == set(Action)


def test_a_vouch_is_answered_once():
    for before, after in ANSWERS.values():
        assert before == {VouchStatus.WAITING}
        assert after is not VouchStatus.WAITING
