"""Vouchers, as counter, household and list show them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select

from incentives.cards.numbers import read_number
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.installation import get_installation
from incentives.shop.models import Voucher, VoucherStatus


def find_voucher(shop_id: UUID, number: str) -> Voucher:
    """A shop's voucher by its number, as typed; refuses a mistyped one and another shop's."""
    digits = read_number(number)
    voucher = db.session.scalar(select(Voucher).where(Voucher.number == (digits or "")))
    if voucher is None or voucher.shop_id != shop_id:
        raise NotFound()
    return voucher


def vouchers(
    village: str,
    *,
    shops: Sequence[UUID] | None = None,
    status: VoucherStatus | None = None,
    household_id: UUID | None = None,
    shop_id: UUID | None = None,
) -> Select[Voucher]:
    """A village's vouchers, to be paged newest first by id.

    `shops` are those that the reader may see, None all.
    """
    query = select(Voucher).where(Voucher.village == village)
    if shops is not None:
        query = query.where(Voucher.shop_id.in_(shops))
    if status is not None:
        query = query.where(Voucher.status == status)
    if household_id is not None:
        query = query.where(Voucher.household_id == household_id)
    if shop_id is not None:
        query = query.where(Voucher.shop_id == shop_id)
    return query


def vouchers_of_sales(redemption_ids: Sequence[UUID]) -> list[Voucher]:
    """The vouchers of these sales, in their order."""
    return list(
        db.session.scalars(
            select(Voucher).where(Voucher.redemption_id.in_(redemption_ids)).order_by(Voucher.id)
        )
    )


def voucher_url(number: str) -> str:
    """What a voucher's QR holds: where the shop marks it as used, after signing in."""
    return f"{get_installation().url.rstrip('/')}/vouchers/{number}"
