"""The ledger's rules, on both databases: in the operation, and in the database itself."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives import ledger
from incentives.clock import now
from incentives.errors import (
    AlreadyReversed,
    InsufficientFunds,
    InsufficientPoints,
    NotFound,
    WrongState,
)
from incentives.extensions import db
from incentives.ledger.audit import audit, audit_database
from incentives.ledger.kinds import Kind
from tests.factories import VILLAGE, act

DAY = date(2026, 3, 1)
CADRE = uuid4()
KEEPER = uuid4()


@pytest.fixture
def book(app):
    """A village's log with two households, a shop and nothing in it."""

    def work():
        ledger.open_village(VILLAGE)
        ledger.hold([VILLAGE])
        return (
            ledger.open_household(VILLAGE),
            ledger.open_household(VILLAGE),
            ledger.open_shop(VILLAGE),
        )

    return act(work)


def post(*drafts, actor=CADRE):
    def work():
        ledger.hold([VILLAGE])
        return ledger.post(list(drafts), actor=actor, now=now())

    return act(work)


def draft(kind, *legs, **fields):
    return ledger.Draft(village=VILLAGE, kind=kind, occurred_on=DAY, legs=legs, **fields)


def award(household, points, **fields):
    fields.setdefault("record", uuid4())
    return draft(Kind.AWARD, ledger.give("issuance", household, points), **fields)


def redeem(household, points, shop="shop.1"):
    return draft(Kind.REDEMPTION, ledger.take(household, shop, points), record=uuid4())


def reverse(event):
    return draft(Kind.REVERSAL, reverses=event.id, detail={"reason": "test"})


def position(household):
    return ledger.positions(VILLAGE, [household])[household]


def test_an_award_gives_and_a_redemption_takes(book):
    anna, _berta, _shop = book
    given = post(award(anna, 50, detail={"rule_item": "PA01"}))[0]
    assert (given.seq, given.voucher) == (0, 1)
    post(redeem(anna, 30))
    assert position(anna) == ledger.Position(balance=20, spendable=20, debt=0)
    assert ledger.balance(VILLAGE, "issuance") == -50
    assert ledger.balance(VILLAGE, "shop.1") == 30
    assert audit(VILLAGE) == []


def test_more_than_there_is_can_not_be_spent(book):
    anna, *_ = book
    post(award(anna, 10))
    with pytest.raises(InsufficientPoints) as refused:
        post(redeem(anna, 11))
    assert refused.value.extensions == {"needed": 11, "spendable": 10}
    assert position(anna).balance == 10


def test_a_reversal_takes_what_is_left_and_the_rest_waits_as_debt(book):
    anna, *_ = book
    given = post(award(anna, 50))[0]
    post(redeem(anna, 30))
    undone = post(reverse(given))[0]
    assert position(anna) == ledger.Position(balance=0, spendable=0, debt=30)
    post(award(anna, 20))
    assert position(anna) == ledger.Position(balance=0, spendable=0, debt=10)
    post(reverse(undone))
    assert position(anna) == ledger.Position(balance=40, spendable=40, debt=0)
    assert audit(VILLAGE) == []


def test_an_event_is_reversed_once(book):
    anna, *_ = book
    given = post(award(anna, 5))[0]
    post(reverse(given))
    with pytest.raises(AlreadyReversed):
        post(reverse(given))


def test_a_redemption_is_not_undone_by_reversal(book):
    anna, *_ = book
    post(award(anna, 5))
    with pytest.raises(WrongState):
        post(reverse(post(redeem(anna, 5))[0]))


def test_what_is_not_there_is_not_reversed(book):
    with pytest.raises(NotFound):
        post(draft(Kind.REVERSAL, reverses=uuid4()))


def test_points_pass_from_household_to_household_and_back(book):
    anna, berta, _ = book
    post(award(anna, 40))
    moved = post(draft(Kind.HOUSEHOLD_MOVE, ledger.pass_on(anna, berta, 25)))[0]
    assert (position(anna).balance, position(berta).balance) == (15, 25)
    post(redeem(berta, 20))
    post(reverse(moved))
    assert position(anna).balance == 40
    assert position(berta) == ledger.Position(balance=0, spendable=0, debt=20)
    assert audit(VILLAGE) == []


def test_what_is_owed_is_not_passed_on(book):
    anna, berta, _ = book
    given = post(award(anna, 10))[0]
    post(redeem(anna, 10))
    post(reverse(given))
    with pytest.raises(WrongState):
        post(draft(Kind.HOUSEHOLD_MOVE, ledger.pass_on(anna, berta, 1)))


def test_an_allowance_is_held_back_from_others(book, clock):
    anna, *_ = book
    lease = uuid4()
    post(award(anna, 50))

    def reserve():
        ledger.hold([VILLAGE])
        ledger.reserve(VILLAGE, lease, {anna: 30}, ends_at=clock.now)

    act(reserve)
    assert position(anna) == ledger.Position(balance=50, spendable=20, debt=0)
    with pytest.raises(InsufficientPoints):
        post(redeem(anna, 21))
    under_lease = ledger.take(anna, "shop.1", 25, lease=lease)
    post(draft(Kind.REDEMPTION, under_lease, record=uuid4()))
    assert position(anna) == ledger.Position(balance=25, spendable=20, debt=0)


def test_money_never_goes_below_zero(book):
    income = draft(Kind.INCOME, ledger.move("income.donation", "cash", 500), record=uuid4())
    post(income)

    def pay():
        ledger.hold([VILLAGE])
        spending = ledger.open_purpose(VILLAGE, "custom")
        paid = draft(Kind.DISBURSEMENT, ledger.move("cash", spending, 501), record=uuid4())
        return ledger.post([paid], actor=KEEPER, now=now())

    with pytest.raises(InsufficientFunds):
        act(pay)
    assert ledger.balance(VILLAGE, "cash") == 500


def test_kinds_move_between_their_own_accounts_only(book):
    anna, *_ = book
    with pytest.raises(ValueError):
        post(draft(Kind.INCOME, ledger.give("issuance", anna, 5)))
    with pytest.raises(ValueError):
        post(draft(Kind.AWARD, ledger.move("issuance", f"h.{anna}", 5)))
    with pytest.raises(ValueError):
        post(award(anna, 0))
    assert db.session.scalar(text("SELECT count(*) FROM event")) == 0


def test_a_record_has_one_event(book):
    anna, *_ = book
    record = uuid4()
    post(award(anna, 5, record=record))
    with pytest.raises(DBAPIError):
        post(award(anna, 5, record=record))
    assert position(anna).balance == 5


def test_a_transaction_posts_once(book):
    anna, *_ = book

    def twice():
        ledger.hold([VILLAGE])
        ledger.post([award(anna, 1)], actor=CADRE, now=now())
        ledger.post([award(anna, 1)], actor=CADRE, now=now())

    with pytest.raises(RuntimeError):
        act(twice)
    assert position(anna).balance == 0


def test_nothing_is_posted_without_the_lock(book):
    anna, *_ = book
    with pytest.raises(RuntimeError):
        act(lambda: ledger.post([award(anna, 1)], actor=CADRE, now=now()))


def test_time_rises_though_the_clock_stands_still(book):
    anna, *_ = book
    posted = post(*(award(anna, 1) for _ in range(3)))
    assert posted[0].at < posted[1].at < posted[2].at


def test_fifty_events_cost_few_more_statements_than_one(book, statements, database):
    anna, *_ = book
    post(award(anna, 1))
    statements.clear()
    post(award(anna, 1))
    one = len(statements)
    statements.clear()
    post(*(award(anna, 1) for _ in range(50)))
    # On PostgreSQL events, transfers and leaves go by 16, and then the other two of each.
    assert len(statements) == one + (3 if database == "postgresql" else 0)


def test_a_statement_pages_through_points_and_debt(book, clock):
    anna, *_ = book
    given = post(award(anna, 50, detail={"name": "patrol"}))[0]
    clock.forward(days=1)
    post(redeem(anna, 30))
    clock.forward(days=1)
    post(reverse(given))
    post(award(anna, 40))
    whole = ledger.statement(VILLAGE, anna)
    assert [(line.points, line.balance_after, line.of_debt) for line in whole["items"]] == [
        (10, 10, False),
        (30, 0, True),
        (-30, -30, True),
        (-20, 0, False),
        (-30, 20, False),
        (50, 50, False),
    ]
    assert whole["next"] is None
    assert whole["items"][-1].detail == {"name": "patrol"}
    assert whole["items"][-1].actor == CADRE
    paged, after = [], None
    while True:
        page = ledger.statement(VILLAGE, anna, query={"limit": 2, "after": after})
        paged += page["items"]
        after = page["next"]
        if after is None:
            break
    assert paged == whole["items"]
    day_two = ledger.statement(VILLAGE, anna, start=date(2026, 3, 3), end=date(2026, 3, 3))
    assert [line.points for line in day_two["items"]] == [-30]


TAMPERINGS = [
    ("UPDATE account SET balance = balance + 1 WHERE code = 'issuance'", "account"),
    ("UPDATE account SET balance = 7, version = version + 1 WHERE code = 'issuance'", "account"),
    ("DELETE FROM account WHERE code = 'bank'", "account"),
    ("UPDATE event SET kind = 'opening'", "event"),
    ("DELETE FROM event", "event"),
    ("UPDATE transfer SET amount = 1", "transfer"),
    ("DELETE FROM transfer", "transfer"),
    ("UPDATE leaf SET body = hashes", "leaf"),
    ("DELETE FROM leaf", "leaf"),
    ("UPDATE event_detail SET text = '{}'", "detail"),
    (
        "INSERT INTO transfer (village, seq, line, from_code, to_code, unit, amount,"
        " from_balance_after, from_version, to_balance_after, to_version)"
        f" VALUES ('{VILLAGE}', 0, 9, 'issuance', 'expired', 'point', 5, -55, 2, 5, 1)",
        "late transfer",
    ),
    (
        "INSERT INTO account (village, code, unit, kind, balance, version)"
        f" VALUES ('{VILLAGE}', 'shop.9', 'point', 'shop', 5, 0)",
        "account with points",
    ),
]


@pytest.mark.parametrize(("statement", "_what"), TAMPERINGS, ids=[each for _s, each in TAMPERINGS])
def test_the_database_itself_refuses(book, statement, _what):
    anna, *_ = book
    post(award(anna, 50, detail={"rule_item": "PA01"}))
    db.session.rollback()
    db.session.connection(execution_options={"write": True})
    with pytest.raises(DBAPIError):
        db.session.execute(text(statement))
    db.session.rollback()
    assert audit(VILLAGE) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_replacing_a_row_is_no_way_round(book):
    anna, *_ = book
    post(award(anna, 50))
    db.session.rollback()
    db.session.connection(execution_options={"write": True})
    with pytest.raises(DBAPIError):
        db.session.execute(text("INSERT OR REPLACE INTO event SELECT * FROM event"))
    db.session.rollback()


def test_the_database_has_all_its_guards(app):
    assert audit_database() == []
