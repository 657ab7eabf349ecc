"""Every state of a terminal × every action × every role, against what is written out here."""

from functools import partial

import pytest

from incentives.access.actor import SYSTEM, Role
from incentives.access.models import User
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import NotFound, NotPermitted, WrongState
from incentives.extensions import db
from incentives.shop.models import StockOwner, Terminal, TerminalStatus
from incentives.shop.operations import (
    open_shop,
    register_terminal,
    reinstate_terminal,
    suspend_terminal,
)
from incentives.shop.operations.terminals import replace_terminal
from incentives.shop.terminal_states import TerminalAction, allowed
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_village, staff
from tests.shop.phones import Phone

DIAGRAM = """
active    suspend   suspended
suspended reinstate active
active    replace   replaced
suspended replace   replaced
"""
WAYS = {
    (before, action): after
    for before, action, after in (line.split() for line in DIAGRAM.strip().splitlines())
}
WHO = {
    "suspend": {Role.SHOPKEEPER, Role.CADRE, Role.ADMINISTRATOR},
    "reinstate": {Role.CADRE, Role.ADMINISTRATOR},
    "replace": {Role.SHOPKEEPER},
}


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


@pytest.mark.parametrize("state", list(TerminalStatus))
def test_each_state_takes_the_actions_of_the_diagram_and_no_others(shop_id, state):
    for action in TerminalAction:
        terminal_id = make_terminal(shop_id, state)
        after = WAYS.get((state.value, action.value))
        if after is None:
            with pytest.raises(WrongState):
                act(partial(take, action.value, shop_id, terminal_id, SYSTEM))
            assert status_of(terminal_id) is state
        else:
            act(partial(take, action.value, shop_id, terminal_id, SYSTEM))
            assert status_of(terminal_id).value == after


def test_the_table_is_the_diagram():
    table = {(state.value, action.value) for state in TerminalStatus for action in allowed(state)}
    assert table == set(WAYS)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("before", "action"), list(WAYS))
def test_only_whom_the_table_names_takes_a_step(shop_id, before, action, role):
    terminal_id = make_terminal(shop_id, TerminalStatus(before))
    if role in WHO[action]:
        act(lambda: take(action, shop_id, terminal_id, staff(role)))
        assert status_of(terminal_id).value == WAYS[before, action]
    else:
        with pytest.raises(NotPermitted):
            act(lambda: take(action, shop_id, terminal_id, staff(role)))
        assert status_of(terminal_id).value == before
    if role in WHO[action]:
        return
    with pytest.raises(NotFound):
        act(lambda: take(action, shop_id, terminal_id, staff(role, OTHER_VILLAGE)))
