"""Past the guards: what somebody with the database's owner's rights could do to the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Connection, Table, create_engine, text
from sqlalchemy.exc import DatabaseError

from incentives.database import Base
from incentives.extensions import db
from incentives.ledger.rights import RIGHTS

TABLES = {name: Base.metadata.tables[name] for name in RIGHTS}
NOWHERE = "999999999999"  # a village that has no books
OF_EVENTS = ("event_detail", "erasure")
# Values that lists of words must not let pass, and others that they do.
WORDS = {
    "kind": ("gift", "purse", "refund", "award", "expiry", "bank", "household"),
    "unit": ("fen", "point", "yuan"),
}

Row = dict[str, Any]


@contextmanager
def owner() -> Iterator[Connection]:
    """A transaction of the tables' owner: another role on PostgreSQL, whoever it is on SQLite."""
    db.session.remove()
    url = current_app.config["OWNER_DATABASE_URI"] or db.engine.url
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
    finally:
        engine.dispose()


def unguard() -> None:
    """Drop the ledger's tables' triggers, whichever room's, and on PostgreSQL CHECKs and keys."""
    tables = ", ".join(f"'{name}'" for name in TABLES)
    with owner() as connection:
        if connection.dialect.name == "sqlite":
            on = f"FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({tables})"
            for (name,) in connection.execute(text(f"SELECT name {on}")).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            return
        on = f"FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text IN ({tables})"
        for name, table in connection.execute(text(f"SELECT tgname, tgrelid::regclass::text {on}")):
            connection.exec_driver_sql(f'DROP TRIGGER {name} ON "{table}"')
        found = connection.execute(
            text(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                " WHERE connamespace = current_schema()::regnamespace AND contype IN ('c', 'f')"
                f" AND conrelid::regclass::text IN ({tables})"
            )
        )
        for table, name in found.all():
            connection.exec_driver_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')


def tamper(*statements: str) -> None:
    """Send these as the owner."""
    with owner() as connection:
        for statement in statements:
            changed = connection.execute(text(statement)).rowcount
            assert changed > 0, f"changed nothing: {statement}"


@dataclass(frozen=True)
class Change:
    """Rows of one table that become others; no row before or after: inserted or deleted."""

    table: str
    before: Row | None
    after: Row | None

    def columns(self) -> set[str]:
        """The columns in which they differ; all that tell rows apart where a row came or went.

        An allowance that came is told by what it holds back, a person's code by no event having it.
        """
        own = {"event": {"seq", "village"}, "allowance": {"points"}, "actor_code": {"code"}}
        keys = own.get(self.table)
        keys = keys or {column.name for column in TABLES[self.table].primary_key}
        if self.before is None or self.after is None:
            return keys
        changed = {name for name in self.before if self.before[name] != self.after[name]}
        return changed | keys if changed & keys else changed


def rows_in(connection: Connection, name: str, village: str) -> list[Row]:
    """A village's rows of a table as the driver has them, in a fixed order."""
    table = TABLES[name]
    chosen = "village = :village"
    if name in OF_EVENTS:
        chosen = "event_id IN (SELECT id FROM event WHERE village = :village)"
    order = ", ".join(column.name for column in table.primary_key)
    if name in OF_EVENTS:
        order = "(SELECT seq FROM event WHERE id = event_id)"
    found = connection.execute(
        text(f"SELECT * FROM {name} WHERE {chosen} ORDER BY {order}"), {"village": village}
    )
    return [dict(row._mapping) for row in found]


def carry_out(*changes: Change) -> bool:
    """Do it as the owner; whether the database let it pass (else nothing is done): its keys, and
    the guard that the fund has on transfers."""
    try:
        with owner() as connection:
            for change in changes:
                if change.before is not None:
                    remove(connection, TABLES[change.table], change.before)
            for change in changes:
                if change.after is not None:
                    names = ", ".join(change.after)
                    values = ", ".join(f":{name}" for name in change.after)
                    connection.execute(
                        text(f"INSERT INTO {change.table} ({names}) VALUES ({values})"),
                        change.after,
                    )
    except DatabaseError:
        return False
    return True


def undo(*changes: Change) -> None:
    """Put everything back as it was."""
    assert carry_out(*(Change(each.table, each.after, each.before) for each in changes))


def remove(connection: Connection, table: Table, row: Row) -> None:
    """Delete one row."""
    keys = " AND ".join(f"{column.name} = :{column.name}" for column in table.primary_key)
    wanted = {column.name: row[column.name] for column in table.primary_key}
    gone = connection.execute(text(f"DELETE FROM {table.name} WHERE {keys}"), wanted)
    assert gone.rowcount == 1


def other_value(rng: Random, column: str, value: Any, rows: list[Row]) -> Any:
    """Another value for a column than the one it has: near, far, or another row's."""
    if column == "village":
        return NOWHERE
    if column in WORDS and isinstance(value, str):
        return rng.choice([each for each in WORDS[column] if each != value])
    others = [row[column] for row in rows if row[column] not in (value, None)]
    if others and rng.random() < 0.3:
        return rng.choice(others)
    if value is None:
        return rng.choice(others) if others else None
    if isinstance(value, bool | int):
        return value + rng.choice([-1, 1, 7, -1000, 1_000_000])
    if isinstance(value, date):
        return value + timedelta(days=rng.choice([-365, -1, 1]))
    if isinstance(value, UUID):
        return UUID(int=value.int ^ (1 << rng.randrange(128)))
    if isinstance(value, bytes):
        at = rng.randrange(len(value)) if value else 0
        return value[:at] + bytes([value[at] ^ (1 << rng.randrange(8))]) + value[at + 1 :]
    return other_text(rng, value)


def other_text(rng: Random, value: str) -> str:
    """The text with one character more, less, or another."""
    at = rng.randrange(len(value) or 1)
    new = rng.choice("abcdefghkmnpqrstuvwxyz23456789")
    changed = value[:at] + new + value[at + rng.randrange(2) :]
    return changed if changed != value else value + "2"
