"""The sheets that the pages of awards lead to."""

from incentives.awards import lists
from incentives.awards.api.awards import get_awards
from incentives.awards.api.rulebooks import get_rulebooks
from incentives.awards.pages.shared import blueprint
from incentives.web.lists import export_page

export_page(blueprint, "/desk/awards", get_awards, lists.AWARDS)
export_page(
    blueprint, "/desk/rulebooks", get_rulebooks, lists.RULEBOOKS, permission="rulebook.read"
)
