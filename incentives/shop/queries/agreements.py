"""How a shop is paid for its goods, by day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from incentives.extensions import db
from incentives.shop.models import Basis, ShopAgreement


def agreements_of(shop_id: UUID) -> list[ShopAgreement]:
    """A shop's agreements, the newest first."""
    return list(
        db.session.scalars(
            select(ShopAgreement)
            .where(ShopAgreement.shop_id == shop_id)
            .order_by(ShopAgreement.effective_on.desc())
        )
    )


def basis_on(agreements: Sequence[ShopAgreement], day: date) -> Basis:
    """What holds on a day of these agreements, newest first; at cost before there was any."""
    for agreement in agreements:
        if agreement.effective_on <= day:
            return agreement.basis
    return Basis.COST
