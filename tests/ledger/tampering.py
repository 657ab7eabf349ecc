"""Past the guards: what somebody with the database's owner's rights could do to the tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from sqlalchemy import Connection, create_engine, text

from incentives.extensions import db
from incentives.ledger.triggers import drop_triggers


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
    """Drop every trigger, and on PostgreSQL every CHECK and foreign key of the ledger's tables."""
    with owner() as connection:
        drop_triggers(connection)
        if connection.dialect.name == "sqlite":
            return
        found = connection.execute(
            text(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                " WHERE connamespace = current_schema()::regnamespace AND contype IN ('c', 'f')"
                " AND conrelid::regclass::text IN ('account', 'event', 'event_detail', 'transfer',"
                " 'leaf', 'log_head', 'checkpoint', 'erasure', 'allowance', 'actor_code')"
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
