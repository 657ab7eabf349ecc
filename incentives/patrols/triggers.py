"""What keeps a patrol's record as it was made, whoever writes.

Scans and attendance are append-only; the same person at the same place within 10 minutes is there
once; a patrol that has ended stays as it ended; a replaced sign stays replaced. A released trigger
is never edited: a change is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import Guard, create_guards, drop_guards

STATE = "JP001"
SAME = (
    "EXISTS (SELECT 1 FROM patrol_scan s WHERE s.patrol_id = NEW.patrol_id"
    " AND s.waypoint_id = NEW.waypoint_id AND s.resident_id = NEW.resident_id AND {apart} < 599.9)"
)
SAME_WITHIN_MINUTES = {
    "sqlite": SAME.format(apart="abs(julianday(s.scanned_at) - julianday(NEW.scanned_at)) * 86400"),
    "postgresql": SAME.format(apart="abs(extract(epoch FROM (s.scanned_at - NEW.scanned_at)))"),
}


GUARDS = (
    Guard(
        "patrol_scan_once",
        "patrol_scan",
        "INSERT",
        SAME_WITHIN_MINUTES,
        "this scan is there already",
    ),
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
    create_guards(connection, GUARDS, STATE)


def drop_triggers(connection: Connection) -> None:
    """Drop them; the tables stay."""
    drop_guards(connection, GUARDS)
