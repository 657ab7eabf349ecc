"""The table of duties that are entered by hand."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from incentives.calls.models.calls import NOTE_LENGTH, PLACE_LENGTH
from incentives.database import Base, new_id


class Duty(Base):
    """A public duty of an office, entered by hand: blue while in time, red once overdue.

    Calls and objections stand beside it on the same ledgers without a row of their own. `division`
    is where it concerns people; `note` says how it was done.
    """

    __tablename__ = "duty"
    __table_args__ = (
        Index(None, "division", "due_on"),
        CheckConstraint("length(title) > 0", name="titled"),
        CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (note IS NULL)",
            name="done_is_whole",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    division: Mapped[str] = mapped_column(String(15), ForeignKey("division.code"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"))
    title: Mapped[str] = mapped_column(String(PLACE_LENGTH))
    due_on: Mapped[date]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    done_by: Mapped[UUID | None]
    done_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(NOTE_LENGTH))
