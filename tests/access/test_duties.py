"""Separate duties: nobody decides on their own, and one person isn't two."""

from dataclasses import replace
from uuid import uuid4

import pytest

from incentives.access import hooks
from incentives.access.actor import SYSTEM, SYSTEM_PERSON, Actor
from incentives.access.duties import (
    household_ids_of,
    refuse_own_entry,
    refuse_own_household,
    refuse_same_person,
)
from incentives.errors import OwnHousehold, OwnRequest, SamePerson
from tests.factories import VILLAGE

ACTOR = Actor(
    person=uuid4(),
    user_id=uuid4(),
    resident_id=None,
    household_id=uuid4(),
    name="reviewer",
    roles=(),
)


def test_own_household_is_decided_by_somebody_else() -> None:
    refuse_own_household(ACTOR, [uuid4(), None])
    with pytest.raises(OwnHousehold):
        refuse_own_household(ACTOR, iter([uuid4(), ACTOR.household_id]))


def test_who_has_no_household_here_is_of_none() -> None:
    refuse_own_household(replace(ACTOR, household_id=None), [None, uuid4()])


def test_own_entry_is_decided_by_somebody_else() -> None:
    refuse_own_entry(ACTOR, uuid4(), None)
    with pytest.raises(OwnRequest):
        refuse_own_entry(ACTOR, uuid4(), ACTOR.person)


def test_a_second_account_of_the_same_person_is_the_same_person() -> None:
    second = replace(ACTOR, user_id=uuid4())
    refuse_same_person(second, uuid4(), None)
    with pytest.raises(SamePerson):
        refuse_same_person(second, ACTOR.person)


def test_the_clock_is_nobody() -> None:
    refuse_own_entry(SYSTEM, SYSTEM_PERSON)
    refuse_same_person(SYSTEM, SYSTEM_PERSON)
    refuse_own_household(SYSTEM, [None])


def test_households_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    resident, household = uuid4(), uuid4()
    homes = {resident: (household, VILLAGE)}
    monkeypatch.setattr(hooks, "home_of", [homes.get])
    assert household_ids_of(resident, uuid4(), None) == {household}
