"""Services that were paid for in points and are yet to be given."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id

NUMBER_LENGTH = 12


class VoucherStatus(StrEnum):
    """How far a voucher has come (docs/decisions/0022-stock.md)."""

    ISSUED = "issued"
    SERVED = "served"
    REFUNDED = "refunded"
    EXPIRED = "expired"


class Voucher(Base):
    """One service that a household paid for in points: given once, until a day.

    `number` has 10 random digits and 2 check digits, as a card's. `ended_*` is who served it,
    took it back or let it expire (the clock's person), and when.
    """

    __tablename__ = "voucher"
    __table_args__ = (
        CheckConstraint("length(number) = 12", name="number_whole"),
        CheckConstraint("valid_until >= issued_on", name="valid_after_issue"),
        CheckConstraint(
            "(status = 'issued') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)",
            name="ending_is_whole",
        ),
        Index("ix_voucher_status_valid_until", "status", "valid_until"),
        Index("ix_voucher_good_id_issued_on", "good_id", "issued_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(NUMBER_LENGTH), unique=True)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"), index=True)
    redemption_id: Mapped[UUID] = mapped_column(ForeignKey("redemption.id"), index=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("redemption_line.id"), index=True)
    good_id: Mapped[UUID] = mapped_column(ForeignKey("good.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    status: Mapped[VoucherStatus] = mapped_column(
        choice(VoucherStatus, "status"), default=VoucherStatus.ISSUED
    )
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
