"""Cards with their database: issue and print anew, lost and found, PINs and their locks."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from incentives.access.actor import SYSTEM, Role
from incentives.cards import operations, queries
from incentives.cards.models import Card, CardStatus, PinFailure, PinLock, Scope
from incentives.cards.pins import INTERNET, Counter, counter_of, verify_pin
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import (
    CardInvalid,
    CardRevoked,
    CardSuspended,
    Duplicate,
    Invalid,
    NotFound,
    NotPermitted,
    PinRequired,
    Refusal,
    TooManyRequests,
    WrongPin,
    WrongState,
)
from incentives.extensions import db
from incentives.register.models import Household
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household, make_village, staff

PIN = "246813"
WRONG = "975310"
HERE = Counter(Scope.USER, str(UUID(int=1)))
THERE = Counter(Scope.USER, str(UUID(int=2)))


@pytest.fixture
def household(app) -> UUID:
    make_village()
    return make_household().id


def issue(household: UUID, **fields) -> UUID:
    fields = {"village": VILLAGE, "actor": SYSTEM, **fields}
    return act(lambda: operations.issue_card(household_id=household, now=now(), **fields).id)


def do(operation, card: UUID, **fields) -> None:
    fields = {"village": VILLAGE, "actor": staff(Role.CADRE), **fields}
    act(lambda: operation(card_id=card, now=now(), **fields).id)


def code(card: UUID) -> str:
    return queries.code_of(db.session.get_one(Card, card))


def number(card: UUID) -> str:
    return db.session.get_one(Card, card).number


def identify(text: str) -> UUID:
    return operations.identify_card(text, now=now()).id


def enter(card: UUID, pin: str, counter: Counter = HERE) -> str | None:
    """Enter a PIN as a request does: the name of the refusal, None where it passes."""
    try:
        act(lambda: verify_pin(db.session.get_one(Card, card), pin, counter=counter, now=now()))
    except Refusal as refusal:
        return refusal.name
    return None


def test_a_new_card_serves_by_code_and_by_number(household, clock):
    card = issue(household)
    found = db.session.get_one(Card, card)
    assert (found.status, found.issue, found.pin_hash) == (CardStatus.ACTIVE, 1, None)
    assert found.expires_on.year == found.issued_on.year + 5
    assert identify(code(card)) == card
    assert identify(queries.url_of(found)) == card
    assert operations.identify_number(number(card)).id == card
    spaced = " ".join(number(card)[at : at + 4] for at in (0, 4, 8))
    assert operations.identify_number(spaced).id == card
    other = issue(make_household().id)
    assert number(other) != number(card)
    assert code(other) != code(card)
    clock.forward(days=6 * 365)
    assert identify(code(card)) == card  # on line an expired card still serves


def test_who_holds_a_card_gets_no_second_one_before_it_is_over(household):
    """One for the household and one for each in it; one reported lost is printed anew."""
    first = issue(household)
    head = db.session.get_one(Household, household).head_id
    issue(household, resident_id=head)
    do(operations.suspend_card, first, reason="丢了")
    for holder, whose in ((None, "/household_id"), (head, "/resident_id")):
        with pytest.raises(Duplicate) as refused:
            issue(household, resident_id=holder)
        assert refused.value.errors[0].pointer == whose
    do(operations.revoke_card, first, reason="坏了")
    assert issue(household) != first


def test_a_card_is_of_a_household_of_its_village_and_of_one_in_it(household):
    make_village(OTHER_VILLAGE)
    elsewhere = make_household(OTHER_VILLAGE)
    neighbour = make_household(VILLAGE, "丹增").head_id
    with pytest.raises(NotFound):
        issue(elsewhere.id)
    with pytest.raises(Invalid):
        issue(household, resident_id=neighbour)
    with pytest.raises(Invalid):
        issue(household, pin="123456")
    for actor in (staff(Role.SHOPKEEPER), staff(Role.REVIEWER)):
        with pytest.raises(NotPermitted):
            issue(household, actor=actor)
    with pytest.raises(NotFound):
        issue(household, actor=staff(Role.CADRE, OTHER_VILLAGE))
    assert db.session.scalar(select(func.count()).select_from(Card)) == 0


def test_a_reissue_ends_every_earlier_print_and_keeps_the_pin(household):
    card = issue(household, pin=PIN)
    old_code, old_number = code(card), number(card)
    do(operations.reissue_card, card)
    new = db.session.get_one(Card, card)
    assert (new.issue, new.status) == (2, CardStatus.ACTIVE)
    assert new.number != old_number
    for refused in (
        lambda: identify(old_code),
        lambda: operations.identify_number(old_number),
    ):
        with pytest.raises(CardRevoked):
            refused()
    assert identify(code(card)) == operations.identify_number(new.number).id == card
    assert enter(card, PIN) is None
    assert [each.issue for each in queries.issues_of(new)] == [2, 1]


def test_a_lost_card_stops_at_once_and_serves_again_when_found(household):
    card = issue(household)
    do(operations.suspend_card, card, reason="赶集时丢了")
    with pytest.raises(CardSuspended):
        identify(code(card))
    with pytest.raises(CardSuspended):
        operations.identify_number(number(card))
    with pytest.raises(WrongState):
        do(operations.suspend_card, card)
    do(operations.reinstate_card, card)
    assert identify(code(card)) == card
    with pytest.raises(WrongState):
        do(operations.reinstate_card, card)
    do(operations.suspend_card, card)
    do(operations.reissue_card, card)
    assert identify(code(card)) == card


def test_a_revoked_card_never_serves_again(household):
    card = issue(household, pin=PIN)
    do(operations.revoke_card, card, reason="户主过世")
    with pytest.raises(CardRevoked):
        identify(code(card))
    for operation in (
        operations.suspend_card,
        operations.reinstate_card,
        operations.reissue_card,
    ):
        with pytest.raises(WrongState):
            do(operation, card)
    with pytest.raises(WrongState):
        do(operations.set_pin, card, pin="864209")


def test_nobody_else_changes_a_card(household):
    card = issue(household)
    make_village(OTHER_VILLAGE)
    for actor, village, refusal in (
        (staff(Role.SHOPKEEPER), VILLAGE, NotPermitted),
        (staff(Role.CADRE, OTHER_VILLAGE), VILLAGE, NotFound),
        (staff(Role.CADRE, OTHER_VILLAGE), OTHER_VILLAGE, NotFound),
    ):
        with pytest.raises(refusal):
            do(operations.suspend_card, card, actor=actor, village=village)
        with pytest.raises(refusal):
            do(operations.set_pin, card, pin=PIN, actor=actor, village=village)
    assert identify(code(card)) == card


def test_five_wrong_pins_lock_for_a_quarter_of_an_hour_and_ten_until_reset(household, clock):
    card = issue(household, pin=PIN)
    assert [enter(card, WRONG) for _ in range(5)] == ["wrong_pin"] * 5
    assert enter(card, PIN) == "pin_locked"
    assert enter(card, WRONG) == "pin_locked"  # and isn't counted
    clock.forward(minutes=14, seconds=59)
    assert enter(card, PIN) == "pin_locked"
    clock.forward(seconds=1)
    assert [enter(card, WRONG) for _ in range(5)] == ["wrong_pin"] * 5
    clock.forward(days=30)
    assert enter(card, PIN) == "pin_locked"
    do(operations.set_pin, card, pin="864209")
    assert enter(card, PIN) == "wrong_pin"
    assert enter(card, "864209") is None


def test_the_right_pin_begins_the_count_anew(household):
    card = issue(household, pin=PIN)
    for _ in range(3):
        assert [enter(card, WRONG) for _ in range(4)] == ["wrong_pin"] * 4
        assert enter(card, PIN) is None
    assert db.session.scalar(select(func.count()).select_from(PinLock)) == 0
    assert db.session.scalar(select(func.count()).select_from(PinFailure)) == 12


def test_a_lock_is_of_its_place_and_of_its_card(household):
    card, other = issue(household, pin=PIN), issue(make_household().id, pin=PIN)
    for _ in range(5):
        enter(card, WRONG, INTERNET)
    assert enter(card, PIN, INTERNET) == "pin_locked"
    assert enter(card, PIN, HERE) is None
    for _ in range(5):
        enter(card, WRONG, HERE)
    assert enter(card, PIN, HERE) == "pin_locked"
    assert enter(card, PIN, THERE) is None
    assert enter(other, PIN, HERE) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_terminal_is_a_counter_of_its_own(household):
    """A shopkeeper's phone that is locked for a card doesn't lock the shopkeeper's other one."""
    card = issue(household, pin=PIN)
    keeper = staff(Role.SHOPKEEPER)
    here, there = (counter_of(replace(keeper, terminal_id=new_id())) for _ in range(2))
    assert {here.scope, there.scope} == {Scope.TERMINAL}
    assert counter_of(keeper) == Counter(Scope.USER, str(keeper.user_id))
    for _ in range(5):
        enter(card, WRONG, here)
    assert enter(card, PIN, here) == "pin_locked"
    assert enter(card, PIN, there) is None


def test_twenty_wrong_ones_within_the_hour_stop_the_counter(household, clock):
    cards = [issue(make_household().id, pin=PIN) for _ in range(5)]
    for card in cards:
        assert [enter(card, WRONG) for _ in range(4)] == ["wrong_pin"] * 4
    fresh = issue(household, pin=PIN)
    with pytest.raises(TooManyRequests) as refused:
        verify_pin(db.session.get_one(Card, fresh), PIN, counter=HERE, now=now())
    assert refused.value.headers == {"Retry-After": "3601"}
    assert enter(fresh, PIN, THERE) is None
    clock.forward(hours=1)
    assert enter(fresh, PIN) is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_pin_is_bound_to_its_card_and_one_without_asks_for_it(household):
    card, other = issue(household, pin=PIN), issue(make_household().id, pin=PIN)
    without = issue(make_household().id)
    one, two = (db.session.get_one(Card, each) for each in (card, other))
    assert PIN not in one.pin_hash
    one.pin_hash, two.pin_hash = two.pin_hash, one.pin_hash
    db.session.flush()
    with pytest.raises(WrongPin):
        verify_pin(one, PIN, counter=HERE, now=now())
    db.session.rollback()
    with pytest.raises(PinRequired):
        verify_pin(db.session.get_one(Card, without), PIN, counter=HERE, now=now())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_card_s_is_refused(household):
    card = issue(household)
    text = code(card)
    changed = text[:-1] + ("A" if text[-1] != "A" else "B")
    for bad in ("", "P1", changed, text.lower() + "x", text[:40]):
        with pytest.raises(CardInvalid):
            identify(bad)
    real = number(card)
    for bad in ("", "123", real[:-1], real[:-1] + str((int(real[-1]) + 1) % 10), "0" * 12):
        with pytest.raises(CardInvalid):
            operations.identify_number(bad)
