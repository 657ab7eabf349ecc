"""The phones of a shop that have a key of their own."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id


class TerminalStatus(StrEnum):
    """`suspended`: stopped, perhaps lost; `replaced`: another phone took its place for good."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REPLACED = "replaced"


class Terminal(Base):
    """A browser that a shopkeeper registered, with a P-256 key of its own (`public_key`: SPKI).

    It acts for the user who registered it (`keeper_id`). `token_at` is when the nonce behind its
    newest token was made: each nonce serves once. `reason` says why it is stopped.
    """

    __tablename__ = "terminal"
    __table_args__ = (
        UniqueConstraint("public_key"),
        UniqueConstraint("replaces"),
        CheckConstraint("length(name) > 0", name="named"),
        CheckConstraint("status <> 'suspended' OR reason IS NOT NULL", name="stopped_has_reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(200))
    status: Mapped[TerminalStatus] = mapped_column(
        choice(TerminalStatus, "terminal_status"), default=TerminalStatus.ACTIVE
    )
    reason: Mapped[str | None] = mapped_column(String(200))
    keeper_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("terminal.id"))
    registered_at: Mapped[datetime]
    token_at: Mapped[datetime | None]
