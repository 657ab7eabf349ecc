"""The ledger and the model, led through the same acts: what one refuses, the other must refuse."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select

from incentives import ledger
from incentives.clock import now
from incentives.errors import (
    AlreadyReversed,
    InsufficientFunds,
    InsufficientPoints,
    OutOfStock,
    WrongState,
)
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.ledger.kinds import CEILING_ZERO, FLOOR_ZERO, REVERSIBLE, Kind, kind_of
from incentives.ledger.models import Erasure, Event, EventDetail, Transfer
from incentives.ledger.seals import seal_village
from tests.factories import act
from tests.ledger.books import CADRE, Books, open_books
from tests.ledger.model import HOUSEHOLDS, Model, Moves, Refused

REFUSALS = (AlreadyReversed, InsufficientFunds, InsufficientPoints, OutOfStock, WrongState)
LEASES = {"L": UUID(int=1), "M": UUID(int=2)}
SHOP, LOSS, SPENDING, DIFFERENCE = "shop.1", "offline_loss", "spending.custom", "difference"
PERSONS = (CADRE, uuid4(), uuid4())
DETAILS = {
    Kind.AWARD: {"rule_item": "PA01", "name": "巡防", "quantity": 2, "points": 6},
    Kind.REDEMPTION: {"goods": [{"sku": "S1", "name": "盐", "quantity": 1, "points": 5}]},
    Kind.INCOME: {"source": "donation", "voucher": "07-1"},
}


@dataclass
class Story:
    """A village's books and what the model says of them. `sold` is what each household may get back
    from the shop."""

    books: Books
    model: Model = field(default_factory=Model)
    events: list[tuple[UUID, Kind, Moves]] = field(default_factory=list)
    reversed: set[UUID] = field(default_factory=set)
    sold: Counter[str] = field(default_factory=Counter)
    person: UUID = CADRE
    approver: UUID | None = None

    @property
    def codes(self) -> dict[str, str]:
        return dict(zip(HOUSEHOLDS, self.books.households, strict=True))

    def remember(self) -> "Story":
        """The story as it stands, to go back to."""
        return deepcopy(self)

    def leg(self, giver: str, taker: str, amount: int, lease: str | None = None) -> object:
        """The leg of a move between parties."""
        codes = self.codes
        if giver.startswith("debt.") or (giver == LOSS and taker.startswith("debt.")):
            names = (
                f"debt.{codes[each[5:]]}" if "debt." in each else each for each in (giver, taker)
            )
            return ledger.move(*names, amount)
        if giver in codes and taker in codes:
            return ledger.pass_on(codes[giver], codes[taker], amount)
        if giver in codes:
            held_by = None if lease is None else LEASES[lease]
            return ledger.take(codes[giver], taker, amount, held_by)
        if taker in codes:
            return ledger.give(giver, codes[taker], amount)
        return ledger.move(giver, taker, amount)

    def post(self, kind: Kind, moves: Moves, *, lease: str | None = None) -> bool:
        """Post one event: what the model refuses must be refused, and nothing else."""
        legs = [self.leg(*move, lease) for move in moves]
        draft = self.books.draft(
            kind, *legs, record=uuid4(), approver=self.approver, detail=DETAILS.get(kind)
        )
        return self.compare(self.posting(draft), kind, moves, lease=lease)

    def posting(self, draft: ledger.Draft) -> Callable[[], UUID]:
        """Posts a draft; the event's id."""
        return lambda: self.books.post(draft, actor=self.person)[0].id

    def compare(
        self,
        post: Callable[[], UUID],
        kind: Kind,
        moves: Moves,
        *,
        refused: bool = False,
        lease: str | None = None,
    ) -> bool:
        """Whether both took it, the model and what posts; fails where only one did."""
        try:
            if refused:
                raise Refused
            self.model.apply(moves, by_reversal=kind is Kind.REVERSAL, lease=lease)
        except Refused:
            with pytest.raises(REFUSALS):
                post()
            return False
        self.events.append((post(), kind, moves))
        return True

    def redeem(self, party: str, points: int, lease: str | None = None) -> None:
        """A sale, without signal under a lease."""
        if self.post(Kind.REDEMPTION, [(party, SHOP, points)], lease=lease):
            self.sold[party] += points

    def bear(self, points: int) -> None:
        """The village bears a sale that no household paid."""
        if self.post(Kind.LOSS, [(LOSS, SHOP, points)]):
            self.sold[LOSS] += points

    def refund(self, party: str, points: int) -> None:
        """Lines of what a household bought, or of what the village bore, come back."""
        back = min(points, self.sold[party])
        if back and self.post(Kind.REFUND, [(SHOP, party, back)]):
            self.sold[party] -= back

    def merge(self, giver: str, taker: str, points: int) -> None:
        """One household goes into another, with what it owes."""
        owed = self.model.owes[giver]
        moves = [(f"debt.{taker}", f"debt.{giver}", owed)] if owed else []
        self.post(Kind.HOUSEHOLD_MOVE, [*moves, (giver, taker, points)])

    def approve(self, points: int, fen: int) -> None:
        """A settlement's approval."""
        settled = [(SHOP, "settled.1", points), ("payable.1", "spending.settlement", fen)]
        self.post(Kind.SETTLEMENT_APPROVED, settled)

    def reverse(self, back: int) -> None:
        """Reverse the event so many places back: awards, spent or not, and reversals too."""
        if not self.events:
            return
        event, kind, moves = self.events[-1 - back % len(self.events)]
        undone = [(taker, giver, amount) for giver, taker, amount in reversed(moves)]
        refused = event in self.reversed or kind not in REVERSIBLE
        post = self.posting(self.books.reversal(event))
        if self.compare(post, Kind.REVERSAL, undone, refused=refused):
            self.reversed.add(event)

    def reserve(self, lease: str, party: str, points: int) -> None:
        """A lease holds points back, once it holds none of this household."""
        village = self.books.village
        if (lease, party) in self.model.held:
            return

        def work() -> None:
            ledger.hold([village])
            back = {self.codes[party]: points}
            ledger.reserve(village, LEASES[lease], back, ends_at=now())

        try:
            self.model.hold_back(lease, party, points)
        except Refused:
            with pytest.raises(InsufficientPoints):
                act(work)
        else:
            act(work)

    def release(self, lease: str) -> None:
        """A lease ends, and with it what its households owe is paid."""
        due, village = self.model.let_go(lease), self.books.village

        def work() -> list[ledger.Posted]:
            ledger.hold([village])
            ledger.release(village, LEASES[lease])
            drafts = [
                self.books.draft(
                    Kind.DEBT_PAYMENT,
                    ledger.take(self.codes[party], f"debt.{self.codes[party]}", points),
                )
                for party, _debt, points in due
            ]
            return ledger.post(drafts, actor=None, now=now()) if drafts else []

        self.pay_debts([each.id for each in act(work)], due)

    def pay_debts(self, events: list[UUID], due: Moves) -> None:
        """What these events paid of what households owed."""
        assert len(events) == len(due)
        for event, (party, debt, points) in zip(events, due, strict=True):
            self.model.pay_debt(party, points)
            self.events.append((event, Kind.DEBT_PAYMENT, [(party, debt, points)]))

    def caught_up(self, then: "Story") -> None:
        """The books are as they were sealed, and all leases have ended; `then` is the copy's."""
        rest = (
            select(Event.id)
            .where(Event.village == self.books.village, Event.seq >= len(self.events))
            .order_by(Event.seq)
        )
        due = sorted(self.model.let_go(), key=lambda move: self.codes[move[0]])
        self.pay_debts(list(db.session.scalars(rest)), due)

    def erase(self, back: int) -> None:
        """Erase the detail of an event, on record."""
        if not self.events:
            return
        event = self.events[-1 - back % len(self.events)][0]

        def work() -> None:
            here = EventDetail.event_id == event
            if db.session.scalar(select(func.count()).where(here)):
                db.session.execute(delete(EventDetail).where(here))
                db.session.execute(
                    insert(Erasure).values(event_id=event, at=now(), actor=CADRE, ground="wish")
                )

        act(work)

    def seal(self) -> None:
        """Sign what there is."""
        seal_village(self.books.village, now=now())

    def check_balances(self) -> dict[str, int]:
        """Every account is what the model says, and each unit adds up to zero."""
        db.session.rollback()
        rows = ledger.trial_balance(self.books.village)
        kept = {each.code: each.balance for each in rows}
        assert {code: n for code, n in kept.items() if n} == self.model.accounts(self.codes)
        for unit in ledger.Unit:
            assert sum(each.balance for each in rows if each.unit == unit) == 0
        for party, code in self.codes.items():
            assert self.books.position(code).spendable == self.model.spendable(party)
        return kept

    def check(self) -> None:
        """Everything that must hold at the end, each by its own reading of the tables."""
        kept = self.check_balances()
        assert kept == sums_of_history(self.books.village, kept)
        assert all(n >= 0 for code, n in kept.items() if kind_of(code) in FLOOR_ZERO)
        assert all(n <= 0 for code, n in kept.items() if kind_of(code) in CEILING_ZERO)
        assert audit(self.books.village) == []
        for code in self.books.households:
            check_statement(self.books.village, code, kept)


def check_statement(village: str, code: str, kept: dict[str, int]) -> None:
    """Each line's balance is the one before with its points, and the last is the account's."""
    lines, after = [], None
    while True:
        page = ledger.statement(village, code, query={"limit": 3, "after": after})
        lines += page["items"]
        after = page["next"]
        if after is None:
            break
    assert lines == ledger.statement(village, code, query={"limit": 500})["items"]
    for of_debt, account in ((False, f"h.{code}"), (True, f"debt.{code}")):
        running = 0
        for line in reversed([each for each in lines if each.of_debt == of_debt]):
            running += line.points
            assert line.balance_after == running
        assert running == kept[account]


def sums_of_history(village: str, codes: dict[str, int]) -> dict[str, int]:
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


def random_story(rng: Random, clock, acts: int = 14) -> Story:
    """A history of a village of its own, other for each seed; it has something of everything that
    a tampering needs: a detail, an erasure, an allowance, a seal."""
    story = Story(open_books(len(HOUSEHOLDS)))

    def one() -> str:
        return rng.choice(HOUSEHOLDS)

    def points() -> int:
        return rng.randint(1, 60)

    def act_once() -> None:
        story.person, story.approver = rng.choice(PERSONS), rng.choice((None, *PERSONS))
        clock.forward(minutes=rng.randint(-60, 600))
        rng.choice(
            [
                lambda: story.post(Kind.AWARD, [("issuance", one(), points())]),
                lambda: story.redeem(one(), points()),
                lambda: story.refund(one(), points()),
                lambda: story.reverse(rng.randrange(6)),
                lambda: story.merge(*rng.sample(HOUSEHOLDS, 2), points()),
                lambda: story.bear(points()),
                lambda: story.post(Kind.EXPIRY, [(one(), "expired", points())]),
                lambda: story.post(Kind.INCOME, [("income.donation", "cash", points())]),
                lambda: story.post(Kind.MONEY_MOVE, [("cash", "bank", points())]),
                lambda: story.post(Kind.DISBURSEMENT, [("cash", SPENDING, points())]),
                lambda: story.approve(points(), points()),
                lambda: story.reserve("L", one(), points()),
                lambda: story.release("L"),
                lambda: story.seal(),
            ]
        )()

    story.approver = PERSONS[1]
    for party in HOUSEHOLDS:
        story.post(Kind.AWARD, [("issuance", party, 20 + points())])
    story.post(Kind.INCOME, [("income.donation", "cash", 50 + points())])
    story.redeem("A", 9)
    story.reverse(3 + rng.randrange(2))
    for _ in range(acts):
        act_once()
    story.erase(len(story.events) - 1)
    story.post(Kind.AWARD, [("issuance", "B", 300)])
    story.reserve("M", "B", points())
    story.post(Kind.AWARD, [("issuance", "C", points())])
    story.seal()
    return story
