"""Tables of cards: the keys that sign them, the card, its prints."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id


class CardStatus(StrEnum):
    """`suspended`: reported lost, reinstated when found; `revoked`: over for good."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class CardKey(Base):
    """A public key that cards are signed with; `hint` is its key id, which two keys may share."""

    __tablename__ = "card_key"
    __table_args__ = (UniqueConstraint("spki"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    hint: Mapped[str] = mapped_column(String(8), index=True)
    spki: Mapped[bytes] = mapped_column(LargeBinary(200))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]


class Card(Base):
    """A card of a household, or of one resident in it, as its latest print says.

    `card_id` (8 random bytes in hex) and `issue` are what the code holds; `pin_hash` is Argon2id
    over a peppered PIN; `demo_pin` says that the PIN is a published one of the demo county.
    """

    __tablename__ = "card"
    __table_args__ = (
        UniqueConstraint("card_id"),
        UniqueConstraint("number"),
        CheckConstraint("issue BETWEEN 1 AND 65535", name="issue_in_code"),
        CheckConstraint("length(number) = 12", name="number_of_12"),
        CheckConstraint("length(card_id) = 16", name="card_id_of_8_bytes"),
        CheckConstraint("expires_on >= issued_on", name="expires_after_issue"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    card_id: Mapped[str] = mapped_column(String(16))
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"), index=True)
    number: Mapped[str] = mapped_column(String(12))
    issue: Mapped[int] = mapped_column(default=1)
    issued_on: Mapped[date]
    expires_on: Mapped[date]
    status: Mapped[CardStatus] = mapped_column(
        choice(CardStatus, "status"), default=CardStatus.ACTIVE
    )
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    demo_pin: Mapped[bool] = mapped_column(default=False)


class CardIssue(Base):
    """One print of a card. A number is never given out twice, not even after a reissue.

    `printed_at` is when it was last laid out on a sheet.
    """

    __tablename__ = "card_issue"
    __table_args__ = (UniqueConstraint("number"),)

    card_id: Mapped[UUID] = mapped_column(ForeignKey("card.id"), primary_key=True)
    issue: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12))
    issued_on: Mapped[date]
    expires_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID]
    printed_at: Mapped[datetime | None]
