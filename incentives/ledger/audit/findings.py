"""One finding of the audit, and how it reads its rows."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from incentives.extensions import db


@dataclass(frozen=True)
class Finding:
    """One thing that isn't as it must be: where, what was expected, what was found."""

    village: str
    table: str
    place: str
    column: str
    expected: str
    found: str

    def as_dict(self) -> dict[str, str]:
        """The finding as JSON has it."""
        return asdict(self)


def rows(table: Any, village: str) -> Any:
    """A village's rows of a table, read anew."""
    return db.session.scalars(
        select(table).where(table.village == village).execution_options(populate_existing=True)
    )
