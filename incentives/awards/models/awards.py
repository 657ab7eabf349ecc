"""Tables of awards: what was done and for whom, what shows it, and who decided."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentives.awards.models.rulebooks import CODE_LENGTH
from incentives.database import Base, choice, new_id
from incentives.register.policy import NoticeNames

NOTE_LENGTH = 200
STANDING_CLAIM = "claimed AND status NOT IN ('rejected', 'withdrawn', 'reversed')"


class AwardStatus(StrEnum):
    """Where an award stands; what leads from one to the next is in `states.py`."""

    PROPOSED = "proposed"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    OBJECTED = "objected"
    POSTED = "posted"
    REVERSED = "reversed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What a reviewer says."""

    APPROVE = "approve"
    REJECT = "reject"


class Turn(StrEnum):
    """What is done to a posted award: each turn reverses the last event of the chain."""

    REVERSAL = "reversal"
    REINSTATEMENT = "reinstatement"


class Award(Base):
    """Points for an act: for whom, under which rule, by which policy, and how far it has come.

    The household is the one at the time of the proposal. `rule_code` is the rule item's code, by
    which caps count across versions. The policy of the day it was proposed is kept with it;
    `reviews_needed` is how many must approve it, by that policy and its points. `event_id` is the
    award in the ledger, `last_event_id` the end of its chain of reversals. `closed_at` says when it
    was rejected or withdrawn. What the database refuses is in
    `triggers.py`.
    """

    __tablename__ = "award"
    __table_args__ = (
        ForeignKeyConstraint(["village", "household_id"], ["household.village", "household.id"]),
        ForeignKeyConstraint(["village", "resident_id"], ["resident.village", "resident.id"]),
        Index(None, "village", "status"),
        Index(None, "village", "notice"),
        Index(
            "ix_award_resident_id_rule_code_occurred_on", "resident_id", "rule_code", "occurred_on"
        ),
        Index(
            "ix_award_household_id_rule_code_occurred_on",
            "household_id",
            "rule_code",
            "occurred_on",
        ),
        # One act is claimed once: for a person, or for a household alone.
        *(
            Index(
                f"uq_award_claim_of_{holder}",
                f"{holder}_id",
                "rule_code",
                "occurred_on",
                unique=True,
                sqlite_where=text(where),
                postgresql_where=text(where),
            )
            for holder, where in (
                ("resident", STANDING_CLAIM),
                ("household", f"resident_id IS NULL AND {STANDING_CLAIM}"),
            )
        ),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("points > 0", name="points_positive"),
        CheckConstraint("reviews_needed BETWEEN 0 AND 2", name="reviews_needed"),
        CheckConstraint("publicity_days BETWEEN 0 AND 15", name="publicity_days"),
        CheckConstraint("reviews_needed > 0 OR publicity_days > 0", name="reviewed_or_public"),
        CheckConstraint(
            "status NOT IN ('published', 'objected') OR notice IS NOT NULL",
            name="published_has_notice",
        ),
        CheckConstraint(
            "(status IN ('posted', 'reversed')) = (event_id IS NOT NULL)", name="posted_has_event"
        ),
        CheckConstraint(
            "(event_id IS NULL) = (last_event_id IS NULL)"
            " AND (event_id IS NULL) = (posted_at IS NULL)",
            name="event_is_whole",
        ),
        CheckConstraint("on_behalf_of IS NULL OR claimed", name="behalf_is_claim"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    household_id: Mapped[UUID]
    resident_id: Mapped[UUID | None]
    rule_item_id: Mapped[UUID] = mapped_column(ForeignKey("rule_item.id"), index=True)
    rule_code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    occurred_on: Mapped[date]
    quantity: Mapped[int]
    points: Mapped[int]
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    status: Mapped[AwardStatus] = mapped_column(
        choice(AwardStatus, "status"), default=AwardStatus.PROPOSED
    )
    reviewers: Mapped[int]
    review_above: Mapped[int | None]
    reviews_needed: Mapped[int]
    publicity_days: Mapped[int]
    objection_days: Mapped[int]
    notice_names: Mapped[NoticeNames] = mapped_column(choice(NoticeNames, "notice_names"))
    claimed: Mapped[bool] = mapped_column(default=False)
    on_behalf_of: Mapped[UUID | None]
    batch_id: Mapped[UUID | None] = mapped_column(index=True)
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime]
    notice: Mapped[int | None]
    event_id: Mapped[UUID | None] = mapped_column(unique=True)
    last_event_id: Mapped[UUID | None] = mapped_column(unique=True)
    posted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class AwardEvidence(Base):
    """A photo or document that shows the act; seen by who reviews and who earned it."""

    __tablename__ = "award_evidence"

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("file.id"), primary_key=True, index=True)


class AwardReview(Base):
    """What one reviewer decided on an award; a person decides on one once. Append-only."""

    __tablename__ = "award_review"
    __table_args__ = (
        UniqueConstraint("award_id", "reviewer"),
        CheckConstraint(
            "decision = 'approve' OR (reason IS NOT NULL AND length(reason) > 0)",
            name="no_has_reason",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"))
    reviewer: Mapped[UUID]
    decision: Mapped[Decision] = mapped_column(choice(Decision, "decision"))
    reason: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
    reviewed_at: Mapped[datetime]


class AwardTurn(Base):
    """A posted award taken back, or given again, with the reason and its event. Append-only."""

    __tablename__ = "award_turn"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id"), index=True)
    turn: Mapped[Turn] = mapped_column(choice(Turn, "turn"))
    reason: Mapped[str] = mapped_column(String(NOTE_LENGTH))
    turned_by: Mapped[UUID]
    turned_at: Mapped[datetime]
    event_id: Mapped[UUID] = mapped_column(unique=True)
