"""Whatever is done in whatever order, the books are what a model of a few lines says.

Each example is a village of its own in the test's one database. `JISHAN_PROVE=1` tries many more.
"""

import os
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from incentives import ledger
from incentives.errors import AlreadyReversed, InsufficientFunds, InsufficientPoints, WrongState
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.ledger.kinds import CEILING_ZERO, FLOOR_ZERO, Kind, kind_of
from incentives.ledger.models import Transfer
from tests.factories import act
from tests.ledger.books import Books, open_books
from tests.ledger.model import HOUSEHOLDS, Model, Moves, Refused

EXAMPLES = 2_000 if os.environ.get("JISHAN_PROVE") else 150
REFUSALS = (AlreadyReversed, InsufficientFunds, InsufficientPoints, WrongState)

amounts = st.integers(1, 60) | st.just(10**12)
households = st.sampled_from(HOUSEHOLDS)
money = st.sampled_from(["cash", "bank"])


def one_move(kind: Kind, source, target):
    """Steps of one move: `(kind, [(from, to, amount)])`."""
    return st.tuples(st.just(kind), st.tuples(source, target, amounts).map(lambda move: [move]))


STEPS = st.one_of(
    one_move(Kind.AWARD, st.just("issuance"), households),
    one_move(Kind.REDEMPTION, households, st.just("shop.1")),
    one_move(Kind.REFUND, st.just("shop.1"), households),
    one_move(Kind.EXPIRY, households, st.just("expired")),
    one_move(Kind.INCOME, st.just("income.donation"), money),
    one_move(Kind.DISBURSEMENT, money, st.just("spending.custom")),
    one_move(Kind.PAYMENT_RETURN, st.just("spending.custom"), money),
    one_move(Kind.SETTLEMENT_PAID, money, st.just("payable.1")),
    one_move(Kind.HOUSEHOLD_MOVE, households, households).filter(
        lambda step: step[1][0][0] != step[1][0][1]
    ),
    st.tuples(amounts, amounts).map(
        lambda two: (
            Kind.SETTLEMENT_APPROVED,
            [("shop.1", "settled.1", two[0]), ("payable.1", "spending.settlement", two[1])],
        )
    ),
    st.tuples(st.just(Kind.REVERSAL), st.integers(0, 40)),
    st.tuples(st.just(Kind.REVERSAL), st.just(0)),  # 0: the newest event
    st.tuples(st.just("hold back"), st.tuples(households, st.integers(0, 40))),
    st.tuples(st.just("clock"), st.integers(-48, 48)),
)


@dataclass
class Story:
    """The ledger and the model, led through the same steps."""

    books: Books
    model: Model = field(default_factory=Model)
    events: list[tuple[UUID, Kind, Moves]] = field(default_factory=list)
    reversed: set[UUID] = field(default_factory=set)

    @property
    def codes(self) -> dict[str, str]:
        return dict(zip(HOUSEHOLDS, self.books.households, strict=True))

    def leg(self, giver: str, taker: str, amount: int) -> ledger.Draft:
        codes = self.codes
        if giver in codes and taker in codes:
            return ledger.pass_on(codes[giver], codes[taker], amount)
        if giver in codes:
            return ledger.take(codes[giver], taker, amount)
        if taker in codes:
            return ledger.give(giver, codes[taker], amount)
        return ledger.move(giver, taker, amount)

    def post(self, kind: Kind, moves: Moves) -> None:
        """Post one event: what the model refuses must be refused, and nothing else."""
        legs = [self.leg(*move) for move in moves]
        self.compare(self.books.draft(kind, *legs, record=uuid4()), kind, moves)

    def reverse(self, back: int) -> None:
        """Reverse the event so many places back: awards, spent or not, and reversals too."""
        if not self.events:
            return
        event, kind, moves = self.events[-1 - back % len(self.events)]
        undone = [(taker, giver, amount) for giver, taker, amount in reversed(moves)]
        reversible = event not in self.reversed and kind not in (
            Kind.REDEMPTION,
            Kind.REFUND,
            Kind.EXPIRY,
            Kind.PAYMENT_RETURN,
        )
        draft = self.books.reversal(event)
        if self.compare(draft, Kind.REVERSAL, undone, refused=not reversible):
            self.reversed.add(event)

    def compare(self, draft: ledger.Draft, kind: Kind, moves: Moves, *, refused=False) -> bool:
        """Whether both took it; fails where only one did."""
        try:
            if refused:
                raise Refused
            self.model.apply(moves, by_reversal=kind is Kind.REVERSAL)
        except Refused:
            with pytest.raises(REFUSALS):
                self.books.post(draft)
            return False
        self.events.append((self.books.post(draft)[0].id, kind, moves))
        return True

    def hold_back(self, party: str, points: int, clock) -> None:
        """A lease that holds back so many points of one household, until the next such step."""
        lease, village = UUID(int=HOUSEHOLDS.index(party) + 1), self.books.village

        def work() -> None:
            ledger.hold([village])
            ledger.release(village, lease)
            ledger.reserve(village, lease, {self.codes[party]: points}, ends_at=clock.now)

        act(work)
        self.model.held[party] = points

    def check(self) -> None:
        """Everything that must hold at the end, each by its own reading of the tables."""
        village = self.books.village
        db.session.rollback()
        kept = {each.code: each.balance for each in ledger.trial_balance(village)}
        assert {code: value for code, value in kept.items() if value} == self.model.accounts(
            self.codes
        )
        assert kept == sums_of_history(village, kept)
        for unit in ledger.Unit:
            rows = ledger.trial_balance(village)
            assert sum(each.balance for each in rows if each.unit == unit) == 0
        assert all(value >= 0 for code, value in kept.items() if kind_of(code) in FLOOR_ZERO)
        assert all(value <= 0 for code, value in kept.items() if kind_of(code) in CEILING_ZERO)
        assert audit(village) == []
        for party, code in self.codes.items():
            self.check_statement(party, code, kept)

    def check_statement(self, party: str, code: str, kept: dict[str, int]) -> None:
        """Each line's balance is the one before with its points, and the last is the account's."""
        lines, after = [], None
        while True:
            page = ledger.statement(self.books.village, code, query={"limit": 3, "after": after})
            lines += page["items"]
            after = page["next"]
            if after is None:
                break
        assert lines == ledger.statement(self.books.village, code, query={"limit": 500})["items"]
        for of_debt, account in ((False, f"h.{code}"), (True, f"debt.{code}")):
            running = 0
            for line in reversed([each for each in lines if each.of_debt == of_debt]):
                running += line.points
                assert line.balance_after == running
            assert running == kept[account]
        held = self.model.held[party]
        position = self.books.position(code)
        assert position.spendable == max(0, kept[f"h.{code}"] - held)


def sums_of_history(village: str, codes) -> dict[str, int]:
    """What came in less what went out, by account, from the transfers alone."""
    found = dict.fromkeys(codes, 0)
    for column, sign in ((Transfer.from_code, -1), (Transfer.to_code, 1)):
        rows = db.session.execute(
            select(column, func.sum(Transfer.amount))
            .where(Transfer.village == village)
            .group_by(column)
        )
        for code, amount in rows:
            found[code] += sign * int(amount)
    return found


SPENT_THEN_REVERSED_TWICE = [
    (Kind.AWARD, [("issuance", "A", 50)]),
    (Kind.REDEMPTION, [("A", "shop.1", 30)]),
    (Kind.REVERSAL, 1),
    (Kind.AWARD, [("issuance", "A", 20)]),
    (Kind.REVERSAL, 1),
    (Kind.REVERSAL, 0),
    (Kind.REFUND, [("shop.1", "A", 30)]),
]
PASSED_ON_SPENT_AND_TAKEN_BACK = [
    (Kind.AWARD, [("issuance", "A", 40)]),
    (Kind.HOUSEHOLD_MOVE, [("A", "B", 40)]),
    (Kind.REDEMPTION, [("B", "shop.1", 35)]),
    (Kind.REVERSAL, 2),
    (Kind.REVERSAL, 2),
    (Kind.HOUSEHOLD_MOVE, [("B", "C", 1)]),
    (Kind.REVERSAL, 0),
]
HELD_BACK_FROM_A_REVERSAL = [
    (Kind.AWARD, [("issuance", "A", 40)]),
    ("hold back", ("A", 30)),
    (Kind.REVERSAL, 0),
    ("hold back", ("A", 0)),
    (Kind.AWARD, [("issuance", "A", 60)]),
    (Kind.REVERSAL, 1),
]


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=24))
@example(steps=SPENT_THEN_REVERSED_TWICE)
@example(steps=PASSED_ON_SPENT_AND_TAKEN_BACK)
@example(steps=HELD_BACK_FROM_A_REVERSAL)
def test_any_history_comes_to_what_the_model_says(app, clock, steps):
    story = Story(open_books(len(HOUSEHOLDS)))
    for what, given_ in steps:
        if what == "clock":
            clock.forward(hours=given_)
        elif what == "hold back":
            story.hold_back(*given_, clock)
        elif what is Kind.REVERSAL:
            story.reverse(given_)
        else:
            story.post(what, given_)
    story.check()


@settings(
    max_examples=EXAMPLES // 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    batches=st.lists(
        st.lists(st.tuples(households, st.integers(1, 60), st.booleans()), min_size=1, max_size=6),
        max_size=5,
    )
)
def test_a_batch_comes_to_what_its_events_come_to_one_by_one(app, batches):
    together, apart = Story(open_books(3)), Story(open_books(3))
    for batch in batches:
        steps = [
            (Kind.AWARD, [("issuance", party, points)])
            if earned
            else (Kind.REDEMPTION, [(party, "shop.1", points)])
            for party, points, earned in batch
        ]
        drafts = [
            together.books.draft(kind, *(together.leg(*move) for move in moves), record=uuid4())
            for kind, moves in steps
        ]
        try:
            for _kind, moves in steps:
                apart.model.apply(moves)
        except Refused:
            with pytest.raises(InsufficientPoints):
                together.books.post(*drafts)
            break
        together.books.post(*drafts)
        for kind, moves in steps:
            together.model.apply(moves)
            apart.books.post(
                apart.books.draft(kind, *(apart.leg(*move) for move in moves), record=uuid4())
            )
        apart.check()
    together.check()
