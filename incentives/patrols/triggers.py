"""What keeps a patrol's record as it was made, whoever writes.

Scans are append-only; the same person at the same place within 10 minutes is there once, whoever's
walk it is on; who attended stays, but for an award that waited for a phone without signal; a patrol
that has ended stays as it ended, but for a shift that it took later; a replaced sign stays
replaced. A released trigger is never edited: a change is a new one, made by a migration of its own.
"""

from sqlalchemy import Connection

from incentives.triggers import Guard, create_guards, differs, drop_guards

STATE = "JP001"
SAME = (
    "EXISTS (SELECT 1 FROM patrol_scan s WHERE s.patrol_id = NEW.patrol_id"
    " AND s.waypoint_id = NEW.waypoint_id AND s.resident_id = NEW.resident_id AND {apart} < 599.9)"
)
SAME_ANYWHERE = (
    "EXISTS (SELECT 1 FROM patrol_scan s JOIN patrol p ON p.id = s.patrol_id"
    " WHERE s.waypoint_id = NEW.waypoint_id AND s.resident_id = NEW.resident_id"
    " AND (s.patrol_id = NEW.patrol_id OR p.status <> 'cancelled') AND {apart} < 599.9)"
)
APART = {
    "sqlite": "abs(julianday(s.scanned_at) - julianday(NEW.scanned_at)) * 86400",
    "postgresql": "abs(extract(epoch FROM (s.scanned_at - NEW.scanned_at)))",
}


def within_minutes(same: str) -> dict[str, str]:
    """The condition that such a scan is less than 10 minutes away, in each dialect."""
    return {dialect: same.format(apart=apart) for dialect, apart in APART.items()}


# What the first version made, and the next two put into another's place.
ONCE = Guard(
    "patrol_scan_once",
    "patrol_scan",
    "INSERT",
    within_minutes(SAME),
    "this scan is there already",
)
ATTENDANCE_STAYS = Guard(
    "patrol_attendance_stays",
    "patrol_attendance",
    "UPDATE",
    "1 = 1",
    "who attended stays as it was closed",
)
ENDED_STAYS = Guard(
    "patrol_ended_stays",
    "patrol",
    "UPDATE",
    "OLD.status <> 'walking'",
    "a patrol that has ended stays as it ended",
)
KEPT = (
    Guard("patrol_scan_stays", "patrol_scan", "UPDATE", "1 = 1", "a scan stays as it was made"),
    Guard("patrol_scan_is_kept", "patrol_scan", "DELETE", "1 = 1", "a scan is kept"),
    Guard(
        "patrol_attendance_is_kept",
        "patrol_attendance",
        "DELETE",
        "1 = 1",
        "who attended is kept",
    ),
    ENDED_STAYS,
    Guard(
        "waypoint_code_stays",
        "waypoint_code",
        "UPDATE",
        "OLD.replaced_at IS NOT NULL OR NEW.waypoint_id <> OLD.waypoint_id",
        "a replaced sign stays replaced",
    ),
)
GUARDS = (ONCE, ATTENDANCE_STAYS, *KEPT)

ONCE_ANYWHERE = Guard(
    "patrol_scan_once_anywhere",
    "patrol_scan",
    "INSERT",
    within_minutes(SAME_ANYWHERE),
    "this scan is there already",
)
ATTENDANCE_WAITS = Guard(
    "patrol_attendance_waits",
    "patrol_attendance",
    "UPDATE",
    "OLD.unawarded IS NULL OR OLD.unawarded <> 'not_signed_in'"
    " OR NEW.patrol_id <> OLD.patrol_id OR NEW.resident_id <> OLD.resident_id"
    " OR NEW.village <> OLD.village",
    "who attended stays as it was closed",
)

# All that a walk has but its shift, which one that was begun without may be found to be of.
AS_IT_ENDED = (
    "id",
    "village",
    "team_id",
    "route_id",
    "leader_id",
    "status",
    "started_at",
    "begun_by",
    "begun_at",
    "weather",
    "log",
    "reason",
    "ended_by",
    "ended_at",
    "end_received_at",
    "end_offline",
)
ENDED_TAKES_SHIFT = Guard(
    "patrol_ended_takes_shift",
    "patrol",
    "UPDATE",
    "OLD.status <> 'walking' AND (OLD.status <> 'closed' OR OLD.shift_id IS NOT NULL"
    f" OR {differs(*AS_IT_ENDED)})",
    "a patrol that has ended stays as it ended",
)


def create_triggers(connection: Connection) -> None:
    """Create the first version's in the connection's schema."""
    create_guards(connection, GUARDS, STATE)


def drop_triggers(connection: Connection) -> None:
    """Drop the first version's; the tables stay."""
    drop_guards(connection, GUARDS)
