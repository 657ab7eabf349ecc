"""The blueprint of the calls about patrols."""

from incentives.web.api import Blueprint

blueprint = Blueprint(
    "patrols", __name__, url_prefix="/api/v1", description="Teams, places, shifts and patrols"
)

VILLAGE = "/villages/<village>"
