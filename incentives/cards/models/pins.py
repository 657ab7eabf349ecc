"""Tables of wrong PINs: what is locked where, and how often it was tried."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id


class Scope(StrEnum):
    """Where a PIN or a number was entered: at a counter by user or by terminal, or from outside."""

    USER = "user"
    TERMINAL = "terminal"
    INTERNET = "internet"


class PinLock(Base):
    """How often the PIN of a card was wrong at one counter, and whether it is locked there.

    `who` is the user or the terminal; from the internet it is empty, as that lock is one for
    all. Each fifth in a row locks until `locked_until_at`, the tenth until a reset in person.
    """

    __tablename__ = "pin_lock"
    __table_args__ = (
        CheckConstraint("in_a_row >= 0", name="count_not_negative"),
        CheckConstraint("(scope = 'internet') = (who = '')", name="internet_is_one"),
    )

    card_id: Mapped[UUID] = mapped_column(ForeignKey("card.id"), primary_key=True)
    scope: Mapped[Scope] = mapped_column(choice(Scope, "scope"), primary_key=True)
    who: Mapped[str] = mapped_column(String(36), primary_key=True)
    in_a_row: Mapped[int] = mapped_column(default=0)
    locked_until_at: Mapped[datetime | None]


class PinFailure(Base):
    """One wrong PIN, or one typed number that is no card's (`card_id` empty): the hourly count."""

    __tablename__ = "pin_failure"
    __table_args__ = (Index("ix_pin_failure_scope_who_failed_at", "scope", "who", "failed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    card_id: Mapped[UUID | None] = mapped_column(ForeignKey("card.id"), index=True)
    scope: Mapped[Scope] = mapped_column(choice(Scope, "scope"))
    who: Mapped[str] = mapped_column(String(36))
    failed_at: Mapped[datetime]
