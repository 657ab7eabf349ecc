"""Tables of recovery: why the books wait, what can't be rebuilt, who signed that."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id
from incentives.ledger.seals import Cause


class Way(StrEnum):
    """How the books go on: caught up from the seals, or opened anew without them.

    `resolved` is for seals that are there again (a disk that wasn't mounted): nothing was changed.
    """

    CATCH_UP = "catch_up"
    REOPEN = "reopen"
    RESOLVED = "resolved"


class Signer(StrEnum):
    """As what somebody signs: it takes one of each, two different people."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"


class LostKind(StrEnum):
    """What kind of thing can't be rebuilt from the seals, or only in part."""

    SINCE = "since"
    RECORD = "record"
    FACTS = "facts"
    DETAIL = "detail"
    STOCK_MOVEMENT = "stock_movement"
    VILLAGE = "village"
    HOUSEHOLD = "household"
    SHOP = "shop"
    UNSIGNED = "unsigned"
    LEASE = "lease"


class Recovery(Base):
    """That the books aren't what was sealed: while it hasn't ended, nothing else is written.

    At most one is `waiting`; those that ended have None. `findings` is what the start found,
    village by village. `began_at` is set with the first event that was replayed, `caught_up_at`
    with the list, whose SHA-256 in hex is `digest`. `replaying` lets sealed events in, within one
    transaction only.
    """

    __tablename__ = "recovery"
    __table_args__ = (
        UniqueConstraint("waiting"),
        CheckConstraint("waiting", name="waiting_or_null"),
        CheckConstraint("(waiting IS NULL) = (ended_at IS NOT NULL)", name="waits_until_ended"),
        CheckConstraint("(caught_up_at IS NULL) = (digest IS NULL)", name="list_has_digest"),
        CheckConstraint("(ended_at IS NULL) = (way IS NULL)", name="ending_is_whole"),
        CheckConstraint("way <> 'catch_up' OR caught_up_at IS NOT NULL", name="caught_up_first"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    waiting: Mapped[bool | None] = mapped_column(default=True)
    cause: Mapped[Cause] = mapped_column(choice(Cause, "cause"))
    found_at: Mapped[datetime]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    began_at: Mapped[datetime | None]
    caught_up_at: Mapped[datetime | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    replaying: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]
    way: Mapped[Way | None] = mapped_column(choice(Way, "way"))


# Whether sealed events are being let in, as triggers ask.
REPLAYING = "EXISTS (SELECT 1 FROM recovery WHERE waiting AND replaying)"


class LostItem(Base):
    """One line of the list of what can't be rebuilt: of which event, and what is known of it.

    `seq` and `event_id` are None where it is of no single event. `data` says what is known, by
    kind (docs/recovery.md).
    """

    __tablename__ = "recovery_item"
    __table_args__ = (Index("ix_recovery_item_recovery_id_id", "recovery_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    recovery_id: Mapped[UUID] = mapped_column(ForeignKey("recovery.id"))
    village: Mapped[str] = mapped_column(String(12))
    kind: Mapped[LostKind] = mapped_column(choice(LostKind, "kind"))
    seq: Mapped[int | None]
    event_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class RecoverySignature(Base):
    """That somebody signed how the books go on; one in each capacity, two people.

    `digest` is that of the list which was signed; a log opened anew has none, unless others were
    caught up. `note` is a checkpoint from paper, given by whoever asks for a log opened anew.
    """

    __tablename__ = "recovery_signature"
    __table_args__ = (
        UniqueConstraint("recovery_id", "person"),
        CheckConstraint("way <> 'resolved'", name="way_is_signed"),
        CheckConstraint("way <> 'catch_up' OR digest IS NOT NULL", name="list_is_signed"),
    )

    recovery_id: Mapped[UUID] = mapped_column(ForeignKey("recovery.id"), primary_key=True)
    signer: Mapped[Signer] = mapped_column(choice(Signer, "signer"), primary_key=True)
    person: Mapped[UUID]
    way: Mapped[Way] = mapped_column(choice(Way, "way"))
    digest: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime]
