"""The blueprint of the shop's calls."""

from incentives.web.api import Blueprint

blueprint = Blueprint("shop", __name__, url_prefix="/api/v1", description=__doc__)
