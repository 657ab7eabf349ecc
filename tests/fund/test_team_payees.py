"""A team's members exchanged on the way: who was in it and who is in it are both its payees."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.errors import CapExceeded, OwnHousehold, WrongState
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import Method, Status
from incentives.fund.operations import BudgetLine, ListLine, PayeeChoice
from incentives.fund.queries.payees import paid_to
from incentives.register import operations as register
from incentives.register.models import Team
from tests.factories import VILLAGE, act, make_household, staff
from tests.fund.people import (
    apply_for,
    approve,
    evaluate,
    give,
    make_people,
    pay,
    set_budgets,
    status_of,
    withdraw,
)

LIMIT = 100_000


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


@pytest.fixture
def home(village):
    """A household beside the village's one, whose member is a stranger to it."""
    return make_household(VILLAGE, "何小琴", "格桑", door="9")


def team_of(*homes) -> Team:
    heads = [home.head_id for home in homes]
    return act(
        lambda: register.make_team(
            village=VILLAGE,
            name="护渠队",
            leader_id=heads[0],
            member_ids=heads,
            actor=SYSTEM,
            now=now(),
        )
    )


def now_of(team: Team, *homes) -> None:
    """Exchange the members of a team."""
    heads = [home.head_id for home in homes]
    act(
        lambda: register.edit_team(
            village=VILLAGE,
            team_id=team.id,
            name="护渠队",
            leader_id=heads[0],
            member_ids=heads,
            actor=SYSTEM,
            now=now(),
        )
    )


def ask(village, team: Team, amount_fen: int = 80_000, purpose: str = "commons"):
    return apply_for(village.cadre, PayeeChoice(team_id=team.id), amount_fen, purpose)


def decided(village, one):
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    return one


def refused_words(work) -> str:
    with pytest.raises(WrongState) as refused:
        work()
    return str(refused.value.detail)


@pytest.mark.parametrize("left", [True, False])
def test_a_household_that_was_or_is_in_the_team_takes_no_step(village, home, left):
    """It left after the application, or came then: it is paid either way."""
    own = [staff(role, household=home) for role in (Role.REVIEWER, Role.SUPERVISOR, Role.TREASURER)]
    team = team_of(home if left else village.payee)
    one = ask(village, team)
    now_of(team, village.payee if left else home)
    for step, mine, other in zip(
        (evaluate, approve, pay),
        own,
        (village.reviewer, village.supervisor, village.treasurer),
        strict=True,
    ):
        assert not list(db.session.scalars(queries.waiting_for(mine, VILLAGE)))
        with pytest.raises(OwnHousehold):
            step(mine, one)
        step(other, one)
        if status_of(one) is Status.EVALUATED and step is approve:  # its members' roles
            approve(village.township, one)
    assert status_of(one) is Status.PAID


def test_members_exchanged_after_the_approval_are_looked_at(village, home):
    team = team_of(home)
    one = decided(village, ask(village, team))
    assert status_of(one) is Status.APPROVED
    treasurer = staff(Role.TREASURER, household=village.payee)
    now_of(team, village.payee)
    with pytest.raises(OwnHousehold):
        pay(treasurer, one)
    people = paid_to([queries.find_disbursement(VILLAGE, one)])[one].people
    assert {home.head_id, village.payee.head_id} == people


def test_a_role_that_comes_into_the_team_after_the_approval_needs_the_township(village, home):
    team = team_of(home)
    one = decided(village, ask(village, team))

    def add_treasurer():
        access.add_user(
            username="jinku",
            name="丁",
            password="jishan-demo",
            roles=[Assignment(Role.TREASURER, VILLAGE)],
            resident_id=village.payee.head_id,
            actor=SYSTEM,
            now=now(),
        )

    act(add_treasurer)
    pay_now = decided(village, ask(village, team, 100))
    pay(village.treasurer, pay_now)
    now_of(team, village.payee)
    said = refused_words(lambda: pay(village.treasurer, one))
    assert ("township" in said or "乡镇" in said, status_of(one)) == (True, Status.APPROVED)
    withdraw(village.cadre, one)
    again = decided(village, ask(village, team))
    assert status_of(again) is Status.EVALUATED
    approve(village.township, again)
    pay(village.treasurer, again)


@pytest.mark.parametrize("before_fen", [LIMIT, LIMIT + 1])
def test_an_outsider_who_stands_in_the_team_until_the_approval_hides_no_sum(
    village, home, clock, before_fen
):
    team = team_of(home, village.payee)
    payee = PayeeChoice(household_id=home.id)
    before = decided(village, apply_for(village.cadre, payee, before_fen))
    if before_fen > LIMIT:
        approve(village.supervisor2, before)
    clock.forward(hours=1)
    one = decided(village, ask(village, team, LIMIT))
    clock.forward(hours=1)
    assert (status_of(before), status_of(one)) == (Status.APPROVED, Status.APPROVED)
    now_of(team, home)
    refused_words(lambda: pay(village.treasurer, one))
    withdraw(village.cadre, one)
    again = decided(village, ask(village, team, LIMIT))
    assert status_of(again) is Status.EVALUATED
    approve(village.supervisor2, again)
    pay(village.treasurer, again)
    pay(village.treasurer, before)


def test_nor_a_sum_that_was_approved_alone_since(village, home):
    team = team_of(home, village.payee)
    one = decided(village, ask(village, team, LIMIT))
    payee = PayeeChoice(household_id=home.id)
    since = decided(village, apply_for(village.cadre, payee, LIMIT, "commons"))
    pay(village.treasurer, since)
    now_of(team, home)
    refused_words(lambda: pay(village.treasurer, one))
    assert status_of(one) is Status.APPROVED


def test_what_two_approved_since_holds_up_nothing(village, home):
    payee = PayeeChoice(household_id=home.id)
    one = decided(village, apply_for(village.cadre, payee, LIMIT, "commons"))
    since = decided(village, apply_for(village.cadre, payee, LIMIT, "commons"))
    approve(village.supervisor2, since)
    waiting = apply_for(village.cadre, payee, LIMIT, "commons")
    pay(village.treasurer, one)
    pay(village.treasurer, since)
    assert status_of(waiting) is Status.APPLIED


def test_three_that_are_near_in_pairs_only_are_paid(village, clock):
    """Thirty days before the second and thirty after it lie two that are far from each other."""
    payee, three = PayeeChoice(name="县供销社"), []
    for _each in range(3):
        three.append(decided(village, apply_for(village.cadre, payee, 40_000, "commons")))
        clock.forward(days=20)
    assert {status_of(each) for each in three} == {Status.APPROVED}
    for each in three:
        pay(village.treasurer, each)


def test_a_list_s_line_is_paid_beside_a_later_one(village, home):
    others = [home, village.payee]
    asked = act(
        lambda: operations.apply_for_list(
            village=VILLAGE,
            title="奖励",
            purpose="commons",
            reason="x",
            lines=[ListLine(PayeeChoice(household_id=each.id), LIMIT // 2) for each in others],
            actor=village.cadre,
            now=now(),
        )
    )
    for row in queries.rows_on(asked.id):
        decided(village, row.id)
    payee = PayeeChoice(household_id=home.id)
    later = decided(village, apply_for(village.cadre, payee, LIMIT // 2, "commons"))
    assert status_of(later) is Status.APPROVED
    rows = act(
        lambda: operations.pay_list(
            village=VILLAGE,
            list_id=asked.id,
            paid_on=now().date(),
            method=Method.CASH,
            voucher="L",
            actor=village.treasurer,
            now=now(),
        )
    )
    assert len(rows) == 2


def test_a_team_counts_with_the_household_that_it_was_all_of(village, home):
    set_budgets(village, family=BudgetLine(900_000, cap_fen=LIMIT))
    team = team_of(home)
    ask(village, team, LIMIT, "family")
    now_of(team, home, village.payee)
    with pytest.raises(CapExceeded):
        apply_for(village.cadre, PayeeChoice(household_id=home.id), 1, "family")
    apply_for(village.cadre, PayeeChoice(household_id=village.payee.id), LIMIT, "family")


@pytest.mark.parametrize("forged", ["UPDATE {0} SET household_id = resident_id", "DELETE FROM {0}"])
def test_who_was_in_the_team_stays_in_the_database(village, home, forged):
    ask(village, team_of(home))
    with pytest.raises(DBAPIError, match=r"payees of an application stay|permission denied"):
        act(lambda: db.session.execute(text(forged.format("disbursement_member"))))
