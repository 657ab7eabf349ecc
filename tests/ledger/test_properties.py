"""Whatever is done in whatever order, the books are what a model of a few lines says.

Each program is a village of its own in the test's one database. `make prove` tries many more.
"""

from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from incentives.clock import now
from incentives.errors import InsufficientPoints
from incentives.ledger.kinds import Kind
from incentives.ledger.seals import LogInconsistent, rolled_back, seal_village
from tests import proving
from tests.factories import act
from tests.ledger.books import open_books
from tests.ledger.copies import Copies, name_division, recover
from tests.ledger.model import HOUSEHOLDS, Refused
from tests.ledger.story import DIFFERENCE, LEASES, LOSS, SPENDING, Story

PROGRAMS = {
    "sqlite": proving.scaled(1_000, least=40),
    "postgresql": proving.scaled(1_000, least=12),
}
BATCHES = proving.scaled(500, least=30)
STEPS = 30

points = st.integers(1, 60)
# Few are huge: whoever has a huge sum never owes anything.
amounts = st.integers(0, 19).flatmap(lambda n: points if n < 19 else st.just(10**12))
households = st.sampled_from(HOUSEHOLDS)
money = st.sampled_from(["cash", "bank"])
leases = st.sampled_from(sorted(LEASES))
places = st.integers(0, 40)  # how many events back


class Program(RuleBasedStateMachine):
    """What a village may go through, in any order, with a copy of the database put back."""

    def __init__(self, clock, copies: Copies) -> None:
        super().__init__()
        self.clock = clock
        self.copies = copies
        self.story = self.begin()
        self.sealed = self.story.remember()
        self.copy: tuple[str, Story, Story] | None = None

    def begin(self) -> Story:
        """A village's books."""
        story = Story(open_books(len(HOUSEHOLDS)))
        act(lambda: name_division(story.books.village))
        return story

    @rule(party=households, n=amounts)
    def award(self, party, n):
        self.story.post(Kind.AWARD, [("issuance", party, n)])

    @rule(party=households, n=points)
    def opening(self, party, n):
        self.story.post(Kind.OPENING, [("issuance", party, n)])

    @rule(party=households, n=amounts, lease=st.none() | leases)
    def redemption(self, party, n, lease):
        self.story.redeem(party, n, lease)

    @rule(party=st.sampled_from([*HOUSEHOLDS, LOSS]), n=points)
    def refund(self, party, n):
        self.story.refund(party, n)

    @rule(back=places | st.just(0))
    def reversal(self, back):
        self.story.reverse(back)

    @rule(
        party=households,
        n=points,
        kept=st.integers(0, 9),
        more=st.lists(points, max_size=2),
        again=st.booleans(),
    )
    def spent_award_reversed(self, party, n, kept, more, again):
        """What a household has is spent to the last, an award taken back, and given again."""
        self.award(party, n)
        self.spend(party, max(1, self.story.model.spendable(party) - kept))
        self.reversal(1 if self.story.events[-1][1] is Kind.REDEMPTION else 0)
        for points_ in more:
            self.award(party, points_)
        if again:
            self.reversal(len(more))

    def spend(self, party, n):
        """Spend so many points, or about as many."""
        self.story.redeem(party, n)

    @rule(party=households, n=amounts)
    def expiry(self, party, n):
        self.story.post(Kind.EXPIRY, [(party, "expired", n)])

    @rule(pair=st.permutations(HOUSEHOLDS), n=amounts)
    def household_move(self, pair, n):
        self.story.post(Kind.HOUSEHOLD_MOVE, [(pair[0], pair[1], n)])

    @rule(pair=st.permutations(HOUSEHOLDS), n=points)
    def merging(self, pair, n):
        self.story.merge(pair[0], pair[1], n)

    @rule(lease=leases, party=households, n=points)
    def reserving(self, lease, party, n):
        self.story.reserve(lease, party, n)

    @rule(lease=leases)
    def release(self, lease):
        self.story.release(lease)

    @rule(n=points)
    def loss_of_a_sale(self, n):
        self.story.bear(n)

    @rule(party=households, n=points)
    def loss_for_a_household(self, party, n):
        self.story.post(Kind.LOSS, [(LOSS, party, n)])

    @rule(party=households)
    def departure_with_debt(self, party):
        if owed := self.story.model.owes[party]:
            self.story.post(Kind.LOSS, [(LOSS, f"debt.{party}", owed)])

    @rule(to=money, n=amounts)
    def income(self, to, n):
        self.story.post(Kind.INCOME, [("income.donation", to, n)])

    @rule(pair=st.permutations(["cash", "bank"]), n=points)
    def money_move(self, pair, n):
        self.story.post(Kind.MONEY_MOVE, [(*pair, n)])

    @rule(of=money, n=points, more=st.booleans())
    def count_differs(self, of, n, more):
        found = (f"income.{DIFFERENCE}", of, n) if more else (of, f"spending.{DIFFERENCE}", n)
        self.story.post(Kind.MONEY_MOVE, [found])

    @rule(of=money, n=amounts)
    def disbursement(self, of, n):
        self.story.post(Kind.DISBURSEMENT, [(of, SPENDING, n)])

    @rule(to=money, n=points)
    def payment_return(self, to, n):
        self.story.post(Kind.PAYMENT_RETURN, [(SPENDING, to, n)])

    @rule(n=points, fen=points)
    def settlement_approved(self, n, fen):
        self.story.approve(n, fen)

    @rule(of=money, n=points)
    def settlement_paid(self, of, n):
        self.story.post(Kind.SETTLEMENT_PAID, [(of, "payable.1", n)])

    @rule(hours=st.integers(-48, 48))
    def time_passes(self, hours):
        self.clock.forward(hours=hours)

    @rule(back=places)
    def erasing(self, back):
        self.story.erase(back)

    @rule()
    def sealing(self):
        self.story.seal()
        self.sealed = self.story.remember()

    @precondition(lambda self: self.copy is None)
    @rule()
    def copying(self):
        self.copy = self.copies.take(), self.story.remember(), self.sealed

    @precondition(lambda self: self.copy is not None)
    @rule(seals_too=st.booleans())
    def restoring(self, seals_too):
        """The copy is put back: the books are those of then, and the seals say what is lost.

        Caught up, they are those that were sealed; where the seals were lost too (those of then are
        put back), they stay as they are.
        """
        name, self.story, then_sealed = self.copy
        lost = len(self.sealed.events) > len(self.story.events)
        self.copies.put_back(name)
        self.copy = None
        self.story.check()
        village = self.story.books.village
        assert any(village in each for each in rolled_back()) == lost
        if lost:
            with pytest.raises(LogInconsistent):
                seal_village(village, now=now())
        if lost and seals_too:
            self.copies.put_back_seals(name)
            self.sealed = then_sealed
        elif lost:
            recover(village)
            then, self.story = self.story, self.sealed.remember()
            self.story.caught_up(then)
            self.story.check()
        assert rolled_back() == []

    @invariant()
    def balances_are_the_models(self):
        self.story.check_balances()

    def teardown(self):
        self.story.check()


def play(program: Program, *acts: tuple) -> None:
    """Lead a program through these acts: a rule's name and what it is given."""
    for name, *given_ in acts:
        getattr(program, name)(*given_)
        program.balances_are_the_models()
    program.teardown()


def run_programs(make, programs):
    """Run so many random programs of a machine, each made anew."""
    chosen = settings(
        max_examples=programs,
        stateful_step_count=STEPS,
        print_blob=True,
    )
    run_state_machine_as_test(make, settings=chosen)


def test_any_program_comes_to_what_the_model_says(app, database, clock, copies):
    run_programs(lambda: Program(clock, copies), PROGRAMS[database])


SPENT_THEN_REVERSED_TWICE = [
    ("award", "A", 50),
    ("redemption", "A", 30, None),
    ("reversal", 1),
    ("award", "A", 20),
    ("reversal", 1),
    ("reversal", 0),
    ("refund", "A", 30),
]
REVERSED_ONCE_ONLY = [
    ("award", "A", 50),
    ("reversal", 0),
    ("reversal", 1),
    ("award", "A", 7),
]
PASSED_ON_SPENT_AND_TAKEN_BACK = [
    ("award", "A", 40),
    ("household_move", ("A", "B"), 40),
    ("redemption", "B", 35, None),
    ("reversal", 2),
    ("reversal", 2),
    ("household_move", ("B", "C"), 1),
    ("reversal", 0),
]
HELD_BACK_FROM_A_REVERSAL = [
    ("award", "A", 40),
    ("reserving", "L", "A", 30),
    ("reversal", 0),
    ("release", "L"),
    ("award", "A", 60),
    ("reversal", 0),
]
TAKEN_OVER_WITH_ITS_DEBT = [
    ("award", "A", 40),
    ("redemption", "A", 25, None),
    ("reversal", 1),
    ("award", "B", 30),
    ("merging", ("A", "B"), 1),
    ("loss_for_a_household", "A", 9),
    ("merging", ("A", "B"), 4),
    ("reversal", 0),
    ("departure_with_debt", "A"),
]
SOLD_WITHOUT_SIGNAL = [
    ("award", "C", 30),
    ("reserving", "L", "C", 20),
    ("reserving", "M", "C", 11),
    ("reserving", "M", "C", 10),
    ("redemption", "C", 21, "L"),
    ("redemption", "C", 15, "L"),
    ("reversal", 1),
    ("redemption", "C", 10, "M"),
    ("release", "L"),
    ("release", "M"),
]
RESTORED = [
    ("award", "A", 50),
    ("sealing",),
    ("copying",),
    ("redemption", "A", 20, None),
    ("restoring", False),
    ("redemption", "A", 30, None),
    ("sealing",),
    ("copying",),
    ("reversal", 1),
    ("sealing",),
    ("restoring", True),
    ("award", "B", 5),
    ("sealing",),
]
CAUGHT_UP_WITH_WHAT_WAS_HELD_BACK = [
    ("award", "A", 50),
    ("reserving", "L", "A", 45),
    ("sealing",),
    ("copying",),
    ("redemption", "A", 20, "L"),
    ("erasing", 1),
    ("reversal", 1),
    ("time_passes", -48),
    ("sealing",),
    ("award", "A", 9),
    ("restoring", False),
    ("refund", "A", 12),
    ("sealing",),
    ("copying",),
    ("reversal", 0),
    ("reversal", 0),
    ("sealing",),
    ("restoring", False),
]


KNOWN = {
    "reversed": SPENT_THEN_REVERSED_TWICE,
    "reversed_once": REVERSED_ONCE_ONLY,
    "passed_on": PASSED_ON_SPENT_AND_TAKEN_BACK,
    "held_back": HELD_BACK_FROM_A_REVERSAL,
    "taken_over": TAKEN_OVER_WITH_ITS_DEBT,
    "without_signal": SOLD_WITHOUT_SIGNAL,
    "restored": RESTORED,
    "caught_up": CAUGHT_UP_WITH_WHAT_WAS_HELD_BACK,
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_program_comes_to_what_the_model_says(app, clock, copies, name):
    play(Program(clock, copies), *KNOWN[name])


@settings(
    max_examples=BATCHES,
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
