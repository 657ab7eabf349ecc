"""What keeps the audit trail append-only, as text, for SQLite and for PostgreSQL.

A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection, text

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
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    path = connection.scalar(text("SELECT current_setting('search_path')"))
    connection.exec_driver_sql(f"SET LOCAL search_path = {schema}, pg_temp")
    connection.exec_driver_sql(
        f"CREATE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $${BODY}$$"
    )
    connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {FUNCTION}() FROM PUBLIC")
    for act, each in POSTGRESQL.items():
        connection.exec_driver_sql(
            f"CREATE TRIGGER {TABLE}_refuses_{act.lower()} BEFORE {act} ON {TABLE} "
            f"FOR EACH {each} EXECUTE FUNCTION {FUNCTION}()"
        )
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})


def drop_triggers(connection: Connection) -> None:
    """Drop them; the table stays."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for act in POSTGRESQL:
        connection.exec_driver_sql(f"DROP TRIGGER {TABLE}_refuses_{act.lower()} ON {TABLE}")
    connection.exec_driver_sql(f"DROP FUNCTION {FUNCTION}()")
