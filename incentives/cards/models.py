"""Tables of cards: the card and its prints, the keys that sign them, PIN locks, scans, a phone's
codes, vouches, sheets to be printed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incentives.database import Base, choice, new_id


class CardStatus(StrEnum):
    """`suspended`: reported lost, reinstated when found; `revoked`: over for good."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Scope(StrEnum):
    """Where a PIN or a number was entered: at a counter by user or by terminal, or from outside."""

    USER = "user"
    TERMINAL = "terminal"
    INTERNET = "internet"


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


class SheetStatus(StrEnum):
    """Of cards to be printed: asked for, being laid out, there to be fetched, given up."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


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


class SheetJob(Base):
    """Cards of a village, or of a grid, to be laid out on sheets of A4 in the background.

    `pages` holds the ids of the cards page by page, in the order in which they are handed out.
    Whoever works at it holds it until `held_until`; `pages_done` say where the next goes on.
    `unprintable` lists what the font has no letters for.
    """

    __tablename__ = "sheet_job"
    __table_args__ = (
        CheckConstraint("cards > 0", name="has_cards"),
        CheckConstraint("cards_done BETWEEN 0 AND cards", name="done_within"),
        CheckConstraint("pages_done >= 0", name="pages_not_negative"),
        CheckConstraint("(status = 'ready') = (ready_at IS NOT NULL)", name="ready_when"),
        CheckConstraint("(held_by IS NULL) = (held_until IS NULL)", name="held_by_whom"),
        CheckConstraint("failures >= 0", name="failures_not_negative"),
        CheckConstraint("substr(grid, 1, 12) = village", name="grid_of_village"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    grid: Mapped[str | None] = mapped_column(String(15), ForeignKey("division.code"))
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    pages: Mapped[list[list[str]]] = mapped_column(JSON, nullable=False)
    cards: Mapped[int]
    cards_done: Mapped[int] = mapped_column(default=0)
    pages_done: Mapped[int] = mapped_column(default=0)
    status: Mapped[SheetStatus] = mapped_column(
        choice(SheetStatus, "status"), default=SheetStatus.WAITING, index=True
    )
    held_by: Mapped[str | None] = mapped_column(String(32))
    held_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    unprintable: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, nullable=False)
    ready_at: Mapped[datetime | None]
