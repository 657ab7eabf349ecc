"""Shops and what they offer. Prices and costs are set by those who don't keep the shop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor, Role
from incentives.access.permissions import require
from incentives.errors import Duplicate, FieldError, Invalid, NotPermitted
from incentives.extensions import db
from incentives.shop.models import Good, Shop, ShopService, Stock, StockOwner
from incentives.shop.queries import find_good, find_shop

VILLAGE_CODE_LENGTH = 12


def open_shop(
    *,
    division: str,
    name: str,
    stock_owner: StockOwner,
    serves: Sequence[str],
    bad_signal: bool = False,
    actor: Actor,
    now: datetime,
) -> Shop:
    """Open a points supermarket and its accounts in each village that it serves.

    A village's shop serves that village; a township's serves villages of that township, and its
    stock is the shopkeeper's (domain.md, Shop). Refuses any other combination.
    """
    require(actor, "shop.open", division)
    villages = sorted(set(serves))
    if not villages or any(
        len(code) != VILLAGE_CODE_LENGTH or not code.startswith(division) for code in villages
    ):
        raise Invalid(errors=[FieldError("/serves", _("A shop serves villages of its division"))])
    if len(division) < VILLAGE_CODE_LENGTH and stock_owner is StockOwner.VILLAGE:
        raise Invalid(
            errors=[FieldError("/stock_owner", _("A township shop's stock is the shopkeeper's"))]
        )
    shop = Shop(
        division=division,
        name=name,
        stock_owner=stock_owner,
        bad_signal=bad_signal,
        opened_at=now,
        opened_by=actor.person,
    )
    db.session.add(shop)
    db.session.flush()
    ledger.hold(villages)
    for village in villages:
        number = ledger.open_shop(village)
        db.session.add(ShopService(shop_id=shop.id, village=village, number=number))
    audit.record(actor, audit.Tag.SHOP_OPENED, village=division, subject=shop.id, now=now)
    db.session.flush()
    return shop


def require_pricing(actor: Actor, shop: Shop) -> None:
    """Let through whoever sets goods, prices and costs: never of a shop that they keep."""
    require(actor, "good.set", shop.division)
    if actor.has_role(Role.SHOPKEEPER, shop.division):
        raise NotPermitted(_("Whoever keeps a shop doesn't set its prices"))


def add_good(
    *,
    shop_id: UUID,
    sku: str,
    category: str,
    name_zh: str,
    unit: str,
    price_points: int,
    cost_fen: int,
    barcode: str | None = None,
    name_en: str | None = None,
    household_cap: int | None = None,
    actor: Actor,
    now: datetime,
) -> Good:
    """Put a good on a shop's list, with nothing in stock yet. Refuses a SKU listed already."""
    shop = find_shop(shop_id)
    require_pricing(actor, shop)
    listed = select(func.count()).where(Good.shop_id == shop.id, Good.sku == sku)
    if db.session.scalar(listed):
        raise Duplicate(errors=[FieldError("/sku", _("This article number is listed already"))])
    good = Good(
        shop_id=shop.id,
        sku=sku,
        barcode=barcode,
        category=category,
        name_zh=name_zh,
        name_en=name_en,
        unit=unit,
        price_points=price_points,
        cost_fen=cost_fen,
        household_cap=household_cap,
        added_at=now,
    )
    db.session.add(good)
    db.session.flush()
    db.session.add(Stock(good_id=good.id, quantity=0))
    audit.record(
        actor,
        audit.Tag.GOOD_ADDED,
        village=shop.division,
        subject=good.id,
        now=now,
        details={"price_points": price_points, "cost_fen": cost_fen},
    )
    db.session.flush()
    return good


def change_good(
    *, shop_id: UUID, good_id: UUID, changes: dict[str, Any], actor: Actor, now: datetime
) -> Good:
    """Change a good's name, price, cost, cap, barcode, or take it off sale; the trail keeps both.

    What was redeemed before keeps the price and cost of its moment.
    """
    shop = find_shop(shop_id)
    require_pricing(actor, shop)
    good = find_good(shop_id, good_id)
    before = {name: getattr(good, name) for name in changes}
    for name, value in changes.items():
        setattr(good, name, value)
    audit.record(
        actor,
        audit.Tag.GOOD_CHANGED,
        village=shop.division,
        subject=good.id,
        now=now,
        details={"before": before, "after": changes},
    )
    db.session.flush()
    return good
