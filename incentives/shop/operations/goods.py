"""What a shop offers. Goods, prices and costs are set by those who don't keep the shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, insert, select

from incentives.access import audit
from incentives.access.actor import Actor, Role
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.database import columns
from incentives.errors import Duplicate, FieldError, Invalid, NotPermitted
from incentives.extensions import db
from incentives.files.models import FileKind
from incentives.files.queries import brought_file
from incentives.shop.models import (
    Category,
    Good,
    GoodPrice,
    MovementKind,
    Shop,
    Stock,
    StockMovement,
    StockMovementLine,
)
from incentives.shop.operations.shops import hold_villages
from incentives.shop.queries import find_good, find_shop, villages_ever_served

PRICES = ("price_points", "cost_fen")


def require_pricing(actor: Actor, shop: Shop) -> None:
    """Let through whoever sets goods, prices and costs: never of a shop that they keep."""
    require(actor, "good.set", shop.division)
    if actor.has_role(Role.SHOPKEEPER, shop.division):
        raise NotPermitted(_("Whoever keeps a shop doesn't set its prices"))


def add_good(
    *,
    shop_id: UUID,
    sku: str,
    category: Category | str,
    name_zh: str,
    unit: str,
    price_points: int,
    cost_fen: int,
    actor: Actor,
    now: datetime,
    **more: Any,
) -> Good:
    """Put a good on a shop's list, with nothing in stock yet; `more` are its other fields.

    Refuses a SKU listed already, a barcode of another good on sale (whatever zeros it begins with:
    a UPC-A is an EAN-13 that begins with 0), a season that ends before it begins, a limit a month
    of what is no service, and a photo that the actor didn't bring to a village that it serves.
    """
    shop = find_shop(shop_id)
    require_pricing(actor, shop)
    listed = select(func.count()).where(Good.shop_id == shop.id, Good.sku == sku)
    if db.session.scalar(listed):
        raise Duplicate(errors=[FieldError("/sku", _("This article number is listed already"))])
    good = Good(
        shop_id=shop.id,
        sku=sku,
        category=Category(category),
        name_zh=name_zh,
        unit=unit,
        price_points=price_points,
        cost_fen=cost_fen,
        added_at=now,
        **more,
    )
    check_good(shop, good)
    check_photo(shop, good.photo_id, actor)
    db.session.add(good)
    db.session.flush()
    db.session.add(Stock(good_id=good.id, quantity=0))
    keep_price(good, actor=actor, now=now)
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
    """Change a good's name, price, cost, cap, photo or season, or take it off sale.

    The trail keeps both, the history of prices the new price and cost, which hold from now on:
    what was redeemed before keeps its own, and what stands on the shelf is revalued by a movement
    of its own. Refuses as `add_good`, and to make a service of goods or goods of a service.
    """
    shop = find_shop(shop_id)
    require_pricing(actor, shop)
    # No sale of any village that the shop serves may read a cost that is about to change.
    hold_villages(shop.id)
    good = find_good(shop_id, good_id)
    before = {name: getattr(good, name) for name in changes}
    if "voucher_days" in changes and (changes["voucher_days"] is None) is good.is_service:
        raise Invalid(
            errors=[FieldError("/voucher_days", _("Goods don't become services, nor back"))]
        )
    for name, value in changes.items():
        setattr(good, name, value)
    with db.session.no_autoflush:
        check_good(shop, good)
        if before.get("photo_id") != changes.get("photo_id"):
            check_photo(shop, good.photo_id, actor)
    if any(before.get(name, getattr(good, name)) != getattr(good, name) for name in PRICES):
        keep_price(good, actor=actor, now=now)
        revalue(shop, good, before.get("cost_fen", good.cost_fen), actor=actor, now=now)
    audit.record(
        actor,
        audit.Tag.GOOD_CHANGED,
        village=shop.division,
        subject=good.id,
        now=now,
        details={"before": plain(before), "after": plain(changes)},
    )
    db.session.flush()
    return good


@dataclass(frozen=True)
class Imported:
    """How many goods a list added and changed, and how many were so already."""

    added: int
    changed: int
    unchanged: int


def import_goods(
    *, shop_id: UUID, goods: Sequence[dict[str, Any]], actor: Actor, now: datetime
) -> Imported:
    """Take a list of goods over, by article number: all of them or none.

    What is listed already is changed in the fields that the list gives, the rest is added.
    Refuses as `add_good` and `change_good`, saying of which article number.
    """
    shop = find_shop(shop_id)
    require_pricing(actor, shop)
    hold_villages(shop.id)
    listed = {
        good.sku: good
        for good in db.session.scalars(
            select(Good).where(
                Good.shop_id == shop.id, Good.sku.in_([each["sku"] for each in goods])
            )
        )
    }
    added = changed = 0
    for fields in goods:
        good = listed.get(fields["sku"])
        try:
            if good is None:
                whole = {"category": Category.OTHER} | fields
                add_good(shop_id=shop_id, actor=actor, now=now, **whole)
                added += 1
            elif changes := {
                name: value for name, value in fields.items() if getattr(good, name) != value
            }:
                change_good(shop_id=shop_id, good_id=good.id, changes=changes, actor=actor, now=now)
                changed += 1
        except (Duplicate, Invalid) as refusal:
            said = [f"{fields['sku']}: {error.detail}" for error in refusal.errors]
            raise type(refusal)(errors=[FieldError("/file", each) for each in said]) from refusal
    return Imported(added, changed, len(goods) - added - changed)


def plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as the trail's JSON holds them: days and ids as texts."""
    kept = (int, str, bool, type(None))
    return {
        name: value if isinstance(value, kept) else str(value) for name, value in fields.items()
    }


def check_good(shop: Shop, good: Good) -> None:
    """Refuse what the fields of a good can't be together."""
    begins, ends = good.season_from, good.season_until
    if begins is not None and ends is not None and ends < begins:
        raise Invalid(
            errors=[FieldError("/season_until", _("A season doesn't end before it begins"))]
        )
    if good.month_limit is not None and not good.is_service:
        raise Invalid(errors=[FieldError("/month_limit", _("Only services have a limit a month"))])
    if good.barcode is not None and good.on_sale is not False:
        same = select(Good.name_zh).where(
            Good.shop_id == shop.id,
            func.ltrim(Good.barcode, "0") == good.barcode.lstrip("0"),
            Good.on_sale.is_(True),
            Good.id != good.id,
        )
        if other := db.session.scalar(same.limit(1)):
            told = _("%(good)s has this barcode already", good=other)
            raise Duplicate(errors=[FieldError("/barcode", told)])


def check_photo(shop: Shop, photo_id: UUID | None, actor: Actor) -> None:
    """Refuse what is no picture that the actor brought to a village that the shop serves: anyone
    sees it then."""
    if photo_id is None:
        return
    file = brought_file(villages_ever_served(shop.id), photo_id, actor, "/photo_id")
    if file.kind is FileKind.PDF:
        raise Invalid(errors=[FieldError("/photo_id", _("There is no such photo"))])


def keep_price(good: Good, *, actor: Actor, now: datetime) -> None:
    """Write down what a good is for from today on."""
    db.session.add(
        GoodPrice(
            good_id=good.id,
            price_points=good.price_points,
            cost_fen=good.cost_fen,
            holds_from=village_day(now),
            set_by=actor.person,
            set_at=now,
        )
    )


def revalue(shop: Shop, good: Good, before_fen: int, *, actor: Actor, now: datetime) -> None:
    """Say in a movement by how much what stands on the shelf is worth more or less."""
    held = db.session.scalar(
        select(Stock.quantity).where(Stock.good_id == good.id).with_for_update()
    )
    if not held or before_fen == good.cost_fen:
        return
    movement = StockMovement(
        shop_id=shop.id,
        kind=MovementKind.REVALUED,
        occurred_at=now,
        entered_by=actor.person,
    )
    db.session.add(movement)
    db.session.flush()
    line = StockMovementLine(
        movement_id=movement.id,
        line=1,
        good_id=good.id,
        quantity=0,
        quantity_after=held,
        unit_cost_fen=before_fen,
        revalued_fen=held * (good.cost_fen - before_fen),
    )
    db.session.execute(insert(StockMovementLine), [columns(line)])
