"""Tables of the offices that answer: what they answer for, who does, and within what time."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id

NAME_LENGTH = 60
MINUTES_AT_MOST = 60 * 24 * 60  # sixty days


class Category(StrEnum):
    """What a call is about; an office answers for some of them."""

    WATER = "water"
    ROAD = "road"
    POWER = "power"
    TELECOM = "telecom"
    HAZARD = "hazard"
    DISPUTE = "dispute"
    SANITATION = "sanitation"
    OTHER = "other"


class Office(Base):
    """An office that answers calls: a county bureau's, a township's, or a village committee.

    It covers what its division's code is a prefix of. A closed one is sent nothing new.
    """

    __tablename__ = "office"
    __table_args__ = (
        UniqueConstraint("division", "name"),
        CheckConstraint("length(name) > 0", name="named"),
        CheckConstraint("length(division) <= 12", name="division_is_no_grid"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    division: Mapped[str] = mapped_column(String(15), ForeignKey("division.code"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class OfficeCategory(Base):
    """That an office answers for a category."""

    __tablename__ = "office_category"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"), primary_key=True)
    category: Mapped[Category] = mapped_column(choice(Category, "category"), primary_key=True)


class OfficePerson(Base):
    """That a member of staff answers for an office, or stands in for who does."""

    __tablename__ = "office_person"

    office_id: Mapped[UUID] = mapped_column(ForeignKey("office.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    is_deputy: Mapped[bool]


class CallLimit(Base):
    """Within how many minutes of being pushed a category's calls are to be accepted, seen to on
    the spot, and resolved, in a division; the nearest division's holds."""

    __tablename__ = "call_limit"
    __table_args__ = (
        CheckConstraint(
            "accept_minutes > 0 AND on_site_minutes >= accept_minutes"
            " AND resolve_minutes >= on_site_minutes",
            name="minutes_rise",
        ),
    )

    division: Mapped[str] = mapped_column(String(15), ForeignKey("division.code"), primary_key=True)
    category: Mapped[Category] = mapped_column(choice(Category, "category"), primary_key=True)
    accept_minutes: Mapped[int]
    on_site_minutes: Mapped[int]
    resolve_minutes: Mapped[int]
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]
