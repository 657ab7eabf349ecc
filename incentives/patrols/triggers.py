"""What keeps a patrol's record as it was made, whoever writes.

Scans and attendance are append-only; the same person at the same place within 10 minutes is there
once; a patrol that has ended stays as it ended; a replaced sign stays replaced. A released trigger
is never edited: a change is a new one, made by a migration of its own.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from incentives.triggers import create_function, create_trigger, own_schema, refusal, sqlite_trigger

STATE = "JP001"
SAME = (
    "EXISTS (SELECT 1 FROM patrol_scan s WHERE s.patrol_id = NEW.patrol_id"
    " AND s.waypoint_id = NEW.waypoint_id AND s.resident_id = NEW.resident_id AND {apart} < 599.9)"
)
APART = {
    "sqlite": "abs(julianday(s.scanned_at) - julianday(NEW.scanned_at)) * 86400",
    "postgresql": "abs(extract(epoch FROM (s.scanned_at - NEW.scanned_at)))",
}


@dataclass(frozen=True)
class Guard:
    """Refuse an act on a table under a condition, and say why."""

    name: str
    table: str
    act: str
    condition: str
    words: str


GUARDS = (
    Guard("patrol_scan_once", "patrol_scan", "INSERT", SAME, "this scan is there already"),
    Guard("patrol_scan_stays", "patrol_scan", "UPDATE", "1 = 1", "a scan stays as it was made"),
    Guard("patrol_scan_is_kept", "patrol_scan", "DELETE", "1 = 1", "a scan is kept"),
    Guard(
        "patrol_attendance_stays",
        "patrol_attendance",
        "UPDATE",
        "1 = 1",
        "who attended stays as it was closed",
    ),
    Guard(
        "patrol_attendance_is_kept",
        "patrol_attendance",
        "DELETE",
        "1 = 1",
        "who attended is kept",
    ),
    Guard(
        "patrol_ended_stays",
        "patrol",
        "UPDATE",
        "OLD.status <> 'walking'",
        "a patrol that has ended stays as it ended",
    ),
    Guard(
        "waypoint_code_stays",
        "waypoint_code",
        "UPDATE",
        "OLD.replaced_at IS NOT NULL OR NEW.waypoint_id <> OLD.waypoint_id",
        "a replaced sign stays replaced",
    ),
)


def create_triggers(connection: Connection) -> None:
    """Create them in the connection's schema."""
    if connection.dialect.name == "sqlite":
        for guard in GUARDS:
            condition = guard.condition.format(apart=APART["sqlite"])
            connection.exec_driver_sql(
                sqlite_trigger(guard.name, guard.act, guard.table, condition, guard.words)
            )
        return
    with own_schema(connection):
        for guard in GUARDS:
            create_on_postgresql(connection, guard)


def create_on_postgresql(connection: Connection, guard: Guard) -> None:
    """One trigger and its function."""
    condition = guard.condition.format(apart=APART["postgresql"])
    row = "OLD" if guard.act == "DELETE" else "NEW"
    create_function(connection, guard.name, refusal(condition, guard.words, STATE, row))
    create_trigger(connection, guard.name, f"BEFORE {guard.act}", guard.table, "ROW", guard.name)


def drop_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    for guard in GUARDS:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER {guard.name}")
            continue
        connection.exec_driver_sql(f"DROP TRIGGER {guard.name} ON {guard.table}")
        connection.exec_driver_sql(f"DROP FUNCTION {guard.name}()")
