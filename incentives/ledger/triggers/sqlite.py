"""The triggers as SQLite keeps them."""

from incentives.ledger.triggers.names import NEVER_DELETED, NEVER_UPDATED, NEXT_ORIGIN, WAITS

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
    UPDATE log_head SET origin = {NEXT_ORIGIN} WHERE village = NEW.village;
END
"""

_SQLITE_ORIGIN_KEPT = f"""
CREATE TRIGGER log_head_keeps_origin BEFORE UPDATE ON log_head
WHEN NEW.village IS NOT OLD.village OR (NEW.origin IS NOT OLD.origin AND (
    NEW.origin IS NOT {NEXT_ORIGIN}
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
