"""The blueprint of the calls about rulebooks and awards, and a row as a mapping."""

from typing import Any

from incentives.database import Base
from incentives.web.api import Blueprint

blueprint = Blueprint(
    "awards",
    __name__,
    url_prefix="/api/v1",
    description="Awards by HTTP: rulebooks and the rules in force, awards, claims, review.",
)

VILLAGE = "/villages/<village>"


def columns(row: Base) -> dict[str, Any]:
    """A row's columns by name."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
