"""Shops and whom they serve."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import Duplicate, FieldError, Invalid, NotFound, Stale, WrongState
from incentives.extensions import db
from incentives.register.queries import served_villages
from incentives.shop.models import VILLAGE_CODE_LENGTH, Shop, ShopService, StockOwner
from incentives.shop.queries.shops import find_shop, villages_ever_served, villages_served
from incentives.texts import refuse_unseen


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
    stock is the shopkeeper's (domain.md, Shop). Refuses any other combination, and a name with a
    letter that nobody sees.
    """
    require(actor, "shop.open", division)
    refuse_unseen(name, "/name")
    villages = sorted(set(serves))
    check_villages(division, villages, "/serves")
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
        begin_service(shop, village, now)
    audit.record(actor, audit.Tag.SHOP_OPENED, village=division, subject=shop.id, now=now)
    db.session.flush()
    return shop


def check_villages(division: str, villages: Sequence[str], pointer: str) -> None:
    """Refuse none, and what is no open village of the division."""
    if not villages:
        raise Invalid(errors=[FieldError(pointer, _("Choose at least one village"))])
    if not {each.code for each in served_villages(division)}.issuperset(villages):
        raise Invalid(errors=[FieldError(pointer, _("A shop serves villages of its division"))])


def begin_service(shop: Shop, village: str, now: datetime) -> None:
    """Open a shop's accounts in a village that is held."""
    number = ledger.open_shop(village)
    db.session.add(ShopService(shop_id=shop.id, village=village, number=number, began_at=now))


def hold_villages(shop_id: UUID, *more: str) -> None:
    """Lock all villages that a shop has accounts in, and these; to be called before they are read.

    `stale` where the shop got a village while they were waited for: what is decided next would
    leave its sales out.
    """
    served = villages_ever_served(shop_id)
    ledger.hold(sorted({*served, *more}))
    if villages_ever_served(shop_id) != served:
        raise Stale()


def serve_village(*, shop_id: UUID, village: str, actor: Actor, now: datetime) -> Shop:
    """Let a township's shop serve one more village, on accounts of its own there.

    One that it served before gets its old accounts again. Refuses a village's shop, a village that
    isn't open or of another township, and one that it serves.
    """
    shop = find_shop(shop_id)
    require(actor, "shop.open", shop.division)
    check_villages(shop.division, [village], "/village")
    hold_villages(shop_id, village)
    service = db.session.get(ShopService, (shop_id, village))
    if service is None:
        begin_service(shop, village, now)
    elif service.ended_at is None:
        raise Duplicate(_("The shop serves this village already"))
    else:
        service.ended_at = None
    record_change(shop, audit.Tag.SHOP_SERVES, village, actor=actor, now=now)
    return shop


def leave_village(*, shop_id: UUID, village: str, actor: Actor, now: datetime) -> Shop:
    """Let a shop hand out nothing to a village's cards any more.

    What was sold stays: it is refunded, served by voucher and settled as agreed, on the same
    accounts. Refuses the last village that a shop serves, and one that it doesn't serve.
    """
    shop = find_shop(shop_id)
    require(actor, "shop.open", shop.division)
    hold_villages(shop_id)
    service = db.session.get(ShopService, (shop_id, village))
    if service is None or service.ended_at is not None:
        raise NotFound()
    if len(villages_served(shop_id)) == 1:
        raise WrongState(_("A shop serves at least one village"))
    service.ended_at = now
    record_change(shop, audit.Tag.SHOP_LEFT, village, actor=actor, now=now)
    return shop


def record_change(shop: Shop, tag: audit.Tag, village: str, *, actor: Actor, now: datetime) -> None:
    """Write the change into the database and the village's trail."""
    audit.record(
        actor, tag, village=village, subject=shop.id, now=now, details={"village": village}
    )
    db.session.flush()
