"""A village's shop with goods on its shelf, and a household with points and a card."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from werkzeug.test import TestResponse

from incentives import ledger
from incentives.access.actor import SYSTEM
from incentives.cards.operations import issue_card
from incentives.cards.queries import code_of
from incentives.clock import now
from incentives.database import new_id
from incentives.ledger.kinds import Kind
from incentives.register.models import Household
from incentives.shop import operations
from incentives.shop.models import StockOwner, StockSource
from tests.factories import VILLAGE, act, make_household
from tests.site import Site

PIN = "246813"
SOAP, OIL = 10, 45  # what one costs, in points


@dataclass
class Shopper:
    """A household at the counter."""

    household: UUID
    account: str
    card: UUID
    code: str
    number: str


@dataclass
class Counter:
    """The shop: its id and those of its goods by article number."""

    site: Site
    shop: UUID
    goods: dict[str, UUID]

    def lines(self, **quantities: int) -> list[dict[str, Any]]:
        """Lines of a redemption, by article number."""
        return [
            {"good_id": str(self.goods[sku]), "quantity": quantity}
            for sku, quantity in quantities.items()
        ]

    def body(self, shopper: Shopper, *, pin: str | None = None, **more: Any) -> dict[str, Any]:
        """What is sent to redeem: quantities by article number, other fields by their names."""
        quantities = {sku: more.pop(sku) for sku in self.goods if sku in more}
        body = {"shop_id": str(self.shop), "lines": self.lines(**quantities)}
        if "scan_id" not in more:
            body["card_code"] = shopper.code
        return body | ({} if pin is None else {"pin": pin}) | more

    def redeem(
        self, shopper: Shopper, *, who: str = "shopkeeper", key: str | None = None, **sale: Any
    ) -> TestResponse:
        """Redeem by HTTP."""
        return self.site.call(
            who,
            "POST",
            f"/villages/{VILLAGE}/redemptions",
            self.body(shopper, **sale),
            key=key or str(new_id()),
        )

    def sold(self, shopper: Shopper, **sale: Any) -> dict[str, Any]:
        """Redeem, and the receipt."""
        answer = self.redeem(shopper, **sale)
        assert answer.status_code == 201, answer.text
        return answer.json

    def refused(self, shopper: Shopper, **sale: Any) -> str:
        """Redeem, and the name of the refusal."""
        return problem(self.redeem(shopper, **sale))

    def refund(self, sale: dict[str, Any], *, who: str = "shopkeeper", **body: Any) -> TestResponse:
        """Take goods back."""
        path = f"/villages/{VILLAGE}/redemptions/{sale['id']}/refund"
        return self.site.call(who, "POST", path, {"reason": "拿错了"} | body)

    def move(self, kind: str, *, who: str = "shopkeeper", **more: Any) -> TestResponse:
        """Enter a stock movement: quantities by article number, other fields by their names."""
        quantities = {sku: more.pop(sku) for sku in self.goods if sku in more}
        back_to = {"supplier": "县供销社"} if kind == "return" else {}
        body = {"kind": kind, "lines": self.lines(**quantities)} | back_to | more
        return self.site.call(who, "POST", f"/shops/{self.shop}/stock-movements", body)

    def shelf(self) -> dict[str, int]:
        """What stands on the shelf, by article number."""
        goods = self.site.call("shopkeeper", "GET", f"/shops/{self.shop}/stock").json["items"]
        return {each["sku"]: each["quantity"] for each in goods}


def problem(answer: TestResponse) -> str:
    """The name of a refusal."""
    assert answer.status_code >= 400, answer.text
    return str(answer.json["type"]).removeprefix("/problems/")


def give_points(account: str, points: int) -> UUID:
    """Post an award to a household's account; its event."""

    def work() -> UUID:
        ledger.hold([VILLAGE])
        leg = ledger.give("issuance", account, points)
        award = ledger.Draft(
            village=VILLAGE,
            kind=Kind.AWARD,
            occurred_on=date(2026, 3, 1),
            legs=[leg],
            record=uuid4(),
        )
        return ledger.post([award], actor=uuid4(), now=now())[0].id

    return act(work)


def take_back(event: UUID) -> None:
    """Reverse an award."""

    def work() -> None:
        ledger.hold([VILLAGE])
        draft = ledger.reversal(
            village=VILLAGE,
            reverses=event,
            record=uuid4(),
            reason="登记错了",
            occurred_on=date(2026, 3, 1),
        )
        ledger.post([draft], actor=uuid4(), now=now())

    act(work)


def make_counter(site: Site, owner: StockOwner = StockOwner.VILLAGE, **stock: int) -> Counter:
    """Open the village's shop with soap for 10 points and oil for 45, 20 of each unless said."""
    with site.app.app_context():
        shop = act(
            lambda: (
                operations.open_shop(
                    division=VILLAGE,
                    name="积分超市",
                    stock_owner=owner,
                    serves=[VILLAGE],
                    actor=SYSTEM,
                    now=now(),
                ).id
            )
        )
        goods = {
            "soap": act(lambda: add_good(shop, "soap", "香皂", SOAP)),
            "oil": act(lambda: add_good(shop, "oil", "菜油", OIL)),
        }
        source = StockSource.PURCHASE if owner is StockOwner.VILLAGE else StockSource.SHOPKEEPER
        held = {sku: stock.get(sku, 20) for sku in goods}
        filled = [operations.StockLine(goods[sku], held[sku]) for sku in goods if held[sku]]
        act(
            lambda: (
                operations.receive_stock(
                    shop_id=shop, source=source, lines=filled, actor=SYSTEM, now=now()
                ).id
            )
        )
    return Counter(site, shop, goods)


def add_good(shop: UUID, sku: str, name: str, price: int) -> UUID:
    """Put a good on the list."""
    good = operations.add_good(
        shop_id=shop,
        sku=sku,
        category="daily",
        name_zh=name,
        unit="件",
        price_points=price,
        cost_fen=price * 90,
        actor=SYSTEM,
        now=now(),
    )
    return good.id


def make_shopper(site: Site, points: int = 200, *, pin: str | None = PIN) -> Shopper:
    """A household with points, and a card with a PIN."""
    with site.app.app_context():
        household = make_household()
        if points:
            give_points(household.account_code, points)
        return shopper_of(household, pin)


def shopper_of(household: Household, pin: str | None) -> Shopper:
    """A household with a new card."""
    household_id, account = household.id, household.account_code

    def work() -> Shopper:
        card = issue_card(
            village=VILLAGE, household_id=household_id, pin=pin, actor=SYSTEM, now=now()
        )
        return Shopper(household_id, account, card.id, code_of(card), card.number)

    return act(work)
