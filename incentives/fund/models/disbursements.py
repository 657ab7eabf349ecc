"""Tables of disbursements: one by one or on a list, and what came back of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incentives.database import Base, choice, new_id
from incentives.fund.models.words import (
    NAME_LENGTH,
    PURPOSE_LENGTH,
    REASON_LENGTH,
    VOUCHER_LENGTH,
    Decision,
    Method,
    Status,
)

PAID_STATES = "('paid', 'received', 'returned', 'reversed')"
ENDED_STATES = "('rejected', 'withdrawn', 'reversed')"


class Disbursement(Base):
    """Money out of the fund, from application to receipt; one payee of four kinds.

    `payee_has_role` says that the payee held a role in the village on the day of the application:
    the township approves too, and the payee is named in full. `publicity_days` and
    `second_approval_fen` are the policy of that day. `concluded_at`: its notice is over and no
    objection stands. `ended_*` is who rejected, withdrew or reversed it, and why.
    `paid_head_id`: who headed the household when it was paid, and names it from then on.
    """

    __tablename__ = "disbursement"
    __table_args__ = (
        Index("ix_disbursement_village_status", "village", "status"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint(
            "(CASE WHEN household_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN resident_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN team_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN payee_name IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_payee",
        ),
        CheckConstraint(
            "status IN ('applied', 'rejected', 'withdrawn') OR evaluated_by IS NOT NULL",
            name="evaluated",
        ),
        CheckConstraint("evaluated_by <> applied_by", name="evaluator_is_another"),
        CheckConstraint("paid_by <> evaluated_by", name="payer_is_no_evaluator"),
        CheckConstraint("status <> 'published' OR notice_id IS NOT NULL", name="published"),
        CheckConstraint(
            f"(status IN {PAID_STATES}) = (event_id IS NOT NULL)", name="paid_has_event"
        ),
        CheckConstraint(
            "(event_id IS NULL) = (paid_by IS NULL) AND (event_id IS NULL) = (paid_at IS NULL)"
            " AND (event_id IS NULL) = (paid_on IS NULL) AND (event_id IS NULL) = (method IS NULL)"
            " AND (event_id IS NULL) = (voucher IS NULL)",
            name="payment_is_whole",
        ),
        CheckConstraint("returned_fen BETWEEN 0 AND amount_fen", name="returned"),
        CheckConstraint("(status = 'returned') = (returned_fen > 0)", name="returned_state"),
        CheckConstraint(
            "(status = 'reversed') = (reversed_event_id IS NOT NULL)", name="reversed_state"
        ),
        CheckConstraint(
            f"(status IN {ENDED_STATES}) = (ended_by IS NOT NULL)"
            " AND (ended_by IS NULL) = (ended_at IS NULL)"
            " AND (ended_by IS NULL) = (ended_reason IS NULL)",
            name="ended",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    purpose: Mapped[str] = mapped_column(String(PURPOSE_LENGTH))
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"), index=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    payee_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    payee_has_role: Mapped[bool] = mapped_column(default=False)
    amount_fen: Mapped[int]
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    status: Mapped[Status] = mapped_column(choice(Status, "status"), default=Status.APPLIED)
    publicity_days: Mapped[int]
    second_approval_fen: Mapped[int]
    notice_id: Mapped[UUID | None] = mapped_column(index=True)
    concluded_at: Mapped[datetime | None]
    applied_by: Mapped[UUID]
    applied_at: Mapped[datetime]
    evaluated_by: Mapped[UUID | None]
    evaluated_at: Mapped[datetime | None]
    evaluation_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    paid_head_id: Mapped[UUID | None]
    paid_by: Mapped[UUID | None]
    paid_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    method: Mapped[Method | None] = mapped_column(choice(Method, "method"))
    voucher: Mapped[str | None] = mapped_column(String(VOUCHER_LENGTH))
    event_id: Mapped[UUID | None] = mapped_column(unique=True)
    received_by: Mapped[UUID | None]
    received_at: Mapped[datetime | None]
    receipt_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.id"))
    returned_fen: Mapped[int] = mapped_column(default=0)
    reversed_event_id: Mapped[UUID | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))


class DisbursementFile(Base):
    """A file that shows what a disbursement is for."""

    __tablename__ = "disbursement_file"

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("file.id"), primary_key=True, index=True)


class DisbursementMember(Base):
    """Who was in a team on the day when money was applied for it, and in which household.

    They stay its payees whoever is in the team later.
    """

    __tablename__ = "disbursement_member"

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"), primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(ForeignKey("resident.id"), primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)


class DisbursementApproval(Base):
    """What one supervisor decided on a disbursement, once; `from_above`: for the township."""

    __tablename__ = "disbursement_approval"
    __table_args__ = (
        CheckConstraint("decision = 'approve' OR reason IS NOT NULL", name="rejection_has_reason"),
    )

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"), primary_key=True)
    approver: Mapped[UUID] = mapped_column(primary_key=True)
    decision: Mapped[Decision] = mapped_column(choice(Decision, "decision"))
    from_above: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    decided_at: Mapped[datetime]


class PaymentReturn(Base):
    """Money of a disbursement that came back, in part or whole, and why; if mistyped, reversed."""

    __tablename__ = "payment_return"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("length(reason) > 0", name="reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"), index=True)
    amount_fen: Mapped[int]
    method: Mapped[Method] = mapped_column(choice(Method, "method"))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    returned_on: Mapped[date]
    event_id: Mapped[UUID] = mapped_column(unique=True)
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]
    reversal: Mapped["ReturnReversal | None"] = relationship(lazy="joined", viewonly=True)


class ReturnReversal(Base):
    """That a return was mistyped, and why: it counts as come back no more."""

    __tablename__ = "return_reversal"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason"),)

    return_id: Mapped[UUID] = mapped_column(ForeignKey("payment_return.id"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    reversed_by: Mapped[UUID]
    reversed_at: Mapped[datetime]


class DisbursementList(Base):
    """Many disbursements asked for at once, as the rewards at a year's end: decided on as one."""

    __tablename__ = "disbursement_list"
    __table_args__ = (CheckConstraint("length(title) > 0", name="title"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    title: Mapped[str] = mapped_column(String(NAME_LENGTH))
    purpose: Mapped[str] = mapped_column(String(PURPOSE_LENGTH))
    total_fen: Mapped[int]
    applied_by: Mapped[UUID]
    applied_at: Mapped[datetime]


class DisbursementListLine(Base):
    """A disbursement's place on its list, from 1."""

    __tablename__ = "disbursement_list_line"
    __table_args__ = (
        UniqueConstraint("list_id", "line"),
        CheckConstraint("line > 0", name="line"),
    )

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"), primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement_list.id"))
    line: Mapped[int]
