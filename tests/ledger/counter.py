"""A shop beside a village's books: goods on its shelf, sales of several lines, refunds by line.

Sales and refunds are the counter's own operations; everything else in a program stays as it is.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from incentives import ledger
from incentives.access.actor import SYSTEM, Actor, Role
from incentives.cards.models import Card
from incentives.cards.operations import issue_card
from incentives.cards.queries import code_of
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.ledger.kinds import Kind
from incentives.register.operations import open_village, set_policy
from incentives.shop.models import RedemptionLine, Stock, StockOwner, StockSource
from incentives.shop.operations import (
    Item,
    ReturnedLine,
    StockLine,
    add_good,
    by_code,
    open_shop,
    receive_stock,
    redeem,
    refund_redemption,
)
from tests.factories import act, make_household, staff
from tests.ledger.books import CODES, Books
from tests.ledger.copies import name_division
from tests.ledger.model import HOUSEHOLDS
from tests.ledger.story import SHOP, Story

PRICES = {"salt": 3, "oil": 11}
ON_SHELF = 12
LONG_AGO = timedelta(days=366)  # a program's clock also goes back
# Nothing but points and shelf stands in a sale's way.
POLICY = {"pin_above": 10**6, "daily_redemption_cap": 10**6, "refund_days": 366}


@dataclass(frozen=True)
class SoldLine:
    """A line of a sale: whose, of which sale, what, and how many are still out."""

    party: str
    sale: UUID
    good: str
    out: int


@dataclass
class Shop(Story):
    """A story with a counter. `lines` are the sold ones by id, `shelf` what should stand there."""

    shop: UUID = field(default_factory=new_id)
    keeper: Actor | None = None
    goods: dict[str, UUID] = field(default_factory=dict)
    cards: dict[str, UUID] = field(default_factory=dict)
    lines: dict[UUID, SoldLine] = field(default_factory=dict)
    shelf: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PRICES, ON_SHELF))

    def sell(self, party: str, basket: dict[str, int]) -> None:
        """Sell a basket: refused where the household or the shelf has too little."""
        items = [Item(self.goods[good], n) for good, n in basket.items()]
        points = sum(PRICES[good] * n for good, n in basket.items())
        sale = new_id()
        code = code_of(db.session.get_one(Card, self.cards[party]))
        db.session.rollback()

        def post() -> UUID:
            return act(
                lambda: (
                    redeem(
                        redemption_id=sale,
                        village=self.books.village,
                        shop_id=self.shop,
                        shown=by_code(code, now=now()),
                        items=items,
                        actor=self.keeper,
                        now=now(),
                    ).redemption.event_id
                )
            )

        refused = any(n > self.shelf[good] for good, n in basket.items())
        if self.compare(post, Kind.REDEMPTION, [(party, SHOP, points)], refused=refused):
            for line, good in lines_of(sale, self.goods):
                self.lines[line] = SoldLine(party, sale, good, basket[good])
                self.shelf[good] -= basket[good]

    def bring_back(self, back: int, quantity: int) -> None:
        """Bring so many of a sold line back: refused where fewer are out."""
        if not self.lines:
            return
        line_id = list(self.lines)[back % len(self.lines)]
        line = self.lines[line_id]

        def post() -> UUID:
            return act(
                lambda: (
                    refund_redemption(
                        village=self.books.village,
                        redemption_id=line.sale,
                        reason="拿错了",
                        lines=[ReturnedLine(line_id, quantity)],
                        actor=self.keeper,
                        now=now(),
                    ).event_id
                )
            )

        moves = [(SHOP, line.party, quantity * PRICES[line.good])]
        if self.compare(post, Kind.REFUND, moves, refused=quantity > line.out):
            self.lines[line_id] = replace(line, out=line.out - quantity)
            self.shelf[line.good] += quantity

    def caught_up(self, then: Story) -> None:
        """Sales since the copy have no record any more; goods stand as they stood then.

        What came back since stands on the list, and isn't given back again (docs/recovery.md).
        """
        super().caught_up(then)
        self.shelf = dict(then.shelf)
        self.lines = {
            line: sold for line, sold in then.lines.items() if self.lines[line].out == sold.out
        }

    def check_balances(self) -> dict[str, int]:
        """The shelf, and how many of each line came back, are what the story says, too."""
        kept = super().check_balances()
        found = db.session.execute(
            select(Stock.good_id, Stock.quantity).where(Stock.good_id.in_(self.goods.values()))
        )
        assert {row.good_id: row.quantity for row in found} == {
            self.goods[good]: n for good, n in self.shelf.items()
        }
        sold = db.session.scalars(select(RedemptionLine).where(RedemptionLine.id.in_(self.lines)))
        out = {line.id: line.quantity - line.refunded for line in sold}
        assert out == {line: each.out for line, each in self.lines.items()}
        return kept


def lines_of(sale: UUID, goods: dict[str, UUID]) -> list[tuple[UUID, str]]:
    """A sale's lines with the goods that they are."""
    names = {good: name for name, good in goods.items()}
    rows = db.session.execute(
        select(RedemptionLine.id, RedemptionLine.good_id)
        .where(RedemptionLine.redemption_id == sale)
        .order_by(RedemptionLine.line)
    )
    return [(row.id, names[row.good_id]) for row in rows]


def open_counter() -> Shop:
    """A village of its own with three households, their cards, and a shop with salt and oil."""
    village = str(next(CODES))

    def open_it() -> None:
        name_division(village)
        open_village(village=village, actor=SYSTEM, now=now())
        ledger.hold([village])
        ledger.open_purpose(village, "custom")
        set_policy(
            village=village,
            values=POLICY,
            effective_on=None,
            resolution="test",
            actor=SYSTEM,
            now=now() - LONG_AGO,
        )

    act(open_it)
    homes = [make_household(village, door=party) for party in HOUSEHOLDS]
    story = Shop(Books(village, tuple(home.account_code for home in homes)))
    for party, home in zip(HOUSEHOLDS, [home.id for home in homes], strict=True):
        story.cards[party] = act(
            lambda home=home: (
                issue_card(village=village, household_id=home, actor=SYSTEM, now=now()).id
            )
        )
    story.keeper = staff(Role.SHOPKEEPER, village)
    act(lambda: fill(story))
    return story


def fill(story: Shop) -> None:
    """Open the shop, and put its goods on the shelf."""
    story.shop = open_shop(
        division=story.books.village,
        name="积分超市",
        stock_owner=StockOwner.VILLAGE,
        serves=[story.books.village],
        actor=SYSTEM,
        now=now(),
    ).id
    for name, price in PRICES.items():
        story.goods[name] = add_good(
            shop_id=story.shop,
            sku=name,
            category="daily",
            name_zh=name,
            unit="bag",
            price_points=price,
            cost_fen=price * 90,
            actor=SYSTEM,
            now=now(),
        ).id
    stock = [StockLine(good, ON_SHELF) for good in story.goods.values()]
    receive_stock(
        shop_id=story.shop, source=StockSource.PURCHASE, lines=stock, actor=SYSTEM, now=now()
    )
