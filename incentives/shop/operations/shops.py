"""Shops and whom they serve."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.shop.models import Shop, ShopService, StockOwner

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
