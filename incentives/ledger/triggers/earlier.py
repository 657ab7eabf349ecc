"""The triggers of PostgreSQL that migrations made and a later one replaced; nothing else uses them.

They ran once a row, and a transfer's moved its two accounts in two statements.
"""

from incentives.ledger.triggers.names import (
    EVENT_CLOSED,
    NOT_BY_TRANSFER,
    OTHER_BALANCE,
    OUT_OF_SEQUENCE,
    WAITS,
    WAITS_FOR_RECOVERY,
)
from incentives.ledger.triggers.postgresql import Trigger

EARLIER_FUNCTIONS = {
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
}
EARLIER = {
    "transfer_moves": Trigger("AFTER INSERT", "transfer", "ledger_transfer_moves"),
    "transfer_joins_open_event": Trigger("BEFORE INSERT", "transfer", "ledger_transfer_joins"),
    "account_moves_by_transfer": Trigger("BEFORE UPDATE", "account", "ledger_account_moves"),
    "event_follows": Trigger("BEFORE INSERT", "event", "ledger_event_follows"),
    "event_waits_for_recovery": Trigger("BEFORE INSERT", "event", "ledger_event_waits"),
    "event_reopens_log": Trigger("AFTER INSERT", "event", "ledger_event_reopens"),
    "log_head_keeps_origin": Trigger("BEFORE UPDATE", "log_head", "ledger_origin_kept"),
}
