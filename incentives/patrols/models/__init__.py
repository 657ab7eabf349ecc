"""Tables of patrols: places and routes, who walks when, and what was walked."""

from incentives.patrols.models.places import Route, RouteStop, Waypoint, WaypointCode
from incentives.patrols.models.rota import Shift, ShiftSwap
from incentives.patrols.models.walks import (
    Finding,
    Patrol,
    PatrolAttendance,
    PatrolScan,
    PatrolStatus,
)

__all__ = [
    "Finding",
    "Patrol",
    "PatrolAttendance",
    "PatrolScan",
    "PatrolStatus",
    "Route",
    "RouteStop",
    "Shift",
    "ShiftSwap",
    "Waypoint",
    "WaypointCode",
]
