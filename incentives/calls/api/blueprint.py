"""The one blueprint of the room's calls by HTTP."""

from incentives.web.api import Blueprint

blueprint = Blueprint(
    "calls",
    __name__,
    url_prefix="/api/v1",
    description="Calls, the offices that answer them, and their duties",
)
