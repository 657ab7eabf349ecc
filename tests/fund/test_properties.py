"""Whatever the order of applications, approvals, payments, returns and reversals, and by whom:

cash and bank are income less spending and hold enough on every day, nothing is paid twice, nothing
unapproved or before its approval, no sum is split past the second, nobody decides on what is
theirs. Each program goes on in the same village where the last one ended.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, text

from incentives import ledger
from incentives.access.actor import Assignment, Role
from incentives.clock import now, village_day
from incentives.errors import Refusal
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import (
    Decision,
    Disbursement,
    DisbursementApproval,
    Method,
    Place,
    Status,
)
from incentives.fund.operations import ListLine, PayeeChoice
from incentives.ledger.models import Event
from tests import proving
from tests.factories import VILLAGE, act, make_household, staff
from tests.fund.people import (
    approve,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    reject,
    reverse,
    withdraw,
)

PROGRAMS = {
    "sqlite": proving.scaled(300, least=8),
    "postgresql": proving.scaled(300, least=3),
}
STEPS = 25
DAY_LONG = timedelta(days=1)
PAID = (Status.PAID, Status.RECEIVED, Status.RETURNED, Status.REVERSED)

amounts = st.sampled_from([1, 700, 30_000, 100_000, 100_001, 250_000])
ago = st.sampled_from([0, 0, 0, 1, 2, 5])  # days
hands = st.integers(0, 6)
places = st.integers(0, 12)
methods = st.sampled_from(list(Method))
decisions = st.sampled_from([Decision.APPROVE, Decision.APPROVE, Decision.REJECT])

BY_DAY = """SELECT e.occurred_on,
        SUM(CASE WHEN t.to_code = :code THEN t.amount ELSE -t.amount END)
    FROM transfer t JOIN event e ON e.village = t.village AND e.seq = t.seq
    WHERE t.to_code = :code OR t.from_code = :code GROUP BY 1 ORDER BY 1"""


class Program(RuleBasedStateMachine):
    """What a village's fund may go through, by anybody who may be of its staff."""

    def __init__(self, village, households, clock) -> None:
        super().__init__()
        self.village = village
        self.clock = clock
        clock.forward(days=40)  # what an earlier program asked for is out of reach
        self.households = households
        all_roles = tuple(Assignment(role, VILLAGE) for role in Role)
        self.people = [
            village.cadre,
            village.reviewer,
            village.supervisor,
            village.supervisor2,
            village.treasurer,
            replace(staff(Role.CADRE), roles=all_roles),
            replace(staff(Role.CADRE, household=households[0]), roles=all_roles),
        ]
        self.begun = held()
        self.income = 0
        self.rows: list = []
        self.incomes: list = []
        self.out: dict = {}
        self.lists: dict = {}
        self.approved: dict = {}  # the sum that was decided on, and the day

    def tried(self, work):
        """What an operation gives, None where it is refused."""
        try:
            return work()
        except Refusal:
            return None

    def one(self, place):
        """A disbursement of this program, None without any."""
        return self.rows[place % len(self.rows)] if self.rows else None

    @rule(amount=amounts, method=methods, ago=ago)
    def income_comes(self, amount, method, ago):
        day = village_day(now()) - ago * DAY_LONG
        self.incomes.append((give(self.village, amount, method, received_on=day).id, amount))
        self.income += amount

    @rule(place=places)
    def income_is_taken_back(self, place):
        if not self.incomes:
            return
        income_id, amount = self.incomes[place % len(self.incomes)]
        if self.tried(
            lambda: act(
                lambda: operations.reverse_income(
                    village=VILLAGE,
                    income_id=income_id,
                    reason="写错",
                    actor=self.village.treasurer,
                    now=now(),
                )
            )
        ):
            self.income -= amount

    @rule(amount=amounts, there=st.booleans(), ago=ago)
    def money_is_moved(self, amount, there, ago):
        ends = (Place.CASH, Place.BANK) if there else (Place.BANK, Place.CASH)
        self.tried(
            lambda: act(
                lambda: operations.move_money(
                    village=VILLAGE,
                    from_place=ends[0],
                    to_place=ends[1],
                    amount_fen=amount,
                    moved_on=village_day(now()) - ago * DAY_LONG,
                    actor=self.village.treasurer,
                    now=now(),
                )
            )
        )

    @rule(who=hands, amount=amounts, home=st.integers(0, 2))
    def somebody_applies(self, who, amount, home):
        def work():
            return act(
                lambda: operations.apply_for_disbursement(
                    village=VILLAGE,
                    purpose="family",
                    payee=PayeeChoice(household_id=self.households[home].id),
                    amount_fen=amount,
                    reason="x",
                    actor=self.people[who],
                    now=now(),
                )
            )

        if row := self.tried(work):
            self.rows.append(row.id)

    @rule(who=hands, amount=amounts)
    def somebody_asks_for_many(self, who, amount):
        def work():
            return act(
                lambda: operations.apply_for_list(
                    village=VILLAGE,
                    title="x",
                    purpose="family",
                    reason="x",
                    lines=[
                        ListLine(PayeeChoice(household_id=each.id), amount)
                        for each in self.households[1:]
                    ],
                    actor=self.people[who],
                    now=now(),
                )
            )

        if asked := self.tried(work):
            rows = [row.id for row in queries.rows_on(asked.id)]
            self.rows += rows
            self.lists |= dict.fromkeys(rows, rows)

    @rule(who=hands, place=places, decision=decisions)
    def somebody_evaluates(self, who, place, decision):
        if one := self.one(place):
            self.tried(lambda: evaluate(self.people[who], one, decision, "x"))

    @rule(who=hands, place=places, decision=decisions)
    def somebody_approves(self, who, place, decision):
        if one := self.one(place):
            together = self.together(one)
            row = self.tried(lambda: approve(self.people[who], one, decision, "x"))
            if row and row.status is Status.APPROVED:
                self.approved[one] = together, village_day(now())

    def together(self, one):
        """What is decided on with one: its or its list's, and what its household gets nearby."""
        rows = [db.session.get_one(Disbursement, each) for each in self.rows]
        row = db.session.get_one(Disbursement, one)
        beside = self.lists.get(one, [one])
        return sum(db.session.get_one(Disbursement, each).amount_fen for each in beside) + sum(
            each.amount_fen - each.returned_fen
            for each in rows
            if each.id not in beside
            and each.household_id == row.household_id
            and each.status not in (Status.REJECTED, Status.WITHDRAWN, Status.REVERSED)
        )

    @rule(who=hands, place=places, method=methods, ago=ago)
    def somebody_pays(self, who, place, method, ago):
        one = self.one(place)
        day = village_day(now()) - ago * DAY_LONG
        if one and self.tried(lambda: pay(self.people[who], one, method, day)):
            assert one not in self.out
            assert day >= self.approved[one][1]
            self.out[one] = db.session.get_one(Disbursement, one).amount_fen

    @rule(who=hands, place=places, amount=amounts, method=methods, ago=ago)
    def some_comes_back(self, who, place, amount, method, ago):
        one = self.one(place)
        day = village_day(now()) - ago * DAY_LONG
        if one and self.tried(lambda: give_back(self.people[who], one, amount, method, day)):
            assert day >= db.session.get_one(Disbursement, one).paid_on
            self.out[one] -= amount

    @rule()
    def a_day_passes(self):
        self.clock.forward(days=1)

    @rule(who=hands, place=places)
    def a_payment_is_reversed(self, who, place):
        one = self.one(place)
        if one and self.tried(lambda: reverse(self.people[who], one)):
            self.out[one] = 0

    @rule(who=hands, place=places)
    def one_is_rejected(self, who, place):
        if one := self.one(place):
            self.tried(lambda: reject(self.people[who], one))

    @rule(who=hands, place=places)
    def one_is_taken_back(self, who, place):
        if one := self.one(place):
            self.tried(lambda: withdraw(self.people[who], one))

    @invariant()
    def cash_and_bank_are_income_less_spending(self):
        assert held() == self.begun + self.income - sum(self.out.values())
        assert min(self.out.values(), default=0) >= 0
        assert (
            sum(line.amount_fen for line in queries.whole_book(VILLAGE, queries.Part())) == held()
        )

    @invariant()
    def neither_is_below_zero_at_the_end_of_any_day(self):
        for code in ("cash", "bank"):
            of_days = db.session.execute(text(BY_DAY), {"code": code})
            total = 0
            for _day, fen in of_days:
                total += int(fen)
                assert total >= 0

    @invariant()
    def nothing_is_paid_twice_nor_unapproved(self):
        for one in self.rows:
            row = db.session.get_one(Disbursement, one, populate_existing=True)
            paid = db.session.scalar(
                select(func.count()).where(Event.record == one, Event.kind == "disbursement")
            )
            assert paid == (row.status in PAID) == (one in self.out)
            decided = {
                each.approver: each.decision
                for each in db.session.scalars(
                    select(DisbursementApproval).where(DisbursementApproval.disbursement_id == one)
                )
            }
            assert row.applied_by not in {row.evaluated_by, *decided}
            assert row.evaluated_by is None or row.evaluated_by not in decided
            if paid:
                needed = 2 if self.approved[one][0] > row.second_approval_fen else 1
                assert list(decided.values()).count(Decision.APPROVE) >= needed
                assert row.paid_by not in {row.evaluated_by, *decided}
            if row.household_id == self.households[0].id:
                own = self.people[6].person
                assert own not in {row.applied_by, row.evaluated_by, row.paid_by, *decided}


def held() -> int:
    db.session.rollback()
    return ledger.balance(VILLAGE, "cash") + ledger.balance(VILLAGE, "bank")


def test_the_fund_adds_up_whatever_is_done_in_whatever_order(app, database, clock):
    village = make_people(publicity_days=0)
    households = [
        village.payee,
        *(make_household(VILLAGE, name, door=name) for name in ("格绒", "拉姆")),
    ]
    run_state_machine_as_test(
        lambda: Program(village, households, clock),
        settings=settings(
            max_examples=PROGRAMS[database],
            stateful_step_count=STEPS,
        ),
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_program_pays_and_takes_back(app, clock):
    """A program that goes all the way, so that the one above isn't true of nothing."""
    village = make_people(publicity_days=0)
    households = [village.payee, *(make_household(VILLAGE, each, door=each) for each in "甲乙")]
    program = Program(village, households, clock)
    program.income_comes(250_000, Method.CASH, 0)
    program.somebody_asks_for_many(0, 100_000)
    for place in (0, 1):
        program.somebody_evaluates(1, place, Decision.APPROVE)
        program.somebody_approves(2, place, Decision.APPROVE)
        program.somebody_pays(4, place, Method.CASH, 0)
    assert program.out == {}
    for place in (0, 1):
        program.somebody_approves(3, place, Decision.APPROVE)
        program.somebody_pays(4, place, Method.CASH, 0)
    program.some_comes_back(4, 0, 30_000, Method.CASH, 0)
    program.a_payment_is_reversed(4, 1)
    assert sorted(program.out.values()) == [0, 70_000]
    program.cash_and_bank_are_income_less_spending()
    program.nothing_is_paid_twice_nor_unapproved()
