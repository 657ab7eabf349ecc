"""The pages of clearings: for anyone, and a word to the household that would lose points."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from incentives.access.actor import find_actor
from incentives.access.permissions import may
from incentives.clearing import lists, queries
from incentives.clearing.api import get_clearings
from incentives.clearing.models import Clearing
from incentives.clearing.telling import tell_clearings, way_to_object
from incentives.clock import now, village_day
from incentives.register.queries import find_household
from incentives.register.sections import household_sections, own_sections
from incentives.web.cursors import page as page_of
from incentives.web.dates import day_word
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import page, public_place, render

blueprint = Blueprint("clearing_pages", __name__)


def summary(village: str) -> str:
    """Whether points expire, in a few words."""
    found = queries.coming(village, village_day(now()))
    if found is None:
        return gettext("No, they stay")
    return gettext("What is left on %(day)s", day=day_word(found.period_ends_on))


public_place(_("Do points expire?"), "/v/{village}/clearing", order=15, summary=summary)


@blueprint.get("/v/<village>/clearing")
@page(permission=None)
def list_clearings(village: str) -> Any:
    """When points are cleared next, and what was cleared before."""
    shown = ListPage(lists.CLEARINGS, get_clearings, limit=20)
    chosen = lists.CLEARINGS.narrow(queries.clearings(village), shown.query)
    found = shown.take(page_of(chosen, [Clearing.period_ends_on.desc()], shown.query))
    return render(
        "clearing/list.html",
        coming=queries.coming(village, village_day(now())),
        clearings=found,
        list=shown,
    )


export_page(blueprint, "/v/<village>/clearing", get_clearings, lists.CLEARINGS)


def desk_section(village: str, household_id: UUID) -> str:
    """What was and will be cleared of a household, for staff who read its statement."""
    actor = find_actor()
    if actor is None or not may(actor, "statement.read", village):
        return ""
    return section(village, household_id, own=False)


def own_section(village: str, household_id: UUID) -> str:
    """The same for the household itself, on its own page."""
    return section(village, household_id, own=True)


def section(village: str, household_id: UUID, *, own: bool) -> str:
    """What a household would lose and by when it can spend it; what it lost lately, and why.

    And where that is objected to, while it can be.
    """
    household, today = find_household(village, household_id), village_day(now())
    expiring = queries.expiring(village, household.account_code, today)
    gone = queries.gone(village, household.account_code, today)
    if expiring is None and gone is None:
        return ""
    return render_template(
        "clearing/household.html",
        expiring=expiring,
        gone=gone,
        told=tell_clearings([gone.clearing.id])[gone.clearing.id] if gone else "",
        way=way_to_object(gone.clearing, household_id, own=own) if gone else None,
        own=own,
    )


own_sections.append(own_section)
household_sections.append(desk_section)
