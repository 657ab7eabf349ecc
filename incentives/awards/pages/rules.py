"""The public page of the rules in force."""

from itertools import groupby
from typing import Any

from incentives.awards import queries, words
from incentives.awards.pages.shared import blueprint
from incentives.clock import now, village_day
from incentives.web.pages import page, render


@blueprint.get("/v/<village>/rules")
@page(permission=None)
def show_rules(village: str) -> Any:
    """What earns points in a village today, by kind."""
    rulebook = queries.rulebook_in_force(village, village_day(now()))
    items = queries.items_of([rulebook.id])[rulebook.id] if rulebook else []
    groups = [
        (words.CATEGORIES[category], list(group))
        for category, group in groupby(items, key=lambda item: item.category)
    ]
    return render("awards/rules.html", rulebook=rulebook, groups=groups, words=words)
