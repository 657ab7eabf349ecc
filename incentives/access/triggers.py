"""What keeps the audit trail append-only, as text, for SQLite and for PostgreSQL.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import create_function, create_trigger, own_schema

TABLE = "audit_row"
FUNCTION = "access_audit_append_only"
APPEND_ONLY_STATE = "JA001"

SQLITE = {
    f"{TABLE}_refuses_{act.lower()}": (
        f"CREATE TRIGGER {TABLE}_refuses_{act.lower()} BEFORE {act} ON {TABLE}\n"
        f"BEGIN\n    SELECT RAISE(ABORT, '{TABLE} takes no {act}');\nEND"
    )
    for act in ("UPDATE", "DELETE")
}
BODY = f"""
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = '{APPEND_ONLY_STATE}';
END
"""
POSTGRESQL = {"UPDATE": "ROW", "DELETE": "ROW", "TRUNCATE": "STATEMENT"}


def create_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    if connection.dialect.name == "sqlite":
        for body in SQLITE.values():
            connection.exec_driver_sql(body)
        return
    with own_schema(connection):
        create_function(connection, FUNCTION, BODY)
        for act, each in POSTGRESQL.items():
            name = f"{TABLE}_refuses_{act.lower()}"
            create_trigger(connection, name, f"BEFORE {act}", TABLE, each, FUNCTION)


def drop_triggers(connection: Connection) -> None:
    """Drop them; the table stays."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for act in POSTGRESQL:
        connection.exec_driver_sql(f"DROP TRIGGER {TABLE}_refuses_{act.lower()} ON {TABLE}")
    connection.exec_driver_sql(f"DROP FUNCTION {FUNCTION}()")
