"""What the database itself guarantees: the triggers, as text, for SQLite and for PostgreSQL.

They hold whatever the program does. The migrations create them from here and `guards.py`
compares them with what a database has. A released trigger is never edited: a change is a new
one, beside the old, made by a migration of its own.

ABORT, never ROLLBACK: the latter would end the transaction and with it the idempotency key.
PostgreSQL's functions are SECURITY DEFINER with the search path they were created under
(pg_temp last), so that the service's role moves balances through a transfer and in no other way.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

APPEND_ONLY = ("event", "transfer", "leaf", "checkpoint", "erasure")
NEVER_DELETED = (*APPEND_ONLY, "account", "log_head")
NEVER_UPDATED = (*APPEND_ONLY, "event_detail")
NEVER_TRUNCATED = (*NEVER_DELETED, "event_detail")

OTHER_BALANCE = "JL001"
NOT_BY_TRANSFER = "JL002"
APPEND_ONLY_STATE = "JL003"
OUT_OF_SEQUENCE = "JL004"
EVENT_CLOSED = "JL005"
WAITS_FOR_RECOVERY = "JL006"
WAITS = "the books wait for their recovery"

# Made by the migration of recovery; all others by the first.
OF_RECOVERY = ("event_waits_for_recovery", "event_reopens_log", "log_head_keeps_origin")

_SQLITE_TRANSFER_MOVES = """
CREATE TRIGGER transfer_moves AFTER INSERT ON transfer
BEGIN
    UPDATE account SET balance = balance - NEW.amount, version = version + 1
    WHERE village = NEW.village AND code = NEW.from_code;
    UPDATE account SET balance = balance + NEW.amount, version = version + 1
    WHERE village = NEW.village AND code = NEW.to_code;
    SELECT RAISE(ABORT, 'the accounts of a transfer hold something else')
    WHERE NOT EXISTS (
        SELECT 1 FROM account WHERE village = NEW.village AND code = NEW.from_code
        AND unit = NEW.unit AND balance = NEW.from_balance_after AND version = NEW.from_version
    ) OR NOT EXISTS (
        SELECT 1 FROM account WHERE village = NEW.village AND code = NEW.to_code
        AND unit = NEW.unit AND balance = NEW.to_balance_after AND version = NEW.to_version
    );
END
"""

_SQLITE_TRANSFER_JOINS = """
CREATE TRIGGER transfer_joins_open_event BEFORE INSERT ON transfer
WHEN EXISTS (SELECT 1 FROM leaf WHERE village = NEW.village AND seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'the event has its leaf and takes no more transfers');
END
"""

_SQLITE_ACCOUNT_STARTS = """
CREATE TRIGGER account_starts_at_zero BEFORE INSERT ON account
WHEN NEW.balance <> 0 OR NEW.version <> 0
BEGIN
    SELECT RAISE(ABORT, 'an account starts at zero');
END
"""

_SQLITE_ACCOUNT_MOVES = """
CREATE TRIGGER account_moves_by_transfer BEFORE UPDATE ON account
WHEN NEW.village IS NOT OLD.village OR NEW.code IS NOT OLD.code OR NEW.unit IS NOT OLD.unit
    OR NEW.kind IS NOT OLD.kind OR NEW.version IS NOT OLD.version + 1
    OR (NOT EXISTS (
        SELECT 1 FROM transfer WHERE village = NEW.village AND from_code = NEW.code
        AND from_version = NEW.version AND from_balance_after = NEW.balance
    ) AND NOT EXISTS (
        SELECT 1 FROM transfer WHERE village = NEW.village AND to_code = NEW.code
        AND to_version = NEW.version AND to_balance_after = NEW.balance
    ))
BEGIN
    SELECT RAISE(ABORT, 'an account changes by a transfer alone');
END
"""

_SQLITE_EVENT_FOLLOWS = """
CREATE TRIGGER event_follows BEFORE INSERT ON event
WHEN NEW.seq > 0 AND NOT EXISTS (
    SELECT 1 FROM event WHERE village = NEW.village AND seq = NEW.seq - 1 AND at < NEW.at
)
BEGIN
    SELECT RAISE(ABORT, 'an event follows the last one of its village, in number and in time');
END
"""

# The name that a log has after so many times being opened anew; docs/ledger.md, Origin.
_NEXT_ORIGIN = (
    "(SELECT origin FROM installation) || '/' || NEW.village || '/' ||"
    " (SELECT 1 + COUNT(*) FROM event WHERE village = NEW.village AND kind = 'reopen')"
)

_SQLITE_EVENT_WAITS = f"""
CREATE TRIGGER event_waits_for_recovery BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM recovery WHERE waiting AND NOT replaying)
BEGIN
    SELECT RAISE(ABORT, '{WAITS}');
END
"""

_SQLITE_EVENT_REOPENS = f"""
CREATE TRIGGER event_reopens_log AFTER INSERT ON event WHEN NEW.kind = 'reopen'
BEGIN
    UPDATE log_head SET origin = {_NEXT_ORIGIN} WHERE village = NEW.village;
END
"""

_SQLITE_ORIGIN_KEPT = f"""
CREATE TRIGGER log_head_keeps_origin BEFORE UPDATE ON log_head
WHEN NEW.village IS NOT OLD.village OR (NEW.origin IS NOT OLD.origin AND (
    NEW.origin IS NOT {_NEXT_ORIGIN}
    OR NOT EXISTS (SELECT 1 FROM event WHERE village = NEW.village AND kind = 'reopen')
))
BEGIN
    SELECT RAISE(ABORT, 'a log changes its name by being opened anew alone');
END
"""


def _sqlite() -> dict[str, str]:
    """Each trigger of SQLite by its name, as `sqlite_master` keeps it."""
    found = {
        "transfer_moves": _SQLITE_TRANSFER_MOVES,
        "transfer_joins_open_event": _SQLITE_TRANSFER_JOINS,
        "account_starts_at_zero": _SQLITE_ACCOUNT_STARTS,
        "account_moves_by_transfer": _SQLITE_ACCOUNT_MOVES,
        "event_follows": _SQLITE_EVENT_FOLLOWS,
        "event_waits_for_recovery": _SQLITE_EVENT_WAITS,
        "event_reopens_log": _SQLITE_EVENT_REOPENS,
        "log_head_keeps_origin": _SQLITE_ORIGIN_KEPT,
    }
    for act, tables in (("UPDATE", NEVER_UPDATED), ("DELETE", NEVER_DELETED)):
        for table in tables:
            name = f"{table}_refuses_{act.lower()}"
            found[name] = (
                f"CREATE TRIGGER {name} BEFORE {act} ON {table}\n"
                f"BEGIN\n    SELECT RAISE(ABORT, '{table} takes no {act}');\nEND"
            )
    return {name: body.strip() for name, body in found.items()}


SQLITE = _sqlite()

# PostgreSQL: each function by its name, its body being what pg_proc.prosrc keeps.
FUNCTIONS = {
    "ledger_transfer_moves": f"""
BEGIN
    UPDATE account SET balance = balance - NEW.amount, version = version + 1
    WHERE village = NEW.village AND code = NEW.from_code AND unit = NEW.unit
        AND balance - NEW.amount = NEW.from_balance_after AND version + 1 = NEW.from_version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the accounts of a transfer hold something else'
            USING ERRCODE = '{OTHER_BALANCE}';
    END IF;
    UPDATE account SET balance = balance + NEW.amount, version = version + 1
    WHERE village = NEW.village AND code = NEW.to_code AND unit = NEW.unit
        AND balance + NEW.amount = NEW.to_balance_after AND version + 1 = NEW.to_version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the accounts of a transfer hold something else'
            USING ERRCODE = '{OTHER_BALANCE}';
    END IF;
    RETURN NULL;
END
""",
    "ledger_transfer_joins": f"""
BEGIN
    IF EXISTS (SELECT 1 FROM leaf WHERE village = NEW.village AND seq = NEW.seq) THEN
        RAISE EXCEPTION 'the event has its leaf and takes no more transfers'
            USING ERRCODE = '{EVENT_CLOSED}';
    END IF;
    RETURN NEW;
END
""",
    "ledger_account_starts": f"""
BEGIN
    IF NEW.balance <> 0 OR NEW.version <> 0 THEN
        RAISE EXCEPTION 'an account starts at zero' USING ERRCODE = '{NOT_BY_TRANSFER}';
    END IF;
    RETURN NEW;
END
""",
    "ledger_account_moves": f"""
BEGIN
    IF pg_trigger_depth() < 2 OR NEW.village IS DISTINCT FROM OLD.village
        OR NEW.code IS DISTINCT FROM OLD.code OR NEW.unit IS DISTINCT FROM OLD.unit
        OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.version IS DISTINCT FROM OLD.version + 1
    THEN
        RAISE EXCEPTION 'an account changes by a transfer alone'
            USING ERRCODE = '{NOT_BY_TRANSFER}';
    END IF;
    RETURN NEW;
END
""",
    "ledger_event_follows": f"""
BEGIN
    IF NEW.seq > 0 AND NOT EXISTS (
        SELECT 1 FROM event WHERE village = NEW.village AND seq = NEW.seq - 1 AND at < NEW.at
    ) THEN
        RAISE EXCEPTION 'an event follows the last one of its village, in number and in time'
            USING ERRCODE = '{OUT_OF_SEQUENCE}';
    END IF;
    RETURN NEW;
END
""",
    "ledger_event_waits": f"""
BEGIN
    IF EXISTS (SELECT 1 FROM recovery WHERE waiting AND NOT replaying) THEN
        RAISE EXCEPTION '{WAITS}' USING ERRCODE = '{WAITS_FOR_RECOVERY}';
    END IF;
    RETURN NEW;
END
""",
    "ledger_event_reopens": f"""
BEGIN
    IF NEW.kind = 'reopen' THEN
        UPDATE log_head SET origin = {_NEXT_ORIGIN} WHERE village = NEW.village;
    END IF;
    RETURN NULL;
END
""",
    "ledger_origin_kept": f"""
BEGIN
    IF NEW.village IS DISTINCT FROM OLD.village OR (NEW.origin IS DISTINCT FROM OLD.origin AND (
        NEW.origin IS DISTINCT FROM {_NEXT_ORIGIN}
        OR NOT EXISTS (SELECT 1 FROM event WHERE village = NEW.village AND kind = 'reopen')
    )) THEN
        RAISE EXCEPTION 'a log changes its name by being opened anew alone'
            USING ERRCODE = '{APPEND_ONLY_STATE}';
    END IF;
    RETURN NEW;
END
""",
    "ledger_append_only": f"""
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = '{APPEND_ONLY_STATE}';
END
""",
}


def _postgresql() -> dict[str, tuple[str, str, str]]:
    """Each trigger of PostgreSQL by its name: when, on which table, which function."""
    found = {
        "transfer_moves": ("AFTER INSERT", "transfer", "ledger_transfer_moves"),
        "transfer_joins_open_event": ("BEFORE INSERT", "transfer", "ledger_transfer_joins"),
        "account_starts_at_zero": ("BEFORE INSERT", "account", "ledger_account_starts"),
        "account_moves_by_transfer": ("BEFORE UPDATE", "account", "ledger_account_moves"),
        "event_follows": ("BEFORE INSERT", "event", "ledger_event_follows"),
        "event_waits_for_recovery": ("BEFORE INSERT", "event", "ledger_event_waits"),
        "event_reopens_log": ("AFTER INSERT", "event", "ledger_event_reopens"),
        "log_head_keeps_origin": ("BEFORE UPDATE", "log_head", "ledger_origin_kept"),
    }
    refused = (
        ("UPDATE", NEVER_UPDATED),
        ("DELETE", NEVER_DELETED),
        ("TRUNCATE", NEVER_TRUNCATED),
    )
    for act, tables in refused:
        for table in tables:
            name = f"{table}_refuses_{act.lower()}"
            found[name] = (f"BEFORE {act}", table, "ledger_append_only")
    return found


POSTGRESQL = _postgresql()


FIRST = tuple(name for name in SQLITE | POSTGRESQL if name not in OF_RECOVERY)
ALL = (*FIRST, *OF_RECOVERY)


def create_triggers(connection: Connection, names: Sequence[str] = FIRST) -> None:
    """Create these of them in the connection's schema."""
    if connection.dialect.name == "sqlite":
        for name in names:
            if name in SQLITE:
                connection.exec_driver_sql(SQLITE[name])
        return
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    path = connection.scalar(text("SELECT current_setting('search_path')"))
    connection.exec_driver_sql(f"SET LOCAL search_path = {schema}, pg_temp")
    for name in functions_of(names):
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path FROM CURRENT AS $${FUNCTIONS[name]}$$"
        )
        # Whoever may execute it could hang it on a table of their own and make points.
        connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {name}() FROM PUBLIC")
    for name in names:
        when, table, function = POSTGRESQL[name]
        each = "STATEMENT" if when.endswith("TRUNCATE") else "ROW"
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
        )
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})


def drop_triggers(connection: Connection, names: Sequence[str] = ALL) -> None:
    """Drop these of them; the tables stay."""
    if connection.dialect.name == "sqlite":
        for name in names:
            if name in SQLITE:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for name in names:
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {POSTGRESQL[name][1]}")
    for name in functions_of(names):
        connection.exec_driver_sql(f"DROP FUNCTION {name}()")


def functions_of(names: Sequence[str]) -> list[str]:
    """The functions behind these triggers on PostgreSQL, each once."""
    return list(dict.fromkeys(POSTGRESQL[name][2] for name in names))
