"""Who headed the household that was paid names it in the book, whoever heads it later."""

import pytest

from incentives.clock import now
from incentives.extensions import db
from incentives.fund import queries
from incentives.fund.models import Disbursement
from incentives.register import operations as register
from incentives.register.operations import Person
from tests.factories import VILLAGE, act
from tests.fund.people import (
    applied,
    approve,
    evaluate,
    give,
    make_people,
    pay,
    receive,
)
from tests.fund.raw import refused


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 100_000)
    return people


def another_heads(village) -> None:
    """Another member becomes the head of the household."""
    given = {"village": VILLAGE, "household_id": village.payee.id, "actor": village.cadre}

    def work():
        person = Person(name="洛绒卓玛")
        added = register.add_resident(person=person, now=now(), **given)
        register.edit_household(changes={"head_id": added.id}, now=now(), **given)

    act(work)


def paid(village, purpose: str):
    one = applied(village, purpose=purpose)
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    pay(village.treasurer, one)
    return one


def payees_in_the_book() -> list[str]:
    return [each.payee for each in queries.book(VILLAGE)["items"] if each.kind == "disbursement"]


def test_the_book_names_who_headed_the_household_when_it_was_paid(village):
    paid(village, "family")
    another_heads(village)
    assert payees_in_the_book() == ["扎西彭措家"]
    paid(village, "relief")  # who is in need stays masked
    assert payees_in_the_book() == ["洛**家", "扎西彭措家"]


def test_before_the_payment_it_is_named_as_it_is_headed_now(village):
    one = applied(village)
    another_heads(village)
    assert queries.payees([db.session.get_one(Disbursement, one)])[one].name == "洛绒卓玛家"


def test_whom_the_money_went_to_stays(village):
    receive(village.treasurer, paid(village, "family"))
    another_heads(village)
    refused("UPDATE disbursement SET paid_head_id = NULL")
    refused("UPDATE disbursement SET paid_head_id = household_id")
