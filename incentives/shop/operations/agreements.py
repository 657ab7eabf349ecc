"""How a shopkeeper is paid for their goods: agreed on paper, entered by the administrator."""

from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import household_ids_of, refuse_own_entry, refuse_own_household
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import Duplicate, FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.shop.models import Basis, ShopAgreement, StockOwner
from incentives.shop.models.agreements import DOCUMENT_LENGTH
from incentives.shop.queries import find_shop
from incentives.shop.queries.settlements import keepers_of
from incentives.texts import is_blank


def set_agreement(
    *,
    shop_id: UUID,
    basis: Basis,
    effective_on: date,
    document: str,
    actor: Actor,
    now: datetime,
) -> ShopAgreement:
    """Enter how a shop's goods are paid for from a day on, and by which paper.

    Each sale is paid by what holds on its day. Refuses a shop whose goods are the village's, a past
    day, a day that has an agreement already, and who keeps the shop or is of a keeper's household.
    """
    shop = find_shop(shop_id)
    require(actor, "shop.agree", shop.division)
    refuse_keepers(actor, keepers_of(shop))
    if shop.stock_owner is StockOwner.VILLAGE:
        raise WrongState(_("This shop's goods are the village's own: nothing is owed for them"))
    document = document.strip()
    if is_blank(document) or len(document) > DOCUMENT_LENGTH:
        raise Invalid(errors=[FieldError("/document", _("Write which paper says so"))])
    if effective_on < village_day(now):
        raise Invalid(
            errors=[FieldError("/effective_on", _("An agreement holds from today on, or later"))]
        )
    if db.session.get(ShopAgreement, (shop_id, effective_on)) is not None:
        raise Duplicate(
            errors=[FieldError("/effective_on", _("From this day on something is agreed already"))]
        )
    agreement = ShopAgreement(
        shop_id=shop_id,
        effective_on=effective_on,
        basis=basis,
        document=document,
        set_by=actor.person,
        set_at=now,
    )
    db.session.add(agreement)
    details = {"basis": basis.value, "effective_on": effective_on.isoformat(), "document": document}
    audit.record(
        actor,
        audit.Tag.SHOP_AGREED,
        village=shop.division,
        subject=shop_id,
        now=now,
        details=details,
    )
    db.session.flush()
    return agreement


def refuse_keepers(actor: Actor, keepers: set[UUID]) -> None:
    """Refuse who keeps the shop, by whichever account, and who lives with one who does."""
    refuse_own_entry(actor, *keepers)
    refuse_own_household(actor, household_ids_of(*keepers))
