"""What the service's own role may do on PostgreSQL, where another role owns the tables.

With one role for both, the triggers still hold against the program but not against whoever has
its password: `docs/deploy.md` warns.
"""

from sqlalchemy import URL, Connection, text

# The ledger's tables, and what is allowed beyond reading and inserting.
RIGHTS: dict[str, tuple[str, ...]] = {
    "account": (),
    "event": (),
    "event_detail": ("DELETE",),
    "transfer": (),
    "leaf": (),
    "log_head": ("UPDATE (size, at, frontier)",),
    "checkpoint": (),
    "erasure": (),
    "allowance": ("UPDATE", "DELETE"),
    "actor_code": ("DELETE",),
}
READ_ONLY = ("alembic_version",)


def settle_rights(connection: Connection, service: URL) -> None:
    """Give the role of the service's address its rights, where another one owns the tables.

    Run by the owner, after each migration and when a backup was restored.
    """
    quote = connection.dialect.identifier_preparer.quote
    schema = quote(str(connection.scalar(text("SELECT current_schema()"))))
    # Whoever may execute a trigger's function could hang it on a table of their own.
    connection.exec_driver_sql(f"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC")
    owner = connection.scalar(text("SELECT current_user"))
    if service.username and service.username != owner:
        grant_rights(connection, service.username)


def grant_rights(connection: Connection, role: str) -> None:
    """Give `role` exactly its rights in this schema; run by the owner, after each migration."""
    quote = connection.dialect.identifier_preparer.quote
    who = quote(role)
    schema = quote(str(connection.scalar(text("SELECT current_schema()"))))
    database = quote(str(connection.scalar(text("SELECT current_database()"))))
    send = connection.exec_driver_sql
    send(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {who}, PUBLIC")
    send(f"REVOKE CREATE ON SCHEMA {schema} FROM {who}, PUBLIC")
    # A temporary table named `account` must not be able to stand before the real one.
    send(f"REVOKE TEMPORARY ON DATABASE {database} FROM {who}, PUBLIC")
    send(f"GRANT USAGE ON SCHEMA {schema} TO {who}")
    send(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {who}")  # pg_dump reads them
    tables = connection.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    ).all()
    for table in tables:
        if table in READ_ONLY:
            allowed: tuple[str, ...] = ("SELECT",)
        elif table in RIGHTS:
            allowed = ("SELECT", "INSERT", *RIGHTS[table])
        else:
            allowed = ("SELECT", "INSERT", "UPDATE", "DELETE")
        send(f"GRANT {', '.join(allowed)} ON {quote(table)} TO {who}")
