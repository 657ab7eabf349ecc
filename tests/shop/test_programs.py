"""Whatever households earn, lose, buy and bring back by line, in whatever order: each has what a
model of a few lines says, and the shelf holds what wasn't handed out.

The shop beside `tests/ledger/test_properties.py`, where a village's books are put back and caught
up with. `make prove` tries many more programs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from incentives import ledger
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.ledger.kinds import Kind
from incentives.shop import operations
from incentives.shop.models import RedemptionLine, Stock, StockSource
from tests import proving
from tests.factories import VILLAGE, act, make_household
from tests.ledger.books import Books
from tests.ledger.model import HOUSEHOLDS
from tests.ledger.story import SHOP, Story
from tests.ledger.test_properties import run_programs
from tests.shop.settling import OIL, SOAP, Trade

PROGRAMS = {
    "sqlite": proving.scaled(1_000, least=6),
    "postgresql": proving.scaled(1_000, least=4),
}
PRICES = {"soap": SOAP, "oil": OIL}
SHELF = 50_000

points = st.integers(1, 120)
households = st.sampled_from(HOUSEHOLDS)
quantities = st.integers(1, 3)
skus = st.sampled_from(sorted(PRICES))
places = st.integers(0, 8)  # how many back


@dataclass
class Sale:
    """What a household took home, and how many of each line it still may bring back."""

    party: str
    redemption: UUID
    left: dict[str, int]


class Shopping(RuleBasedStateMachine):
    """Three households of one village at its shop."""

    def __init__(self, trade: Trade) -> None:
        super().__init__()
        self.trade = trade
        homes = [make_household(VILLAGE) for _ in HOUSEHOLDS]
        self.story = Story(Books(VILLAGE, tuple(home.account_code for home in homes)))
        self.cards = {
            party: act(lambda home=home: trade.issue(home))
            for party, home in zip(HOUSEHOLDS, homes, strict=True)
        }
        self.sales: list[Sale] = []
        self.shelf = self.shelf_now()

    @rule(party=households, n=points)
    def award(self, party, n):
        self.story.post(Kind.AWARD, [("issuance", party, n)])

    @rule(back=places)
    def reversal(self, back):
        """Of spent points too, and of a reversal."""
        self.story.reverse(back)

    @rule(party=households, n=points)
    def expiry(self, party, n):
        self.story.post(Kind.EXPIRY, [(party, "expired", n)])

    @rule(pair=st.permutations(HOUSEHOLDS), n=points)
    def household_move(self, pair, n):
        self.story.merge(pair[0], pair[1], n)

    @rule(party=households, soap=quantities, oil=st.integers(0, 2))
    def redemption(self, party, soap, oil):
        taken = {"soap": soap, "oil": oil} if oil else {"soap": soap}
        worth = sum(PRICES[sku] * quantity for sku, quantity in taken.items())
        sale = new_id()
        if self.story.compare(
            self.redeeming(sale, party, taken), Kind.REDEMPTION, [(party, SHOP, worth)]
        ):
            self.sales.append(Sale(party, sale, dict(taken)))
            self.take(taken)

    @precondition(lambda self: self.sales)
    @rule(back=places, sku=skus, quantity=quantities)
    def refund_of_a_line(self, back, sku, quantity):
        sale = self.sales[-1 - back % len(self.sales)]
        if sku in sale.left:
            self.bring_back(sale, {sku: quantity})

    @precondition(lambda self: self.sales)
    @rule(back=places)
    def refund_of_the_rest(self, back):
        sale = self.sales[-1 - back % len(self.sales)]
        self.bring_back(sale, {sku: left for sku, left in sale.left.items() if left})

    def bring_back(self, sale: Sale, returned: dict[str, int]) -> None:
        """More than is still out must be refused, and nothing at all."""
        refused = not returned or any(n > sale.left[sku] for sku, n in returned.items())
        worth = sum(PRICES[sku] * quantity for sku, quantity in returned.items())
        moves = [(SHOP, sale.party, worth)]
        post = self.refunding(sale.redemption, returned)
        if self.story.compare(post, Kind.REFUND, moves, refused=refused):
            for sku, quantity in returned.items():
                sale.left[sku] -= quantity
            self.take({sku: -quantity for sku, quantity in returned.items()})

    def take(self, taken: dict[str, int]) -> None:
        """The shelf holds that much less."""
        for sku, quantity in taken.items():
            self.shelf[sku] -= quantity

    def redeeming(self, sale: UUID, party: str, taken: dict[str, int]) -> Callable[[], UUID]:
        """Hands goods over; the event."""

        def work() -> UUID:
            return operations.redeem(
                redemption_id=sale,
                village=VILLAGE,
                shop_id=self.trade.shop,
                shown=operations.by_code(self.cards[party], now=now()),
                items=[operations.Item(self.trade.goods[sku], n) for sku, n in taken.items()],
                actor=self.trade.keeper,
                now=now(),
            ).redemption.event_id

        return lambda: act(work)

    def refunding(self, redemption: UUID, returned: dict[str, int]) -> Callable[[], UUID | None]:
        """Takes goods back, all that is out where none are named; the event."""
        lines = [
            operations.ReturnedLine(line.id, returned[sku])
            for sku, line in self.lines_of(redemption).items()
            if sku in returned
        ]

        def work() -> UUID | None:
            return operations.refund_redemption(
                village=VILLAGE,
                redemption_id=redemption,
                reason="拿错了",
                lines=lines or None,
                actor=self.trade.keeper,
                now=now(),
            ).event_id

        return lambda: act(work)

    def lines_of(self, redemption: UUID) -> dict[str, RedemptionLine]:
        """A sale's lines, by article number."""
        by_good = {good: sku for sku, good in self.trade.goods.items()}
        db.session.rollback()
        found = select(RedemptionLine).where(RedemptionLine.redemption_id == redemption)
        return {by_good[each.good_id]: each for each in db.session.scalars(found)}

    def shelf_now(self) -> dict[str, int]:
        """What stands on the shelf, by article number."""
        db.session.rollback()
        return {
            sku: db.session.get_one(Stock, good).quantity for sku, good in self.trade.goods.items()
        }

    @invariant()
    def everything_is_the_models(self):
        assert self.shelf_now() == self.shelf
        codes = self.story.codes
        held = ledger.positions(VILLAGE, list(codes.values()))
        for party, code in codes.items():
            owns = (self.story.model.has[party], self.story.model.owes[party])
            assert (held[code].balance, held[code].debt) == owns

    def teardown(self):
        for sale in self.sales:
            lines = self.lines_of(sale.redemption)
            assert {sku: line.quantity - line.refunded for sku, line in lines.items()} == sale.left


def test_any_program_at_the_shop_comes_to_what_the_model_says(trade, database):
    act(
        lambda: (
            operations.receive_stock(
                shop_id=trade.shop,
                source=StockSource.SHOPKEEPER,
                lines=[operations.StockLine(good, SHELF) for good in trade.goods.values()],
                actor=trade.keeper,
                now=now(),
            ).id
        )
    )
    run_programs(lambda: Shopping(trade), PROGRAMS[database])
    assert audit(VILLAGE) == []
