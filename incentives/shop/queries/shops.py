"""Shops by village and by id."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from incentives.access.actor import Actor, Role
from incentives.errors import NotFound
from incentives.extensions import db
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


def shops_of_village(village: str) -> list[Shop]:
    """The shops that serve a village, in the order of their numbers there."""
    return list(
        db.session.scalars(
            select(Shop)
            .join(ShopService)
            .where(ShopService.village == village)
            .order_by(ShopService.number)
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
    return any(actor.has_role(Role.SHOPKEEPER, shop.division) for shop in shops_of_village(village))


def villages_served(shop_id: UUID) -> list[str]:
    """The codes of the villages that a shop serves, in order."""
    return list(
        db.session.scalars(
            select(ShopService.village)
            .where(ShopService.shop_id == shop_id)
            .order_by(ShopService.village)
        )
    )


def division_of_shop(*, shop_id: UUID, **_arguments: object) -> str:
    """The division that a shop belongs to: where its staff need their roles."""
    return find_shop(shop_id).division
