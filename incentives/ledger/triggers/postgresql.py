"""The triggers of PostgreSQL and the functions behind them."""

from incentives.ledger.triggers.names import (
    APPEND_ONLY_STATE,
    EVENT_CLOSED,
    NEVER_DELETED,
    NEVER_TRUNCATED,
    NEVER_UPDATED,
    NEXT_ORIGIN,
    NOT_BY_TRANSFER,
    OTHER_BALANCE,
    OUT_OF_SEQUENCE,
    WAITS,
    WAITS_FOR_RECOVERY,
)

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
        UPDATE log_head SET origin = {NEXT_ORIGIN} WHERE village = NEW.village;
    END IF;
    RETURN NULL;
END
""",
    "ledger_origin_kept": f"""
BEGIN
    IF NEW.village IS DISTINCT FROM OLD.village OR (NEW.origin IS DISTINCT FROM OLD.origin AND (
        NEW.origin IS DISTINCT FROM {NEXT_ORIGIN}
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
