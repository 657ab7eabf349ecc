"""Who walks when in all villages of a township or county, and what was missed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.patrols import queries
from incentives.patrols.api.rota import get_shifts_below
from incentives.patrols.lists import SHIFTS_BELOW
from incentives.patrols.models import Shift
from incentives.patrols.pages.shared import blueprint
from incentives.patrols.words import outcome_said
from incentives.register.queries import divisions_by_code
from incentives.web.lists import list_page
from incentives.web.pages import nav_item, page, render

nav_item(_("Patrols of the villages"), "/overview/patrols", permission="overview.read", order=71)

DAYS_AHEAD = 14
DAYS_BACK = 14
SHIFTS_AT_MOST = 500

list_page(
    blueprint,
    "/divisions/<code>/shifts",
    get_shifts_below,
    SHIFTS_BELOW,
    back=(".overview", _("Patrols of the villages")),
)


@blueprint.get("/overview/patrols")
@page(permission="overview.read", village=False)
def overview() -> Any:
    """Who walks when in all villages that the reader covers; and what was missed."""
    actor, today = current_actor(), village_day(now())
    codes = sorted(
        {held.division for held in actor.roles if may(actor, "overview.read", held.division)}
    )
    first = today.fromordinal(today.toordinal() - DAYS_BACK)
    last = today.fromordinal(today.toordinal() + DAYS_AHEAD)
    found: dict[UUID, Shift] = {}
    for code in codes:
        chosen = queries.shifts(code, first=first, last=last)
        for shift in db.session.scalars(chosen.order_by(Shift.starts_at).limit(SHIFTS_AT_MOST)):
            found[shift.id] = shift
    at = now()
    views = queries.shift_views(sorted(found.values(), key=lambda each: each.starts_at), at)
    names = divisions_by_code(sorted({each.shift.village for each in views}))
    return render(
        "patrols/overview.html",
        coming=[each for each in views if is_to_come(each, at)],
        past=[each for each in reversed(views) if not is_to_come(each, at)],
        names=names,
        codes=codes,
        said=outcome_said,
    )


def is_to_come(view: queries.ShiftView, at: datetime) -> bool:
    """Whether a shift is walked later or now; also one that was cancelled before its time."""
    if view.outcome is queries.Outcome.CANCELLED:
        return view.shift.starts_at > at
    return view.outcome in (queries.Outcome.COMING, queries.Outcome.WALKING)
