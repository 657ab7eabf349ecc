"""Which payment of the fund bought which goods of the village."""

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.database import rows_changed
from incentives.errors import FieldError, Invalid, NotFound, WrongState
from incentives.extensions import db
from incentives.fund.queries import stock_payments
from incentives.shop.models import (
    MovementKind,
    Purchase,
    PurchaseLink,
    StockMovement,
    StockOwner,
    StockSource,
)
from incentives.shop.queries import find_shop
from incentives.shop.queries.purchases import sums_of_movements


def link_purchase(
    *, shop_id: UUID, movement_id: UUID, disbursement_id: UUID, actor: Actor, now: datetime
) -> PurchaseLink:
    """Say by which payment of the fund the goods of an inflow were bought.

    Several inflows may share a payment, up to what was paid less what came back. Refuses what
    wasn't bought, what is linked already, and a payment that isn't one of the village's for goods.
    """
    shop = find_shop(shop_id)
    require(actor, "stock.link", shop.division)
    if shop.stock_owner is not StockOwner.VILLAGE:
        raise WrongState(_("The fund buys no goods for the shopkeeper's own shelf"))
    ledger.hold([shop.division])
    movement = bought(shop_id, movement_id)
    if db.session.get(PurchaseLink, movement.id) is not None:
        raise WrongState(_("These goods have their payment already"))
    paid = {each.id: each for each in stock_payments(shop.division)}.get(disbursement_id)
    if paid is None:
        raise Invalid(
            errors=[FieldError("/disbursement_id", _("The fund made no such payment for goods"))]
        )
    amount = sums_of_movements([movement.id])[movement.id]
    take_of_payment(paid.id, paid.amount_fen - paid.returned_fen, amount)
    link = PurchaseLink(
        movement_id=movement.id,
        disbursement_id=paid.id,
        amount_fen=amount,
        linked_by=actor.person,
        linked_at=now,
    )
    db.session.add(link)
    note(link, shop.division, actor=actor, now=now)
    db.session.flush()
    return link


def unlink_purchase(*, shop_id: UUID, movement_id: UUID, actor: Actor, now: datetime) -> None:
    """Undo a link that was made by mistake; the trail keeps both."""
    shop = find_shop(shop_id)
    require(actor, "stock.link", shop.division)
    ledger.hold([shop.division])
    link = db.session.get(PurchaseLink, bought(shop_id, movement_id).id)
    if link is None:
        raise NotFound()
    note(link, shop.division, actor=actor, now=now, undone=True)
    db.session.execute(
        update(Purchase)
        .where(Purchase.disbursement_id == link.disbursement_id)
        .values(linked_fen=Purchase.linked_fen - link.amount_fen)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(PurchaseLink)
        .where(PurchaseLink.movement_id == movement_id)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()


def bought(shop_id: UUID, movement_id: UUID) -> StockMovement:
    """An inflow of that shop that was bought; refuses any other movement."""
    movement = db.session.get(StockMovement, movement_id)
    if movement is None or movement.shop_id != shop_id:
        raise NotFound()
    if movement.kind is not MovementKind.IN or movement.source is not StockSource.PURCHASE:
        raise WrongState(_("Only goods that were bought have a payment"))
    return movement


def take_of_payment(disbursement_id: UUID, paid_fen: int, amount_fen: int) -> None:
    """Take an amount of what was paid; refuses more than is left of it, and nothing."""
    if db.session.get(Purchase, disbursement_id) is None:
        db.session.add(Purchase(disbursement_id=disbursement_id, paid_fen=paid_fen, linked_fen=0))
        db.session.flush()
    taken = db.session.execute(
        update(Purchase)
        .where(
            Purchase.disbursement_id == disbursement_id,
            Purchase.linked_fen + amount_fen <= paid_fen,
        )
        .values(paid_fen=paid_fen, linked_fen=Purchase.linked_fen + amount_fen)
        .execution_options(synchronize_session=False)
    )
    if amount_fen <= 0 or rows_changed(taken) != 1:
        raise Invalid(
            errors=[FieldError("/disbursement_id", _("Less was paid than these goods cost"))]
        )
    db.session.expire_all()


def note(
    link: PurchaseLink, village: str, *, actor: Actor, now: datetime, undone: bool = False
) -> None:
    """Leave a row of the link in the trail."""
    audit.record(
        actor,
        audit.Tag.PURCHASE_LINKED,
        village=village,
        subject=link.movement_id,
        now=now,
        details={
            "disbursement": str(link.disbursement_id),
            "amount_fen": link.amount_fen,
            "undone": undone,
        },
    )
