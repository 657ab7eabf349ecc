"""The triggers of PostgreSQL and the functions behind them.

What a statement adds is looked at once, however many rows it has: `ledger_transfers_move` takes the
transfers' legs account by account, in the order of their versions, so that each must go on from
where the account or the leg before it stands, and moves each account once.
"""

from typing import NamedTuple

from incentives.ledger.triggers.names import (
    APPEND_ONLY_STATE,
    CHECK_VIOLATION,
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


class Trigger(NamedTuple):
    """When, on which table, which function; `only` where that holds of the row.

    `once` a statement: after an INSERT its function finds the new rows in `added`.
    """

    when: str
    table: str
    function: str
    only: str = ""
    once: bool = False

    def text(self, name: str) -> str:
        """The statement that makes it."""
        added = self.once and self.when == "AFTER INSERT"
        rows = " REFERENCING NEW TABLE AS added" if added else ""
        each = "STATEMENT" if self.once else "ROW"
        only = f" WHEN ({self.only})" if self.only else ""
        return (
            f"CREATE TRIGGER {name} {self.when} ON {self.table}{rows}"
            f" FOR EACH {each}{only} EXECUTE FUNCTION {self.function}()"
        )


# Each function by its name, its body being what pg_proc.prosrc keeps.
FUNCTIONS = {
    "ledger_transfers_move": f"""
DECLARE
    all_moved boolean;
    out_of_bounds boolean;
BEGIN
    IF EXISTS (SELECT 1 FROM added JOIN leaf USING (village, seq)) THEN
        RAISE EXCEPTION 'the event has its leaf and takes no more transfers'
            USING ERRCODE = '{EVENT_CLOSED}';
    END IF;
    WITH leg AS (
        SELECT village, from_code AS code, unit, from_version AS version,
            from_balance_after AS balance, - amount AS moved FROM added
        UNION ALL
        SELECT village, to_code, unit, to_version, to_balance_after, amount FROM added
    ), line AS (
        SELECT *, version - row_number() OVER so_far AS old_version,
            balance - sum(moved) OVER so_far AS old_balance
        FROM leg WINDOW so_far AS (PARTITION BY village, code ORDER BY version)
    ), change AS (
        SELECT village, code, unit, old_version, old_balance, max(version) AS version,
            sum(moved) AS moved, min(balance) AS lowest, max(balance) AS highest
        FROM line GROUP BY village, code, unit, old_version, old_balance
    ), moved AS (
        UPDATE account
        SET version = change.version, balance = account.balance + change.moved
        FROM change
        WHERE account.village = change.village AND account.code = change.code
            AND account.unit = change.unit AND account.version = change.old_version
            AND account.balance = change.old_balance
        RETURNING (lowest < 0 AND kind IN
                ('bank', 'cash', 'expired', 'household', 'settled', 'spending'))
            OR (highest > 0 AND kind IN ('debt', 'payable')) AS beyond
    )
    SELECT count(*) = (SELECT count(*) FROM change), bool_or(moved.beyond)
    INTO all_moved, out_of_bounds FROM moved;
    IF NOT all_moved THEN
        RAISE EXCEPTION 'the accounts of a transfer hold something else'
            USING ERRCODE = '{OTHER_BALANCE}';
    END IF;
    IF out_of_bounds THEN
        RAISE EXCEPTION 'an account leaves its floor or ceiling on the way'
            USING ERRCODE = '{CHECK_VIOLATION}';
    END IF;
    RETURN NULL;
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
    "ledger_account_kept": f"""
BEGIN
    RAISE EXCEPTION 'an account changes by a transfer alone'
        USING ERRCODE = '{NOT_BY_TRANSFER}';
END
""",
    "ledger_events_follow": f"""
BEGIN
    IF EXISTS (
        SELECT 1 FROM added WHERE seq > 0 AND NOT EXISTS (
            SELECT 1 FROM event
            WHERE village = added.village AND seq = added.seq - 1 AND at < added.at
        )
    ) THEN
        RAISE EXCEPTION 'an event follows the last one of its village, in number and in time'
            USING ERRCODE = '{OUT_OF_SEQUENCE}';
    END IF;
    RETURN NULL;
END
""",
    "ledger_events_wait": f"""
BEGIN
    IF EXISTS (SELECT 1 FROM recovery WHERE waiting AND NOT replaying) THEN
        RAISE EXCEPTION '{WAITS}' USING ERRCODE = '{WAITS_FOR_RECOVERY}';
    END IF;
    RETURN NULL;
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


def _postgresql() -> dict[str, Trigger]:
    """Each trigger of PostgreSQL by its name."""
    found = {"account_starts_at_zero": Trigger("BEFORE INSERT", "account", "ledger_account_starts")}
    refused = (
        ("UPDATE", NEVER_UPDATED),
        ("DELETE", NEVER_DELETED),
        ("TRUNCATE", NEVER_TRUNCATED),
    )
    for act, tables in refused:
        for table in tables:
            found[f"{table}_refuses_{act.lower()}"] = Trigger(
                f"BEFORE {act}", table, "ledger_append_only", once=act == "TRUNCATE"
            )
    return found | ONCE_A_STATEMENT


# Made by a migration of their own in place of `earlier.py`'s: they run once a statement, or are
# asked for by what stands in the row (docs/decisions/0026).
ONCE_A_STATEMENT = {
    "transfers_move": Trigger("AFTER INSERT", "transfer", "ledger_transfers_move", once=True),
    "events_follow": Trigger("AFTER INSERT", "event", "ledger_events_follow", once=True),
    "events_wait_for_recovery": Trigger("BEFORE INSERT", "event", "ledger_events_wait", once=True),
    "reopening_renames_log": Trigger(
        "AFTER INSERT", "event", "ledger_event_reopens", only="NEW.kind = 'reopen'"
    ),
    "log_head_changes_name": Trigger(
        "BEFORE UPDATE",
        "log_head",
        "ledger_origin_kept",
        only="NEW.village IS DISTINCT FROM OLD.village OR NEW.origin IS DISTINCT FROM OLD.origin",
    ),
    # At depth 0 an account would be changed by a statement, not by a transfer's trigger.
    "account_changes_by_transfer": Trigger(
        "BEFORE UPDATE",
        "account",
        "ledger_account_kept",
        only="pg_trigger_depth() < 1 OR NEW.village IS DISTINCT FROM OLD.village"
        " OR NEW.code IS DISTINCT FROM OLD.code OR NEW.unit IS DISTINCT FROM OLD.unit"
        " OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.version <= OLD.version",
    ),
}
POSTGRESQL = _postgresql()
