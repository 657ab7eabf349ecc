"""Statements that go round the program, to see what the database itself refuses."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.extensions import db
from tests.factories import act


def as_kept(value: Any) -> Any:
    """A value as the database at hand keeps it."""
    if db.engine.dialect.name == "sqlite":
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, date):
            return value.isoformat()
    return value


def send(statement: str, **values: Any) -> None:
    """Send a statement past all operations, in a transaction of its own."""
    db.session.rollback()
    act(
        lambda: db.session.execute(
            text(statement), {name: as_kept(value) for name, value in values.items()}
        )
    )


def refused(words: str, statement: str, **values: Any) -> None:
    """The database refuses a statement, and says why."""
    with pytest.raises(DBAPIError, match=words):
        send(statement, **values)
    db.session.rollback()
