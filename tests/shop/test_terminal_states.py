"""Every state of a terminal × every action × every role, against what is written out here."""

from functools import partial

import pytest

from incentives.access.actor import SYSTEM, Role
from incentives.access.models import User
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop.models import StockOwner, Terminal, TerminalStatus
from incentives.shop.operations import (
    open_shop,
    register_terminal,
    reinstate_terminal,
    suspend_terminal,
)
from incentives.shop.operations.terminals import replace_terminal
from incentives.shop.terminal_states import TERMINAL_TRANSITIONS, TerminalAction, allowed
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_village, staff
from tests.machines import Machine, differences, flow_of, try_state
from tests.shop.phones import Phone

FLOW = flow_of("""
active    suspend   suspended
suspended reinstate active
active    replace   replaced
suspended replace   replaced
""")


@pytest.fixture
def shop_id(app):
    make_village()
    return act(
        lambda: (
            open_shop(
                division=VILLAGE,
                name="积分超市",
                stock_owner=StockOwner.VILLAGE,
                serves=[VILLAGE],
                actor=SYSTEM,
                now=now(),
            ).id
        )
    )


def make_terminal(shop_id, state=TerminalStatus.ACTIVE):
    """A terminal brought to a state by the operations."""
    keeper = staff(Role.SHOPKEEPER)

    def work():
        user = User(
            id=keeper.person,
            username=f"k{new_id().hex[:20]}",
            name="店主",
            password_hash="-",
            added_by=keeper.person,
            added_at=now(),
        )
        db.session.add(user)
        db.session.flush()
        key = Phone(None).public_key
        return register_terminal(
            shop_id=shop_id, name="手机", public_key=key, actor=keeper, now=now()
        ).id

    terminal_id = act(work)
    if state is not TerminalStatus.ACTIVE:
        action = "suspend" if state is TerminalStatus.SUSPENDED else "replace"
        act(lambda: take(action, shop_id, terminal_id, SYSTEM) and None)
    return terminal_id


def take(action, shop_id, terminal_id, actor):
    """Do one of the actions."""
    if action == "replace":
        replace_terminal(db.session.get_one(Terminal, terminal_id), actor=actor, now=now())
        return
    operation = {"suspend": suspend_terminal, "reinstate": reinstate_terminal}[action]
    operation(shop_id=shop_id, terminal_id=terminal_id, reason="试", actor=actor, now=now())


def status_of(terminal_id):
    db.session.expire_all()
    return db.session.get_one(Terminal, terminal_id).status


def machine(shop_id) -> Machine:
    """Terminals of one shop, made anew in the state that is tried."""
    return Machine(
        flow=FLOW,
        reach=lambda state: make_terminal(shop_id, state),
        state=status_of,
        acts={
            action: lambda terminal_id, actor, action=action: act(
                partial(take, action.value, shop_id, terminal_id, actor)
            )
            for action in TerminalAction
        },
        permissions={action: f"terminal.{action}" for action in TerminalAction},
    )


@pytest.mark.parametrize("state", TerminalStatus, ids=str)
def test_every_action_by_every_role(shop_id, state):
    assert try_state(machine(shop_id), state) == []


def test_the_table_is_the_flow_and_the_page_offers_what_it_allows():
    table = {"states": TerminalStatus, "actions": TerminalAction}
    assert differences(FLOW, TERMINAL_TRANSITIONS, **table) == []
    for state in TerminalStatus:
        offered = {action.value for action in allowed(state)}
        assert offered == {action for before, action in FLOW if before == state.value}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("action", TerminalAction, ids=str)
def test_nobody_acts_from_another_village(shop_id, action):
    before = next(state for state, each in FLOW if each == action.value)
    terminal_id = make_terminal(shop_id, TerminalStatus(before))
    for role in Role:
        with pytest.raises(NotFound):
            act(partial(take, action.value, shop_id, terminal_id, staff(role, OTHER_VILLAGE)))
    assert status_of(terminal_id).value == before
