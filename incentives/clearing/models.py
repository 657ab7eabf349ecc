"""The table of clearings: announced when a period ends, carried out once its grace is over."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, new_id


class Clearing(Base):
    """The end of one period of a village: what was earned by then can be spent through `due_on`.

    `households` and `points` are how many were cleared so far; a later run adds what a terminal's
    allowance had held back.
    """

    __tablename__ = "clearing"
    __table_args__ = (
        UniqueConstraint("village", "period_ends_on"),
        CheckConstraint("due_on >= period_ends_on", name="due_after_period"),
        CheckConstraint("households >= 0 AND points >= households", name="figures"),
        CheckConstraint("cleared_at IS NOT NULL OR points = 0", name="cleared_has_time"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    period_ends_on: Mapped[date]
    due_on: Mapped[date]
    announced_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    households: Mapped[int] = mapped_column(default=0)
    points: Mapped[int] = mapped_column(default=0)
