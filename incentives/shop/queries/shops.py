"""Shops by village and by id."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select

from incentives.access.actor import Actor
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop.keeping import keeps
from incentives.shop.models import (
    Shop,
    ShopService,
)


def find_shop(shop_id: UUID) -> Shop:
    """A shop by id; refuses one that isn't there."""
    shop = db.session.get(Shop, shop_id)
    if shop is None:
        raise NotFound()
    return shop


def shops_of_village(village: str, *, also_left: bool = False) -> list[Shop]:
    """The shops that serve a village, in the order of their numbers there.

    `also_left` adds those that served it once, behind the others.
    """
    query = (
        select(Shop)
        .join(ShopService)
        .where(ShopService.village == village)
        .order_by(ShopService.ended_at.is_not(None), ShopService.number)
    )
    if not also_left:
        query = query.where(ShopService.ended_at.is_(None))
    return list(db.session.scalars(query))


def shops_of_villages(villages: Sequence[str]) -> list[tuple[Shop, str]]:
    """The shops that serve or served villages, each with its village, in the order of both.

    Those that a village isn't served by any more stand behind the others of it.
    """
    query = (
        select(Shop, ShopService.village)
        .join(ShopService)
        .where(ShopService.village.in_(villages))
        .order_by(ShopService.ended_at.is_not(None), ShopService.number)
    )
    found = [(shop, village) for shop, village in db.session.execute(query)]
    place = {code: index for index, code in enumerate(villages)}
    return sorted(found, key=lambda each: place[each[1]])


def shops_near(village: str, township: str) -> list[Shop]:
    """The shops that serve a village or did, and those of its township, by division."""
    serve = select(ShopService.shop_id).where(ShopService.village == village)
    return list(
        db.session.scalars(
            select(Shop)
            .where(or_(Shop.id.in_(serve), Shop.division == township))
            .order_by(Shop.division, Shop.id)
        )
    )


def shops_in(divisions: Sequence[str]) -> list[Shop]:
    """The shops that belong to these divisions or to what lies below them, by division."""
    if not divisions:
        return []
    below = [Shop.division.startswith(code, autoescape=True) for code in divisions]
    condition = below[0]
    for each in below[1:]:
        condition |= each
    return list(db.session.scalars(select(Shop).where(condition).order_by(Shop.division, Shop.id)))


def serves_village(actor: Actor, village: str) -> bool:
    """Whether the actor keeps a shop that serves a village."""
    return any(keeps(actor, shop) for shop in shops_of_village(village))


def villages_served(shop_id: UUID) -> list[str]:
    """The codes of the villages that a shop serves, in order."""
    return [each.village for each in services_of(shop_id) if each.ended_at is None]


def villages_ever_served(shop_id: UUID) -> list[str]:
    """The codes of the villages in which a shop has accounts, in order."""
    return [each.village for each in services_of(shop_id)]


def services_of(shop_id: UUID) -> list[ShopService]:
    """A shop's service of each village that it serves or served, by village, as it now is."""
    return list(
        db.session.scalars(
            select(ShopService)
            .where(ShopService.shop_id == shop_id)
            .order_by(ShopService.village)
            .execution_options(populate_existing=True)
        )
    )
