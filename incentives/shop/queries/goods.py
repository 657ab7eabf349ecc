"""A shop's list, what is low on its shelf, and what things were for how many points since when."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop.models import (
    Good,
    GoodPrice,
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


def goods_of_shop(
    shop_id: UUID, *, on_sale: bool | None = None, day: date | None = None
) -> list[tuple[Good, Stock]]:
    """A shop's goods with what stands on the shelf, by article number; those of a day's season."""
    query = select(Good, Stock).join(Stock).where(Good.shop_id == shop_id).order_by(Good.sku)
    if on_sale is not None:
        query = query.where(Good.on_sale == on_sale)
    if day is not None:
        query = query.where(
            Good.season_from.is_(None) | (Good.season_from <= day),
            Good.season_until.is_(None) | (Good.season_until >= day),
        )
    return [(good, stock) for good, stock in db.session.execute(query)]


def goods_for_village(village: str) -> list[tuple[Good, Stock, Shop]]:
    """What the households of a village can get, by shop and article number."""
    query = (
        select(Good, Stock, Shop)
        .join(Stock)
        .join(Shop, Shop.id == Good.shop_id)
        .join(ShopService, ShopService.shop_id == Shop.id)
        .where(ShopService.village == village, ShopService.ended_at.is_(None), Good.on_sale)
        .order_by(ShopService.number, Good.sku)
    )
    return [(good, stock, shop) for good, stock, shop in db.session.execute(query)]


def is_low() -> ColumnElement[bool]:
    """The condition for a good on sale of which the shelf holds as few as its `low_at` or fewer."""
    return Good.on_sale & Good.voucher_days.is_(None) & (Stock.quantity <= Good.low_at)


def low_goods(shop_id: UUID) -> list[tuple[Good, Stock]]:
    """What a shop is short of, by article number."""
    query = (
        select(Good, Stock).join(Stock).where(Good.shop_id == shop_id, is_low()).order_by(Good.sku)
    )
    return [(good, stock) for good, stock in db.session.execute(query)]


def count_low(village: str) -> int:
    """How many goods the shops that serve a village are short of."""
    query = (
        select(func.count())
        .select_from(Good)
        .join(Stock)
        .join(ShopService, ShopService.shop_id == Good.shop_id)
        .where(ShopService.village == village, is_low())
    )
    return int(db.session.scalar(query) or 0)


def price_history(good_ids: Sequence[UUID]) -> list[GoodPrice]:
    """What these goods were for since when, newest first."""
    return list(
        db.session.scalars(
            select(GoodPrice).where(GoodPrice.good_id.in_(good_ids)).order_by(GoodPrice.id.desc())
        )
    )
