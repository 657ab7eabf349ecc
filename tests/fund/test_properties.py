"""Whatever the order of applications, approvals, payments, returns and reversals, and by whom:

cash and bank are income less spending and hold enough on every day, nothing is paid twice, nothing
unapproved or before its approval, no sum is split past the second, nobody decides on what is
theirs, however the payee is named, and who holds a role is paid with the township's approval. Each
program goes on in the same village where the last one ended. A step is mostly taken by who may, on
what waits for it, so that programs get far; now and then by anybody on anything.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, text

from incentives import ledger
from incentives.access.actor import Assignment, Role
from incentives.access.models import User, UserRole
from incentives.clock import now, village_day
from incentives.database import new_id
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
from incentives.register.operations import make_team
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
    reverse_return,
    withdraw,
)

PROGRAMS = {
    "sqlite": proving.scaled(300, least=8),
    "postgresql": proving.scaled(300, least=3),
}
STEPS = 60
DAY_LONG = timedelta(days=1)
PAID = (Status.PAID, Status.RECEIVED, Status.RETURNED, Status.REVERSED)
UNDONE = (Status.REJECTED, Status.WITHDRAWN, Status.REVERSED)

# Who acts: the village's staff, the township's supervisor, one of a household that is paid and one
# of none who both hold every role of the village.
CADRE, REVIEWER, SUPERVISOR, SUPERVISOR2, TREASURER, ABOVE, AT_HOME, EVERYBODY = range(8)

# What is done, by how often; what goes on is whatever waits, mostly by whose duty it is.
WAYS = (
    ["goes_on"] * 12
    + ["is_applied_for"] * 3
    + ["comes_back"] * 2
    + ["did_not_come_back"]
    + ["many_are_applied_for", "is_evaluated", "is_approved", "is_paid", "is_reversed", "ends"]
    + ["income_comes", "income_is_taken_back", "money_is_moved", "a_day_passes"]
)
NEXT = {
    Status.APPLIED: "is_evaluated",
    Status.EVALUATED: "is_approved",
    Status.APPROVED: "is_paid",
}


@dataclass(frozen=True)
class Turn:
    """One step's choices: by whom (None: whose duty it is), of which row, and so on."""

    who: int | None = None
    place: int = 0
    amount: int = 700
    method: Method = Method.CASH
    ago: int = 0
    decision: Decision = Decision.APPROVE

    def by(self, *duty: int) -> int:
        """Who acts, one of these where it is whose duty it is."""
        return duty[self.place % len(duty)] if self.who is None else self.who

    @property
    def day(self):
        return village_day(now()) - self.ago * DAY_LONG


turns = st.builds(
    Turn,
    who=st.sampled_from([None] * 14 + [EVERYBODY] * 3 + list(range(8))),
    place=st.integers(0, 11),
    amount=st.sampled_from([700, 1, 30_000, 60_000, 100_000, 100_001, 250_000]),
    method=st.sampled_from([Method.CASH, Method.CASH, Method.BANK]),
    ago=st.sampled_from([0] * 8 + [1, 2, 5]),
    decision=st.sampled_from([Decision.APPROVE] * 9 + [Decision.REJECT]),
)

BY_DAY = """SELECT e.occurred_on,
        SUM(CASE WHEN t.to_code = :code THEN t.amount ELSE -t.amount END)
    FROM transfer t JOIN event e ON e.village = t.village AND e.seq = t.seq
    WHERE t.to_code = :code OR t.from_code = :code GROUP BY 1 ORDER BY 1"""


class Program(RuleBasedStateMachine):
    """What a village's fund may go through, by anybody who may be of its staff."""

    def __init__(self, village, homes, payees, clock, done) -> None:
        super().__init__()
        self.village = village
        self.clock = clock
        self.done = done
        clock.forward(days=40)  # what an earlier program asked for is out of reach
        self.homes = homes
        self.payees = payees
        all_roles = tuple(Assignment(role, VILLAGE) for role in Role)
        self.people = [
            village.cadre,
            village.reviewer,
            village.supervisor,
            village.supervisor2,
            village.treasurer,
            village.township,
            replace(staff(Role.CADRE, household=homes[0]), roles=all_roles),
            replace(staff(Role.CADRE), roles=all_roles),
        ]
        self.begun = held()
        self.income = 0
        self.rows: list = []
        self.homes_of: dict = {}  # whose each of them is
        self.incomes: list = []
        self.out: dict = {}
        self.lists: dict = {}
        self.approved: dict = {}  # the sum that was decided on, and the day

    def tried(self, step, work):
        """What an operation gives, None where it is refused."""
        try:
            given = work()
        except Refusal:
            return None
        self.done[step] += 1
        return given

    def one(self, turn, *waiting):
        """A disbursement of this program, one in such a state where there is; None without any."""
        if not self.rows:
            return None
        found = db.session.scalars(
            select(Disbursement.id)
            .where(Disbursement.id.in_(self.rows), Disbursement.status.in_(waiting))
            .order_by(Disbursement.id)
        ).all()
        among = found or self.rows
        return among[turn.place % len(among)]

    @rule(way=st.sampled_from(WAYS), turn=turns)
    def something_is_done(self, way, turn):
        """One rule for all: of many Hypothesis leaves out some, and then no program gets far."""
        getattr(self, way)(turn)

    @initialize(turn=turns)
    def the_fund_has_money(self, turn):
        for method in (Method.CASH, Method.BANK):
            self.income_comes(replace(turn, amount=500_000, method=method, ago=0))

    def income_comes(self, turn):
        row = give(self.village, turn.amount, turn.method, received_on=turn.day)
        self.incomes.append((row.id, turn.amount))
        self.income += turn.amount

    def income_is_taken_back(self, turn):
        income_id, amount = self.incomes[turn.place % len(self.incomes)]
        if self.tried(
            "income taken back",
            lambda: act(
                lambda: operations.reverse_income(
                    village=VILLAGE,
                    income_id=income_id,
                    reason="写错",
                    actor=self.village.treasurer,
                    now=now(),
                )
            ),
        ):
            self.income -= amount

    def money_is_moved(self, turn):
        there = turn.method is Method.CASH
        self.tried(
            "moved",
            lambda: act(
                lambda: operations.move_money(
                    village=VILLAGE,
                    from_place=Place.CASH if there else Place.BANK,
                    to_place=Place.BANK if there else Place.CASH,
                    amount_fen=turn.amount,
                    moved_on=turn.day,
                    actor=self.village.treasurer,
                    now=now(),
                )
            ),
        )

    def a_day_passes(self, _turn):
        self.clock.forward(days=1)

    def is_applied_for(self, turn):
        choice, home = self.payees[turn.place % len(self.payees)]
        row = self.tried(
            "applied",
            lambda: act(
                lambda: operations.apply_for_disbursement(
                    village=VILLAGE,
                    purpose="family",
                    payee=choice,
                    amount_fen=turn.amount,
                    reason="照顾邻居",
                    actor=self.people[turn.by(CADRE)],
                    now=now(),
                )
            ),
        )
        if row:
            self.rows.append(row.id)
            self.homes_of[row.id] = home

    def many_are_applied_for(self, turn):
        homes = self.homes[1:]
        asked = self.tried(
            "many applied",
            lambda: act(
                lambda: operations.apply_for_list(
                    village=VILLAGE,
                    title="年终奖励",
                    purpose="family",
                    reason="照顾邻居",
                    lines=[
                        ListLine(PayeeChoice(household_id=each.id), turn.amount) for each in homes
                    ],
                    actor=self.people[turn.by(CADRE)],
                    now=now(),
                )
            ),
        )
        if asked:
            rows = queries.rows_on(asked.id)
            places = {each.id: place for place, each in enumerate(self.homes)}
            self.homes_of |= {row.id: places[row.household_id] for row in rows}
            together = [row.id for row in rows]
            self.rows += together
            self.lists |= dict.fromkeys(together, together)

    def goes_on(self, turn):
        if one := self.one(turn, *NEXT):
            status = db.session.get_one(Disbursement, one).status
            if status in NEXT:
                getattr(self, NEXT[status])(turn, one)

    def is_evaluated(self, turn, one=None):
        if one := one or self.one(turn):
            actor = self.people[turn.by(REVIEWER)]
            self.tried("evaluated", lambda: evaluate(actor, one, turn.decision, "看过了"))

    def is_approved(self, turn, one=None):
        if one := one or self.one(turn):
            actor = self.people[turn.by(SUPERVISOR, SUPERVISOR2, ABOVE)]
            together = self.together(one)
            row = self.tried("approved", lambda: approve(actor, one, turn.decision, "看过了"))
            if row and row.status is Status.APPROVED:
                self.approved[one] = together, village_day(now())

    def together(self, one):
        """What is decided on with one: it or its list, and what its household gets nearby."""
        beside = self.lists.get(one, [one])
        rows = [db.session.get_one(Disbursement, each) for each in self.rows]
        return sum(
            each.amount_fen - each.returned_fen
            for each in rows
            if each.id in beside
            or (self.homes_of[each.id] == self.homes_of[one] and each.status not in UNDONE)
        )

    def is_paid(self, turn, one=None):
        if one := one or self.one(turn):
            actor = self.people[turn.by(TREASURER)]
            if self.tried("paid", lambda: pay(actor, one, turn.method, turn.day)):
                assert one not in self.out
                assert turn.day >= self.approved[one][1]
                self.out[one] = db.session.get_one(Disbursement, one).amount_fen

    def comes_back(self, turn):
        if one := self.one(turn, *PAID):
            actor = self.people[turn.by(TREASURER)]
            back = turn.amount, turn.method, turn.day
            if self.tried("returned", lambda: give_back(actor, one, *back)):
                assert turn.day >= db.session.get_one(Disbursement, one).paid_on
                self.out[one] -= turn.amount

    def did_not_come_back(self, turn):
        """A return that was mistyped is taken back."""
        if one := self.one(turn, Status.RETURNED):
            actor = self.people[turn.by(TREASURER)]
            if returned := self.tried("return reversed", lambda: reverse_return(actor, one)):
                self.out[one] += returned.amount_fen

    def is_reversed(self, turn):
        if one := self.one(turn, *PAID):
            actor = self.people[turn.by(TREASURER)]
            if self.tried("reversed", lambda: reverse(actor, one)):
                self.out[one] = 0

    def ends(self, turn):
        """One is rejected, or withdrawn by whoever asked for it."""
        if one := self.one(turn, *NEXT):
            end, duty = (withdraw, CADRE) if turn.ago else (reject, SUPERVISOR)
            self.tried("ended", lambda: end(self.people[turn.by(duty)], one))

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
            if row.status not in UNDONE and paid:
                assert row.amount_fen - row.returned_fen == self.out[one]
            votes = db.session.scalars(
                select(DisbursementApproval).where(DisbursementApproval.disbursement_id == one)
            ).all()
            decided = {each.approver for each in votes}
            assert len(decided) == len(votes)
            assert row.applied_by not in {row.evaluated_by, *decided}
            assert row.evaluated_by is None or row.evaluated_by not in decided
            if paid:
                ayes = [each for each in votes if each.decision is Decision.APPROVE]
                needed = 2 if self.approved[one][0] > row.second_approval_fen else 1
                assert len(ayes) >= needed
                assert row.evaluated_by is not None
                assert row.paid_by not in {row.evaluated_by, *decided}
            if self.homes_of[one] == 0:
                own = self.people[AT_HOME].person
                assert own not in {row.applied_by, row.evaluated_by, row.paid_by, *decided}
                above = {self.people[ABOVE].person}
                assert not paid or above & decided


def held() -> int:
    db.session.rollback()
    return ledger.balance(VILLAGE, "cash") + ledger.balance(VILLAGE, "bank")


@pytest.fixture
def program(app, clock):
    """Makes programs in one village, whose first household's head is its shopkeeper."""
    village = make_people(publicity_days=0, second_approval_fen=100_000)
    homes = [
        village.payee,
        *(make_household(VILLAGE, name, door=name) for name in ("格绒", "拉姆")),
    ]
    act(lambda: add_shopkeeper(homes[0]))
    team = act(
        lambda: make_team(
            village=VILLAGE,
            name="护渠队",
            leader_id=homes[0].head_id,
            member_ids=[],
            actor=village.cadre,
            now=now(),
        )
    )
    payees = [(PayeeChoice(household_id=each.id), place) for place, each in enumerate(homes)]
    payees += [
        (PayeeChoice(household_id=homes[1].id), 1),
        (PayeeChoice(resident_id=homes[0].head_id), 0),
        (PayeeChoice(team_id=team.id), 0),
        (PayeeChoice(name="扎西彭措"), 0),
        (PayeeChoice(name="zhaxi pengcuo"), 0),
        (PayeeChoice(name="县供销社"), None),
    ]
    done: Counter = Counter()
    return lambda: Program(village, homes, payees, clock, done), done


def add_shopkeeper(household):
    user = User(
        id=new_id(),
        username="shopkeeper",
        name="扎西彭措",
        password_hash="x",
        resident_id=household.head_id,
        added_by=new_id(),
        added_at=now(),
    )
    user.roles = [UserRole(role=Role.SHOPKEEPER, division=VILLAGE)]
    db.session.add(user)


def test_the_fund_adds_up_whatever_is_done_in_whatever_order(program, database):
    make, done = program
    run_state_machine_as_test(
        make,
        settings=settings(max_examples=PROGRAMS[database], stateful_step_count=STEPS),
    )
    print(dict(done))
    assert done["paid"] > 0, done


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_program_pays_and_takes_back(program):
    """A program that goes all the way, so that the one above isn't true of nothing."""
    one = program[0]()
    one.the_fund_has_money(Turn())
    one.many_are_applied_for(Turn(amount=100_000))
    first, second = one.rows
    for each in (first, second):
        one.is_evaluated(Turn(), each)
        one.is_approved(Turn(who=SUPERVISOR), each)
        one.is_paid(Turn(), each)
    assert one.out == {}
    for each in (first, second):
        one.is_approved(Turn(who=SUPERVISOR2), each)
        one.is_paid(Turn(), each)
    one.comes_back(Turn(amount=60_000))
    one.did_not_come_back(Turn())
    one.comes_back(Turn(amount=30_000))
    one.is_reversed(Turn(place=1))
    assert sorted(one.out.values()) == [0, 70_000]
    one.cash_and_bank_are_income_less_spending()
    one.nothing_is_paid_twice_nor_unapproved()
