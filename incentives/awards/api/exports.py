"""Awards and versions of the rules as Excel sheets."""

from incentives.awards import lists
from incentives.awards.api.awards import get_awards
from incentives.awards.api.rulebooks import get_rulebooks
from incentives.awards.api.shared import VILLAGE, blueprint
from incentives.web.lists import export_api

export_api(blueprint, f"{VILLAGE}/awards", get_awards, lists.AWARDS)
export_api(blueprint, f"{VILLAGE}/rulebooks", get_rulebooks, lists.RULEBOOKS)
