"""The places that patrols pass, the codes put up there, and the routes along them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentives.awards.models import CODE_LENGTH
from incentives.database import Base, new_id

PLACE_LENGTH = 60


class Waypoint(Base):
    """A place with a sign that is scanned; it has no position, and no phone's is ever asked."""

    __tablename__ = "waypoint"
    __table_args__ = (
        UniqueConstraint("village", "name"),
        UniqueConstraint("village", "id"),
        CheckConstraint("length(name) > 0", name="named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    name: Mapped[str] = mapped_column(String(PLACE_LENGTH))
    retired_at: Mapped[datetime | None]
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]


class WaypointCode(Base):
    """A code on a waypoint's sign, `W1` and base32 of 16 random bytes; a torn one is replaced.

    The number counts a waypoint's signs; the one that isn't replaced is good.
    """

    __tablename__ = "waypoint_code"
    __table_args__ = (
        UniqueConstraint("waypoint_id", "number"),
        CheckConstraint("number > 0", name="number_from_one"),
        CheckConstraint("length(code) = 28", name="code_is_whole"),
    )

    code: Mapped[str] = mapped_column(String(28), primary_key=True)
    waypoint_id: Mapped[UUID] = mapped_column(ForeignKey("waypoint.id"))
    number: Mapped[int]
    made_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Route(Base):
    """Waypoints in order, and by which rule items a walk along them is awarded."""

    __tablename__ = "route"
    __table_args__ = (
        UniqueConstraint("village", "name"),
        UniqueConstraint("village", "id"),
        CheckConstraint("length(name) > 0", name="named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    name: Mapped[str] = mapped_column(String(PLACE_LENGTH))
    member_rule: Mapped[str] = mapped_column(String(CODE_LENGTH))
    leader_rule: Mapped[str] = mapped_column(String(CODE_LENGTH))
    retired_at: Mapped[datetime | None]
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]


class RouteStop(Base):
    """A waypoint's place on a route, and the fewest minutes that one walks there from before."""

    __tablename__ = "route_stop"
    __table_args__ = (
        UniqueConstraint("route_id", "waypoint_id"),
        ForeignKeyConstraint(["village", "route_id"], ["route.village", "route.id"]),
        ForeignKeyConstraint(["village", "waypoint_id"], ["waypoint.village", "waypoint.id"]),
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint("least_minutes BETWEEN 0 AND 600", name="least_minutes"),
    )

    route_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    village: Mapped[str] = mapped_column(String(12))
    waypoint_id: Mapped[UUID] = mapped_column(index=True)
    least_minutes: Mapped[int]
