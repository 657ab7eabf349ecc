"""Tries every act on a thing in every state by every role, against a flow written down again.

A room's test says how a thing comes into a state and how each act is done; `try_state` does all of
them and names each that went another way than the flow, the permission table or the refusals say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from incentives.access.actor import Actor, Role
from incentives.access.permissions import may
from incentives.errors import NotPermitted, Refusal
from incentives.extensions import db
from tests.factories import TOWNSHIP, VILLAGE, staff

Table = Mapping[Any, tuple[frozenset[Any], Any]]
FROM_ABOVE = (Role.OVERSEER, Role.ADMINISTRATOR)


def flow_of(text: str) -> dict[tuple[str, str], str]:
    """A flow as lines of `state action state`, as it is written in the domain."""
    lines = [line.split() for line in text.strip().splitlines()]
    return {(before, action): after for before, action, after in lines}


def differences(
    flow: Mapping[tuple[str, str], str],
    table: Table,
    *,
    states: type[StrEnum],
    actions: type[StrEnum],
) -> list[str]:
    """Where a table of states says another thing than the flow; each state by each action."""
    found = []
    for state in states:
        for action in actions:
            before, after = table[action]
            said = after.value if state in before else None
            expected = flow.get((state.value, action.value))
            if said != expected:
                found.append(f"{action} of what is {state}: {said}, not {expected}")
    return found


def somebody(role: Role) -> Actor:
    """One who holds this role where it is usually held."""
    return staff(role, TOWNSHIP if role in FROM_ABOVE else VILLAGE)


def by_role(_thing: Any, role: Role) -> Actor:
    """Anybody of a role, whatever the thing."""
    return somebody(role)


@dataclass
class Machine:
    """What may be done with a kind of thing, and how.

    `reach` makes a thing in a state, `state` reads it as the database has it. `acts` do an action
    on a thing as somebody. `permissions` names each action's permission; None: it asks for no role,
    as whoever holds a caller's link may.
    `doers` gives who takes an action in its proper role where not anybody of that role may.
    """

    flow: Mapping[tuple[str, str], str]
    reach: Callable[[Any], Any]
    state: Callable[[Any], Any]
    acts: Mapping[Any, Callable[[Any, Actor], Any]]
    permissions: Mapping[Any, str | None]
    doers: Mapping[Any, Callable[[Any, Role], Actor]] = field(default_factory=dict)


def try_state(machine: Machine, state: StrEnum) -> list[str]:
    """Every action by every role on a thing in this state; what went another way, in words.

    What the table of permissions refuses is refused as not permitted, whatever the state; where
    the flow has no such step, the thing stays as it is. A thing that was moved on is made anew.
    """
    thing, wrong = machine.reach(state), []
    if machine.state(thing) != state:
        return [f"what should be {state} is {machine.state(thing)}"]
    for action, permission in machine.permissions.items():
        expected = machine.flow.get((state.value, action.value))
        for role in Role if permission is not None else [Role.CADRE]:
            who = machine.doers.get(action, by_role)(thing, role)
            allowed = permission is None or may(who, permission, VILLAGE)
            refusal = attempt(machine, action, thing, who)
            after = machine.state(thing).value
            wanted = expected if allowed and expected else state.value
            if after != wanted:
                wrong.append(f"{action} by {role} led to {after}, not {wanted} ({refusal!r})")
            if not allowed and not isinstance(refusal, NotPermitted):
                wrong.append(f"{action} by {role} was answered by {refusal!r}")
            if allowed and (expected is None) and isinstance(refusal, NotPermitted):
                wrong.append(f"{action} by {role} isn't permitted, though the table lets them")
            if after != state.value or (allowed and expected):
                thing = machine.reach(state)
    return wrong


def attempt(machine: Machine, action: Any, thing: Any, actor: Actor) -> Refusal | None:
    """Take an action; the refusal where it was refused."""
    try:
        machine.acts[action](thing, actor)
    except Refusal as refusal:
        return refusal
    finally:
        db.session.rollback()
    return None
