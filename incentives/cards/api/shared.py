"""The blueprint of the calls about cards."""

from incentives.web.api import Blueprint

DESCRIPTION = "Cards by HTTP: issue, print, stop and find; scans, codes on phones and vouches."

blueprint = Blueprint("cards", __name__, url_prefix="/api/v1", description=DESCRIPTION)
