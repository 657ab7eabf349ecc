"""Goods and cards as pages show them."""

from dataclasses import dataclass
from uuid import UUID

from incentives.cards.models import Card
from incentives.cards.queries import holder_names
from incentives.extensions import db
from incentives.register.queries import masked
from incentives.shop.models import (
    Good,
    Redemption,
    Stock,
)
from incentives.shop.words import in_language, unit_word


@dataclass(frozen=True)
class GoodView:
    """A good as pages show it, named in the reader's language."""

    id: UUID
    sku: str
    barcode: str | None
    name: str
    unit: str
    price_points: int
    cost_fen: int
    household_cap: int | None
    quantity: int
    on_sale: bool


def good_view(good: Good, stock: Stock) -> GoodView:
    """A good and what stands on the shelf."""
    return GoodView(
        id=good.id,
        sku=good.sku,
        barcode=good.barcode,
        name=in_language(good.name_zh, good.name_en),
        unit=unit_word(good.unit),
        price_points=good.price_points,
        cost_fen=good.cost_fen,
        household_cap=good.household_cap,
        quantity=stock.quantity,
        on_sale=good.on_sale,
    )


def holders_of(redemptions: list[Redemption]) -> dict[UUID, str]:
    """Whose card each sale was by, masked."""
    ids = {each.card_id for each in redemptions}
    cards = [card for card in (db.session.get(Card, each) for each in ids) if card is not None]
    names = holder_names(cards)
    return {each.id: masked(names.get(each.card_id, "")) for each in redemptions}
