"""The blueprint of the pages of patrols."""

from flask import Blueprint

from incentives.patrols.models import Patrol, Route, Shift, ShiftSwap, Waypoint
from incentives.web.pages import of_villages

blueprint = Blueprint("patrols_pages", __name__)
of_villages.update(
    patrol_id=Patrol,
    route_id=Route,
    shift_id=Shift,
    swap_id=ShiftSwap,
    waypoint_id=Waypoint,
)
