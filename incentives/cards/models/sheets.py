"""The table of sheets of cards to be printed."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id


class SheetStatus(StrEnum):
    """Of cards to be printed: asked for, being laid out, there to be fetched, given up."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


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
