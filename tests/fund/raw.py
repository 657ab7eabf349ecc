"""Statements sent past the operations, as the database at hand takes them."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.extensions import db
from tests.factories import act


def send(statement: str, **values: object) -> None:
    """Send a statement in a transaction of its own."""
    act(lambda: db.session.execute(text(statement), values))


def hexed(value: UUID) -> str:
    """An id as the database writes it."""
    return value.hex if db.engine.dialect.name == "sqlite" else str(value)


def later() -> str:
    """An instant that isn't the test's, in the database's words."""
    return "datetime('now')" if db.engine.dialect.name == "sqlite" else "now()"


def refused(statement: str, words: str = "vouchers and signatures are kept", **values: object):
    """That the database refuses a statement, in these words."""
    with pytest.raises(DBAPIError, match=words):
        send(statement.format(later=later()), **values)
