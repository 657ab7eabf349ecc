"""A village's log to post to, without the rooms above the ledger."""

from dataclasses import dataclass
from datetime import date
from itertools import count
from uuid import UUID, uuid4

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.kinds import Kind
from tests.factories import act

DAY = date(2026, 3, 1)
CADRE = uuid4()
CODES = count(513336900001)


@dataclass(frozen=True)
class Books:
    """A village with some households and one shop: whatever is posted here is its only history."""

    village: str
    households: tuple[str, ...]

    def draft(self, kind, *legs, **fields) -> ledger.Draft:
        return ledger.Draft(village=self.village, kind=kind, occurred_on=DAY, legs=legs, **fields)

    def award(self, household: str, points: int, **fields) -> ledger.Draft:
        fields.setdefault("record", uuid4())
        return self.draft(Kind.AWARD, ledger.give("issuance", household, points), **fields)

    def redemption(self, household: str, points: int) -> ledger.Draft:
        return self.draft(Kind.REDEMPTION, ledger.take(household, "shop.1", points), record=uuid4())

    def household_move(self, giver: str, taker: str, points: int) -> ledger.Draft:
        return self.draft(Kind.HOUSEHOLD_MOVE, ledger.pass_on(giver, taker, points))

    def income(self, fen: int, to: str = "cash") -> ledger.Draft:
        return self.draft(Kind.INCOME, ledger.move("income.donation", to, fen), record=uuid4())

    def reversal(self, event: UUID) -> ledger.Draft:
        return self.draft(Kind.REVERSAL, reverses=event, detail={"reason": "试"})

    def post(self, *drafts: ledger.Draft, actor: UUID | None = CADRE) -> list[ledger.Posted]:
        """Post in a transaction of its own, as a request does."""

        def work() -> list[ledger.Posted]:
            ledger.hold([self.village])
            return ledger.post(list(drafts), actor=actor, now=now())

        return act(work)

    def position(self, household: str) -> ledger.Position:
        db.session.rollback()
        return ledger.positions(self.village, [household])[household]


def open_books(households: int = 2) -> Books:
    """Open a new village's books; its code is one that no other test has."""
    village = str(next(CODES))

    def work() -> tuple[str, ...]:
        ledger.open_village(village)
        ledger.hold([village])
        codes = tuple(ledger.open_household(village) for _ in range(households))
        ledger.open_shop(village)
        ledger.open_purpose(village, "custom")
        return codes

    return Books(village, act(work))
