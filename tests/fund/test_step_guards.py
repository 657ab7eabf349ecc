"""What the database keeps of the order of the fund's steps, by statements past the operations."""

from datetime import date

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.fund import operations
from incentives.fund.models import (
    Budget,
    Disbursement,
    DisbursementList,
    DisbursementListLine,
    DisbursementMember,
    Income,
    MonthClose,
    PaymentReturn,
    Status,
)
from incentives.fund.operations import BudgetLine, PayeeChoice
from incentives.fund.queries.closing import held_on
from incentives.fund.states import TRANSITIONS
from incentives.fund.step_triggers import MOVES
from incentives.register.operations import make_team
from tests.factories import VILLAGE, act, make_household
from tests.fund.months import confirm, count
from tests.fund.people import (
    applied,
    apply_for,
    apply_for_families,
    approve,
    bring_to,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    reverse,
    set_budgets,
    status_of,
)
from tests.fund.raw import hexed, refused, send

TABLE = "no act leads"
BEGINS = "begins as an application"
EVENT = "has the event that moved it"
SUM = "the sum of its returns"
MEMBERS = "payees of an application stay"
LIST = "a list stays as it was applied for"
VOTED = "change by an adoption"
PAST = {Status.REJECTED, Status.WITHDRAWN, Status.REVERSED}


@pytest.fixture
def village(app):
    people = make_people()
    give(people, 1_000_000)
    return people


def copy(row, **changes):
    """A row like another one, with other values in some columns."""
    names = [each.key for each in type(row).__table__.columns]
    return type(row)(**{each: getattr(row, each) for each in names} | changes)


def refuses_to_add(row, words: str) -> None:
    with pytest.raises(DBAPIError, match=words):
        act(lambda: db.session.add(row))


# The states.


def test_the_moves_of_the_guard_are_those_of_the_table():
    moves = [
        f"{before}>{after}"
        for leads in TRANSITIONS.values()
        for before, after in leads.items()
        if before is not after
    ]
    assert sorted(MOVES) == sorted(moves)


@pytest.mark.parametrize("before", Status, ids=str)
def test_every_other_pair_of_states_is_refused(village, before):
    one = bring_to(before, village)
    strays = [each for each in Status if each is not before and f"{before}>{each}" not in MOVES]
    assert strays
    for after in strays:
        ended = "NULL" if after not in PAST else "applied_by"
        said = "NULL" if after not in PAST else "'x'"
        at = "NULL" if after not in PAST else "applied_at"
        with pytest.raises(DBAPIError):
            send(
                f"UPDATE disbursement SET status = '{after}', ended_by = {ended},"
                f" ended_at = {at}, ended_reason = {said}"
            )
        with pytest.raises(DBAPIError):
            send(f"UPDATE disbursement SET status = '{after}'")
        assert status_of(one) is before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.EVALUATED, Status.APPLIED),
        (Status.PUBLISHED, Status.EVALUATED),
        (Status.APPROVED, Status.PUBLISHED),
        (Status.APPROVED, Status.EVALUATED),
        (Status.APPROVED, Status.APPLIED),
        (Status.RECEIVED, Status.PAID),
    ],
)
def test_no_state_goes_back(village, before, after):
    """To where no CHECK stands in the way: it could be approved, or received, twice."""
    bring_to(before, village)
    refused(f"UPDATE disbursement SET status = '{after}'", TABLE)


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.APPLIED], ids=str)
def test_a_disbursement_begins_as_an_application(village, status):
    """So that nothing approved comes from elsewhere, to be paid without any approval."""
    row = db.session.get_one(Disbursement, bring_to(status, village))
    ids = {"id": new_id()} | {name: new_id() for name in ("event_id",) if getattr(row, name)}
    refuses_to_add(copy(row, **ids), BEGINS)


@pytest.mark.parametrize(
    "column", ["evaluated_by", "notice_id", "concluded_at", "received_by", "evaluation_reason"]
)
def test_an_application_holds_nothing_of_later_steps(village, column):
    row = db.session.get_one(Disbursement, applied(village))
    values = {"concluded_at": now(), "evaluation_reason": "x"}
    refuses_to_add(copy(row, id=new_id(), **{column: values.get(column, new_id())}), BEGINS)
    act(lambda: db.session.add(copy(row, id=new_id())))


# Payees and lists.


def test_nobody_joins_the_payees_after_the_application(village):
    team = act(
        lambda: make_team(
            village=VILLAGE,
            name="护渠队",
            leader_id=village.payee.head_id,
            member_ids=[],
            actor=village.cadre,
            now=now(),
        )
    )
    one = apply_for(village.cadre, PayeeChoice(team_id=team.id), purpose="commons")
    alone = applied(village)
    other = make_household(VILLAGE, "格绒", door="2")
    member = {"resident_id": other.head_id, "household_id": other.id}
    for disbursement_id in (one, alone):
        refuses_to_add(DisbursementMember(disbursement_id=disbursement_id, **member), MEMBERS)
    evaluate(village.reviewer, one)
    refuses_to_add(DisbursementMember(disbursement_id=one, **member), MEMBERS)


def forge_list(one, total_fen, line=1, **fields):
    """Put an application onto a list of its own, of such a sum."""
    row = db.session.get_one(Disbursement, one)
    given = {"purpose": row.purpose, "applied_by": row.applied_by, "applied_at": row.applied_at}
    asked = DisbursementList(
        id=new_id(), village=VILLAGE, title="x", total_fen=total_fen, **given | fields
    )

    def work():
        db.session.add(asked)
        db.session.flush()
        db.session.add(DisbursementListLine(disbursement_id=one, list_id=asked.id, line=line))

    return act(work)


def test_no_forged_list_makes_a_sum_smaller(village):
    one = applied(village, amount_fen=100_001)
    with pytest.raises(DBAPIError, match=LIST):
        forge_list(one, 100_000)
    with pytest.raises(DBAPIError, match=LIST):
        forge_list(one, 100_001, applied_by=village.treasurer.person)
    with pytest.raises(DBAPIError, match=LIST):
        forge_list(one, 100_001, purpose="commons")
    evaluate(village.reviewer, one)
    with pytest.raises(DBAPIError, match=LIST):
        forge_list(one, 100_001)


def test_a_lists_sum_holds_each_of_its_lines(village):
    """Its lines aren't counted as nearby any more: its sum stands for them."""
    first, second = applied(village, amount_fen=60_000), applied(village, amount_fen=60_000)
    forge_list(first, 119_999)
    asked = db.session.scalars(select(DisbursementList.id)).one()
    line = {"disbursement_id": second, "list_id": asked, "line": 2}
    refuses_to_add(DisbursementListLine(**line), LIST)


def test_no_line_joins_a_list_that_was_applied_for(village):
    homes = [make_household(VILLAGE, name, door=name) for name in "甲乙"]
    asked = apply_for_families(village.cadre, homes, 1_000)
    one = applied(village, amount_fen=1)
    refuses_to_add(DisbursementListLine(disbursement_id=one, list_id=asked.id, line=3), LIST)


# What says that money moved.


def test_what_came_back_is_the_sum_of_its_returns(village):
    paid = bring_to(Status.PAID, village)
    refused("UPDATE disbursement SET status = 'returned', returned_fen = 10", SUM)
    give_back(village.treasurer, paid, 1_000)
    for fen in (999, 1_001, 5_000):
        refused(f"UPDATE disbursement SET returned_fen = {fen}", SUM)
    give_back(village.treasurer, paid, 4_000)
    assert db.session.get_one(Disbursement, paid).returned_fen == 5_000


def test_nothing_came_back_without_an_event_of_its_own(village):
    paid = bring_to(Status.PAID, village)
    give_back(village.treasurer, paid, 1_000)
    row = db.session.scalars(select(PaymentReturn)).one()
    income = give(village, 1_000, voucher="R-2")
    for event in (new_id(), income.event_id):
        refuses_to_add(copy(row, id=new_id(), event_id=event), EVENT)


def test_an_income_or_a_payment_has_an_event_of_its_own(village):
    income = give(village, 5_000, voucher="R-2")
    for event in (new_id(), income.event_id):
        refuses_to_add(copy(income, id=new_id(), event_id=event), EVENT)
    bring_to(Status.APPROVED, village)
    for event in (new_id(), income.event_id):
        refused(
            "UPDATE disbursement SET status = 'paid', event_id = :event, paid_by = :person,"
            " paid_at = applied_at, paid_on = '2026-03-02', method = 'cash', voucher = 'x'",
            EVENT,
            event=hexed(event),
            person=hexed(village.treasurer.person),
        )


def take_back(village, income_id) -> Income:
    treasurer = village.treasurer
    return act(
        lambda: operations.reverse_income(
            village=VILLAGE, income_id=income_id, reason="x", actor=treasurer, now=now()
        )
    )


def test_a_reversal_is_of_its_own_event(village):
    one, other = (give(village, 1_000, voucher=each) for each in "12")
    undone = take_back(village, other.id).reversed_event_id
    paid = bring_to(Status.PAID, village)
    payment = db.session.get_one(Disbursement, paid).event_id
    for event in (one.event_id, new_id(), undone):
        refused(
            "UPDATE income SET reversed_event_id = :event, reversed_by = entered_by,"
            " reversed_at = entered_at, reversed_reason = 'x' WHERE id = :one",
            EVENT,
            event=hexed(event),
            one=hexed(one.id),
        )
    for event in (payment, new_id(), undone):
        refused(
            "UPDATE disbursement SET status = 'reversed', reversed_event_id = :event,"
            " ended_by = paid_by, ended_at = paid_at, ended_reason = 'x'",
            EVENT,
            event=hexed(event),
        )
    take_back(village, one.id)
    reverse(village.treasurer, paid)


# Budgets and months.


def test_budgets_change_by_an_adoption_only(village):
    set_budgets(village, family=BudgetLine(100_000), commons=BudgetLine(50_000))
    for forged in (
        "amount_fen = amount_fen - 1",
        "amount_fen = amount_fen + 1",
        "purpose = 'need' WHERE purpose = 'family'",
        "cap_fen = 1",
        "year = 2027",
        "resolution = 'FORGED'",
    ):
        refused(f"UPDATE budget SET {forged}", VOTED)
    with pytest.raises(DBAPIError, match=VOTED):
        act(lambda: db.session.execute(delete(Budget).where(Budget.purpose == "family")))
    row = db.session.scalars(select(Budget).where(Budget.purpose == "family")).one()
    for change in ({}, {"adoption_id": None}, {"adoption_id": new_id()}, {"year": 2027}):
        refuses_to_add(copy(row, purpose="need", **change), VOTED)
    set_budgets(village, family=BudgetLine(90_000))
    assert [each.amount_fen for each in db.session.scalars(select(Budget))] == [90_000]


def closing(month: date, ends_on: date) -> MonthClose:
    by = {"closed_by": new_id(), "closed_at": now()}
    cash = held_on(VILLAGE, "cash", ends_on)
    return MonthClose(
        village=VILLAGE, month=month, ends_on=ends_on, cash_fen=cash, bank_fen=0, **by
    )


def test_a_month_closes_once_it_is_over(village, clock):
    march, last = date(2026, 3, 1), date(2026, 3, 31)
    not_over = "this month is not over"
    ends = [(march, last), (march, date(2026, 3, 2)), (march, date(2030, 12, 31))]
    for month, ends_on in [*ends, (date(2026, 2, 2), date(2026, 2, 28))]:
        refuses_to_add(closing(month, ends_on), f"{not_over}|count the cash")
    clock.forward(days=29, hours=14.5)  # half past eleven at night of its last day
    confirm(village, count(village, march).id)
    refuses_to_add(closing(march, last), not_over)
    clock.forward(hours=1)
    act(lambda: db.session.add(closing(march, last)))


# The release before.


def test_a_fund_of_the_release_before_goes_on_and_is_kept_from_now_on(village):
    approved, paid = bring_to(Status.APPROVED, village), bring_to(Status.PAID, village)
    waiting = bring_to(Status.PUBLISHED, village)
    give_back(village.treasurer, paid)
    set_budgets(village, family=BudgetLine(100_000))
    forge = "UPDATE budget SET amount_fen = amount_fen + 1"
    db.session.remove()
    downgrade(revision="0040_team_payees")
    send(forge)
    db.session.remove()
    upgrade()
    refused(forge, VOTED)
    refused(
        "UPDATE disbursement SET status = 'published' WHERE id = :one", TABLE, one=hexed(approved)
    )
    approve(village.supervisor, waiting)
    for one in (approved, waiting):
        pay(village.treasurer, one)
    give_back(village.treasurer, paid)
    set_budgets(village, family=BudgetLine(90_000))
    assert db.session.get_one(Disbursement, paid).returned_fen == 2_000
