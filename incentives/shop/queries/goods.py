"""A shop's list."""

from uuid import UUID

from sqlalchemy import select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop.models import (
    Good,
    Shop,
    ShopService,
    Stock,
)


def find_good(shop_id: UUID, good_id: UUID) -> Good:
    """A good on the list of that shop."""
    good = db.session.get(Good, good_id)
    if good is None or good.shop_id != shop_id:
        raise NotFound()
    return good


def goods_of_shop(shop_id: UUID, *, on_sale: bool | None = None) -> list[tuple[Good, Stock]]:
    """A shop's goods with what stands on the shelf, by article number."""
    query = select(Good, Stock).join(Stock).where(Good.shop_id == shop_id).order_by(Good.sku)
    if on_sale is not None:
        query = query.where(Good.on_sale == on_sale)
    return [(good, stock) for good, stock in db.session.execute(query)]


def goods_for_village(village: str) -> list[tuple[Good, Stock, Shop]]:
    """What the households of a village can get, by shop and article number."""
    query = (
        select(Good, Stock, Shop)
        .join(Stock)
        .join(Shop, Shop.id == Good.shop_id)
        .join(ShopService, ShopService.shop_id == Shop.id)
        .where(ShopService.village == village, Good.on_sale)
        .order_by(ShopService.number, Good.sku)
    )
    return [(good, stock, shop) for good, stock, shop in db.session.execute(query)]
