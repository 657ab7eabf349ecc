"""Tables of cards that were shown: scans, the changing codes of phones, vouches."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incentives.cards.models.cards import Card
from incentives.database import Base, choice, new_id


class ShownBy(StrEnum):
    """How a card was shown: its printed code, its typed number, the changing code on its holder's
    phone; or not at all: forgotten, and found by name."""

    CODE = "code"
    NUMBER = "number"
    PHONE = "phone"
    NAME = "name"


class VouchStatus(StrEnum):
    """Of what a cadre is asked: whether the holder is the one at the counter."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Scan(Base):
    """A card shown to staff, whether it served or was refused, and by what name (`refused`).

    The id of one that served is good for one redemption by the same user and terminal until
    `expires_at`.
    """

    __tablename__ = "scan"
    __table_args__ = (
        CheckConstraint("(card_id IS NULL) = (issue IS NULL)", name="card_has_issue"),
        CheckConstraint("refused IS NOT NULL OR card_id IS NOT NULL", name="served_has_card"),
        CheckConstraint("refused IS NULL OR used_at IS NULL", name="refused_is_unused"),
        CheckConstraint(
            "refused IS NOT NULL OR (user_id IS NOT NULL AND expires_at IS NOT NULL)",
            name="served_is_bound",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str | None] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    card_id: Mapped[UUID | None] = mapped_column(ForeignKey("card.id"), index=True)
    issue: Mapped[int | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    terminal_id: Mapped[UUID | None]
    shown_by: Mapped[ShownBy] = mapped_column(choice(ShownBy, "shown_by"))
    refused: Mapped[str | None] = mapped_column(String(40))
    scanned_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    card: Mapped[Card | None] = relationship(lazy="joined", viewonly=True)

    @property
    def by_code(self) -> bool:
        """Whether a code was scanned, not a number typed."""
        return self.shown_by is ShownBy.CODE


OPEN_CODE = "used_at IS NULL AND cancelled_at IS NULL"


class PhoneCode(Base):
    """A changing code that a resident's phone showed, of which only the SHA-256 is kept.

    It ends by being used, by a newer one (`cancelled_at`) or by its time; a card has one open one.
    """

    __tablename__ = "phone_code"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("expires_at > made_at", name="expires_after_made"),
        CheckConstraint("used_at IS NULL OR cancelled_at IS NULL", name="one_end"),
        Index(
            "uq_phone_code_open",
            "card_id",
            unique=True,
            sqlite_where=text(OPEN_CODE),
            postgresql_where=text(OPEN_CODE),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    card_id: Mapped[UUID] = mapped_column(ForeignKey("card.id"))
    issue: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    card: Mapped[Card] = relationship(lazy="joined", viewonly=True)


class Vouch(Base):
    """That a counter asked a cadre who knows a card's holder to say so, and the answer.

    One a scan, for a sale of at most `points`. Whoever asked never answers.
    """

    __tablename__ = "vouch"
    __table_args__ = (
        UniqueConstraint("scan_id"),
        CheckConstraint("points > 0", name="points_positive"),
        CheckConstraint("(status = 'waiting') = (answered_by IS NULL)", name="answered_by_whom"),
        CheckConstraint("(answered_by IS NULL) = (answered_at IS NULL)", name="answered_when"),
        CheckConstraint("answered_by <> asked_by", name="another_answers"),
        CheckConstraint("reason IS NULL OR status = 'refused'", name="reason_of_refusal"),
        CheckConstraint("expires_at > asked_at", name="expires_after_asked"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    scan_id: Mapped[UUID] = mapped_column(ForeignKey("scan.id"))
    card_id: Mapped[UUID] = mapped_column(ForeignKey("card.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    points: Mapped[int]
    asked_by: Mapped[UUID] = mapped_column(index=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    status: Mapped[VouchStatus] = mapped_column(
        choice(VouchStatus, "status"), default=VouchStatus.WAITING
    )
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
