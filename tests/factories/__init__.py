"""A village to test in: made by the operations that staff use, so that it is as real as one."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

from flask import current_app

from incentives.access.actor import SYSTEM, Actor, Assignment, Role
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.register.models import Household
from incentives.register.operations import (
    Person,
    load_divisions,
    open_village,
    register_household,
    set_policy,
)
from incentives.web.transaction import transaction

VILLAGE = "513336101209"
OTHER_VILLAGE = "513336101217"
TOWNSHIP = "513336101"
COUNTY = "513336"

T = TypeVar("T")


def act(work: Callable[[], T]) -> T:
    """Run an operation in a transaction of its own, as a request does."""
    return transaction(work)


def let_pass(last: date) -> None:
    """Let it be the day after one, at the same time, for all that follows; not if it is later."""
    clock = current_app.config["CLOCK"]
    days = max((last - village_day(now())).days + 1, 0)
    current_app.config["CLOCK"] = lambda: clock() + timedelta(days=days)


def staff(role: Role, division: str = VILLAGE, *, household: Household | None = None) -> Actor:
    """A member of staff who holds one role, of a household of the village or of none."""
    person = new_id()
    return Actor(
        person=person,
        user_id=person,
        resident_id=None if household is None else household.head_id,
        household_id=None if household is None else household.id,
        name=role.value,
        roles=(Assignment(role, division),),
        village=None if household is None else household.village,
    )


def make_village(code: str = VILLAGE, **policy: object) -> str:
    """Open a village; `policy` holds from long ago."""

    def work() -> None:
        load_divisions()
        open_village(village=code, actor=SYSTEM, now=now())

    act(work)
    if policy:
        act(
            lambda: set_policy(
                village=code,
                values=policy,
                effective_on=None,
                resolution="test",
                actor=SYSTEM,
                now=now(),
            )
        )
    return code


def make_household(village: str = VILLAGE, *names: str, door: str = "1") -> Household:
    """A household of these people, the first its head."""
    head, *members = names or ("扎西彭措", "洛绒卓玛")
    return act(
        lambda: register_household(
            village=village,
            door=door,
            head=Person(head, birth_year=1980),
            members=[Person(name, birth_year=1985) for name in members],
            actor=SYSTEM,
            now=now(),
        )
    )
