"""The blueprint of the calls about rulebooks and awards, and a row as a mapping."""

from incentives.web.api import Blueprint

blueprint = Blueprint(
    "awards",
    __name__,
    url_prefix="/api/v1",
    description="Awards by HTTP: rulebooks and the rules in force, awards, claims, review.",
)

VILLAGE = "/villages/<village>"
