"""Redemptions and refunds, as receipts show them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop.models import (
    Redemption,
    RedemptionLine,
    Refund,
    RefundCause,
    RefundLine,
    Voucher,
)
from incentives.shop.queries.vouchers import vouchers_of_sales


@dataclass
class Sale:
    """A redemption with its lines, refunds and vouchers, as a receipt shows it."""

    redemption: Redemption
    lines: list[RedemptionLine] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    vouchers: list[Voucher] = field(default_factory=list)

    @property
    def brought_back(self) -> list[Refund]:
        """The refunds of goods that came back."""
        return [each for each in self.refunds if each.cause is RefundCause.RETURN]

    @property
    def ruled(self) -> list[Refund]:
        """The refunds that an upheld objection made: the goods stayed with the household."""
        return [each for each in self.refunds if each.cause is not RefundCause.RETURN]


def find_redemption(village: str, redemption_id: UUID) -> Redemption:
    """A redemption of that village."""
    redemption = db.session.get(Redemption, redemption_id)
    if redemption is None or redemption.village != village:
        raise NotFound()
    return redemption


def redemptions(village: str, shops: Sequence[UUID] | None = None) -> Select[Redemption]:
    """The redemptions of a village, to be paged newest first by id (a UUIDv7).

    `shops` are those that the reader may see, None all.
    """
    query = select(Redemption).where(Redemption.village == village)
    return query if shops is None else query.where(Redemption.shop_id.in_(shops))


def sales(redemptions: Sequence[Redemption]) -> list[Sale]:
    """These redemptions with what belongs to them, in two or three statements for all."""
    found = {each.id: Sale(each) for each in redemptions}
    for line in db.session.scalars(
        select(RedemptionLine)
        .where(RedemptionLine.redemption_id.in_(found))
        .order_by(RedemptionLine.redemption_id, RedemptionLine.line)
    ):
        found[line.redemption_id].lines.append(line)
    for refund in db.session.scalars(
        select(Refund).where(Refund.redemption_id.in_(found)).order_by(Refund.id)
    ):
        found[refund.redemption_id].refunds.append(refund)
    served = [
        sale.redemption.id for sale in found.values() if any(each.service for each in sale.lines)
    ]
    for voucher in vouchers_of_sales(served) if served else []:
        found[voucher.redemption_id].vouchers.append(voucher)
    return list(found.values())


def new_sale(redemption: Redemption) -> Sale:
    """A redemption that this transaction has made: its lines are at hand, and nothing came back."""
    served = any(line.service for line in redemption.lines)
    vouchers = list(vouchers_of_sales([redemption.id])) if served else []
    return Sale(redemption, redemption.lines, vouchers=vouchers)


def refund_lines(refund_id: UUID) -> list[RefundLine]:
    """What came back in one refund."""
    return list(db.session.scalars(select(RefundLine).where(RefundLine.refund_id == refund_id)))
