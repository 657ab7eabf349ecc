"""What every model is made of, and how a connection is opened on SQLite and on PostgreSQL.

SQLite keeps its promises only if the driver's own transaction handling is off (it sends no
BEGIN before SELECT and SAVEPOINT), `synchronous` is FULL (NORMAL loses acknowledged commits at
a power cut) and `recursive_triggers` is ON (else INSERT OR REPLACE gets past delete triggers).
"""

from datetime import UTC, datetime
from enum import StrEnum
from sqlite3 import Connection as SQLiteConnection
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    Result,
    Text,
    Uuid,
    event,
)
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

from incentives import direct, gate, pipeline  # noqa: F401 -- both register their dialects

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "recursive_triggers": "ON",
    "busy_timeout": "5000",
    # What a savepoint or a trigger may have to undo; in a file it costs a third of a posting.
    "temp_store": "MEMORY",
    # Pages of the log of writes; SQLite's own 1,000 make every 60th sale wait for two more syncs.
    "wal_autocheckpoint": "4000",
}


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; refuses one without a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a column of it holds, for cursors and filters."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table: named by the domain's words, with constraint names that migrations can use."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={UUID: Uuid, datetime: Instant, int: BigInteger},
    )


class json_object_of(GenericFunction[str]):
    """Rows as one JSON object's text: of a name, and of a value that is JSON itself."""

    type = Text()
    inherit_cache = True


@compiles(json_object_of, "sqlite")
def _object_of_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    name, value = (compiler.process(each, **options) for each in element.clauses)
    return f"json_group_object({name}, json({value}))"


@compiles(json_object_of, "postgresql")
def _object_of_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    name, value = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(json_object_agg({name}, {value}) AS TEXT)"


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): made by the program, rising with time."""
    return uuid7()


def choice(kind: type[StrEnum], name: str) -> Enum:
    """A column type for a StrEnum: its values as text under a CHECK of that name."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=max(len(member.value) for member in kind),
        values_callable=lambda members: [member.value for member in members],
    )


def columns(row: Any) -> dict[str, Any]:
    """A row's columns by name."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def rows_changed(result: Result[*tuple[Any, ...]]) -> int:
    """How many rows an UPDATE or DELETE changed."""
    return int(cast("CursorResult[Any]", result).rowcount)


# How a transaction that will write begins on SQLite.
WRITING = "BEGIN IMMEDIATE"


@event.listens_for(Engine, "connect")
def _open_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, SQLiteConnection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma, value in SQLITE_PRAGMAS.items():
        cursor.execute(f"PRAGMA {pragma}={value}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the lock at once: one that reads first and then writes
    # fails with BUSY. Immediate for all would make each page view block the writers.
    if connection.dialect.name != "sqlite":
        return
    if connection.get_execution_options().get("write"):
        gate.enter(connection)
        direct.run(connection, WRITING)
    else:
        direct.run(connection, "BEGIN")
