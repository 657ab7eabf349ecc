"""What keeps a statement as it was submitted, whatever the program does.

Of a settlement only its steps change, its lines and its reversals never; none is deleted. A
released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import create_function, create_trigger, own_schema, sqlite_trigger

STATE = "JS001"
WORDS = "a statement stays as it was submitted"
STAY_FUNCTION = "shop_statement_stays"
REFUSE_FUNCTION = "shop_refuses_change"
FROZEN = (
    "id",
    "village",
    "shop_id",
    "month",
    "from_size",
    "to_size",
    "points",
    "goods_fen",
    "cash_fen",
    "amount_fen",
    "submitted_by",
    "submitted_at",
)
CHANGED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in FROZEN)
ENDED = "OLD.status IN ('confirmed', 'rejected')"
REFUSED = f"{ENDED} OR {CHANGED}"
SQLITE = {
    "settlement_stays": ("UPDATE", "settlement", REFUSED),
    "settlement_refuses_delete": ("DELETE", "settlement", "1"),
    "settlement_line_refuses_update": ("UPDATE", "settlement_line", "1"),
    "settlement_line_refuses_delete": ("DELETE", "settlement_line", "1"),
    "settlement_reversal_refuses_update": ("UPDATE", "settlement_reversal", "1"),
    "settlement_reversal_refuses_delete": ("DELETE", "settlement_reversal", "1"),
}
POSTGRESQL = {
    "settlement_stays": ("UPDATE", "settlement", "ROW", STAY_FUNCTION),
    "settlement_refuses_delete": ("DELETE", "settlement", "ROW", REFUSE_FUNCTION),
    "settlement_refuses_truncate": ("TRUNCATE", "settlement", "STATEMENT", REFUSE_FUNCTION),
} | {
    f"{table}_refuses_{name}": (when, table, each, REFUSE_FUNCTION)
    for table in ("settlement_line", "settlement_reversal")
    for name, when, each in (
        ("change", "UPDATE OR DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    )
}
FUNCTIONS = {
    STAY_FUNCTION: f"""
BEGIN
    IF {REFUSED} THEN
        RAISE EXCEPTION '{WORDS}' USING ERRCODE = '{STATE}';
    END IF;
    RETURN NEW;
END
""",
    REFUSE_FUNCTION: f"""
BEGIN
    RAISE EXCEPTION '{WORDS}' USING ERRCODE = '{STATE}';
END
""",
}


def create_statement_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    if connection.dialect.name == "sqlite":
        for name, (when, table, condition) in SQLITE.items():
            connection.exec_driver_sql(sqlite_trigger(name, when, table, condition, WORDS))
        return
    with own_schema(connection):
        for function, body in FUNCTIONS.items():
            create_function(connection, function, body)
        for name, (when, table, each, function) in POSTGRESQL.items():
            create_trigger(connection, name, f"BEFORE {when}", table, each, function)


def drop_statement_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for name, (_when, table, _each, _function) in POSTGRESQL.items():
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
    for function in FUNCTIONS:
        connection.exec_driver_sql(f"DROP FUNCTION {function}()")
