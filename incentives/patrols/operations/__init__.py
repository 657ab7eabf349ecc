"""What is done with patrols: places, the rota, walking, closing."""

from incentives.patrols.operations.attending import add_attendance
from incentives.patrols.operations.closing import Log, cancel_patrol, close_patrol
from incentives.patrols.operations.places import (
    Stop,
    add_waypoint,
    edit_waypoint,
    replace_sign,
    retire_route,
    retire_waypoint,
    set_route,
)
from incentives.patrols.operations.rota import (
    Plan,
    answer_swap,
    ask_swap,
    cancel_shift,
    plan_shifts,
)
from incentives.patrols.operations.signing import Signed, record_scans, whom_desk_signs, why
from incentives.patrols.operations.teams import disband_team
from incentives.patrols.operations.walking import record_finding, start_patrol

__all__ = [
    "Log",
    "Plan",
    "Signed",
    "Stop",
    "add_attendance",
    "add_waypoint",
    "answer_swap",
    "ask_swap",
    "cancel_patrol",
    "cancel_shift",
    "close_patrol",
    "disband_team",
    "edit_waypoint",
    "plan_shifts",
    "record_finding",
    "record_scans",
    "replace_sign",
    "retire_route",
    "retire_waypoint",
    "set_route",
    "start_patrol",
    "whom_desk_signs",
    "why",
]
