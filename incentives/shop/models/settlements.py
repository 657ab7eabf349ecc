"""What a shopkeeper is owed for a month, and how far it has come."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id
from incentives.fund.models import REASON_LENGTH, VOUCHER_LENGTH, Method

STANDING = "status <> 'rejected'"
APPROVED_STATES = "('approved', 'paid', 'confirmed')"
PAID_STATES = "('paid', 'confirmed')"


class SettlementStatus(StrEnum):
    """How far a settlement has come; the diagram is in docs/domain.md, Shop."""

    SUBMITTED = "submitted"
    CHECKED = "checked"
    APPROVED = "approved"
    PAID = "paid"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Settlement(Base):
    """A shop's statement for one month of one village, and the steps it has taken.

    It covers the sales and refunds whose receipts are numbered above `from_size` and up to
    `to_size`: what comes later, of whatever day, belongs to the next. `points` is what the shop
    took for goods less what it gave back; `goods_fen` what the goods come to by the agreement,
    `cash_fen` what households topped up over the counter, `amount_fen` what is owed. All that
    never changes. `ended_*` is who rejected it, and why.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        Index(
            "uq_settlement_month",
            "shop_id",
            "village",
            "month",
            unique=True,
            sqlite_where=text(STANDING),
            postgresql_where=text(STANDING),
        ),
        Index(
            "uq_settlement_from_size",
            "shop_id",
            "village",
            "from_size",
            unique=True,
            sqlite_where=text(STANDING),
            postgresql_where=text(STANDING),
        ),
        Index("ix_settlement_village_status", "village", "status"),
        CheckConstraint("from_size >= 0 AND to_size > from_size", name="sizes"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("amount_fen > 0 AND amount_fen = goods_fen - cash_fen", name="amount"),
        CheckConstraint("checked_by <> submitted_by", name="checker_is_another"),
        CheckConstraint(
            "approved_by <> submitted_by AND approved_by <> checked_by", name="approver_is_another"
        ),
        CheckConstraint(
            "paid_by <> submitted_by AND paid_by <> checked_by AND paid_by <> approved_by",
            name="payer_is_another",
        ),
        CheckConstraint(
            "status IN ('submitted', 'rejected') OR checked_by IS NOT NULL", name="checked"
        ),
        CheckConstraint(
            "status <> 'submitted' OR checked_by IS NULL", name="submitted_is_not_checked"
        ),
        CheckConstraint("(checked_by IS NULL) = (checked_at IS NULL)", name="check_is_whole"),
        CheckConstraint(
            f"(status IN {APPROVED_STATES}) = (approved_event_id IS NOT NULL)", name="approved"
        ),
        CheckConstraint(
            "(approved_event_id IS NULL) = (approved_by IS NULL)"
            " AND (approved_event_id IS NULL) = (approved_at IS NULL)",
            name="approval_is_whole",
        ),
        CheckConstraint(f"(status IN {PAID_STATES}) = (paid_event_id IS NOT NULL)", name="paid"),
        CheckConstraint(
            "(paid_event_id IS NULL) = (paid_by IS NULL)"
            " AND (paid_event_id IS NULL) = (paid_at IS NULL)"
            " AND (paid_event_id IS NULL) = (paid_on IS NULL)"
            " AND (paid_event_id IS NULL) = (method IS NULL)"
            " AND (paid_event_id IS NULL) = (voucher IS NULL)",
            name="payment_is_whole",
        ),
        CheckConstraint(
            "(status = 'confirmed') = (confirmed_by IS NOT NULL)"
            " AND (confirmed_by IS NULL) = (confirmed_at IS NULL)",
            name="confirmed",
        ),
        CheckConstraint(
            "(status = 'rejected') = (ended_by IS NOT NULL)"
            " AND (ended_by IS NULL) = (ended_at IS NULL)"
            " AND (ended_by IS NULL) = (ended_reason IS NULL)",
            name="ended",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"))
    month: Mapped[date]
    status: Mapped[SettlementStatus] = mapped_column(
        choice(SettlementStatus, "status"), default=SettlementStatus.SUBMITTED
    )
    from_size: Mapped[int]
    to_size: Mapped[int]
    points: Mapped[int]
    goods_fen: Mapped[int]
    cash_fen: Mapped[int]
    amount_fen: Mapped[int]
    submitted_by: Mapped[UUID]
    submitted_at: Mapped[datetime]
    checked_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    approved_event_id: Mapped[UUID | None] = mapped_column(unique=True)
    paid_by: Mapped[UUID | None]
    paid_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    method: Mapped[Method | None] = mapped_column(choice(Method, "method"))
    voucher: Mapped[str | None] = mapped_column(String(VOUCHER_LENGTH))
    paid_event_id: Mapped[UUID | None] = mapped_column(unique=True)
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))


class SettlementLine(Base):
    """One good of a statement, as it was submitted; it never changes.

    `not_owed` counts goods that stayed with the household though the shop was at fault. Without
    a good it stands for sales whose receipts were lost in a restore, known by their points alone.
    """

    __tablename__ = "settlement_line"
    __table_args__ = (
        CheckConstraint(
            "handed_out >= 0 AND brought_back >= 0 AND not_owed >= 0", name="quantities"
        ),
    )

    settlement_id: Mapped[UUID] = mapped_column(ForeignKey("settlement.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    good_id: Mapped[UUID | None] = mapped_column(ForeignKey("good.id"), index=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str | None] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(12))
    handed_out: Mapped[int]
    brought_back: Mapped[int]
    not_owed: Mapped[int]
    price_points: Mapped[int]
    goods_fen: Mapped[int]


class Undone(StrEnum):
    """Which step a reversal undid."""

    APPROVAL = "approval"
    PAYMENT = "payment"


class SettlementReversal(Base):
    """An approval or a payment that was taken back, with a reason; who had done it stays."""

    __tablename__ = "settlement_reversal"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason"),)

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    settlement_id: Mapped[UUID] = mapped_column(ForeignKey("settlement.id"), index=True)
    undone: Mapped[Undone] = mapped_column(choice(Undone, "undone"))
    undone_event_id: Mapped[UUID] = mapped_column(unique=True)
    done_by: Mapped[UUID]
    done_at: Mapped[datetime]
    voucher: Mapped[str | None] = mapped_column(String(VOUCHER_LENGTH))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    reversed_by: Mapped[UUID]
    reversed_at: Mapped[datetime]
