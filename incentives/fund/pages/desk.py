"""What waits for the treasurer and for the supervisors."""

from typing import Any

from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.fund import queries, timeline, words
from incentives.fund.models import Disbursement
from incentives.fund.pages.shared import blueprint
from incentives.fund.pages.township import decides_above
from incentives.web.cursors import page as page_of
from incentives.web.guard import Village
from incentives.web.pages import current_village, nav_item, page, render


def waits_on_desk(actor: Actor, village: Village) -> int | None:
    """What waits for this person on the fund's page; a supervisor's waits on another."""
    if may(actor, "disbursement.approve", village.code):
        return None
    return queries.count_waiting(actor, village.code)


def waits_for_approval(actor: Actor, village: Village) -> int:
    """What waits for a supervisor."""
    return queries.count_waiting(actor, village.code)


nav_item(_("Fund"), "/fund", permission="disbursement.read", order=40, count=waits_on_desk)
nav_item(
    _("To approve"),
    "/supervise",
    permission="disbursement.approve",
    order=35,
    count=waits_for_approval,
)


@blueprint.get("/fund")
@page(permission="disbursement.read")
def desk() -> Any:
    """What the fund holds, what waits for me, and what may be done."""
    village, actor = current_village().code, current_actor()
    waiting = queries.waiting_for(actor, village).order_by(Disbursement.id)
    listed = page_of(queries.disbursements(village), [Disbursement.id.desc()], {"limit": 20})
    return render(
        "fund/desk.html",
        overview=queries.fund_overview(village),
        waiting=queries.disbursement_views(list(db.session.scalars(waiting))),
        latest=queries.disbursement_views(listed["items"]),
        may_apply=may(actor, "disbursement.apply", village),
        is_treasurer=may(actor, "income.record", village),
        budgets=queries.budget_figures(village, village_day(now()).year),
        year=village_day(now()).year,
        above=decides_above(actor),
        counts=queries.counts_waiting(village, actor.person),
        points=queries.points_and_money(village, village_day(now())),
        words=words,
    )


@blueprint.get("/supervise")
@page(permission="disbursement.approve")
def supervise() -> Any:
    """What waits for the supervision committee, with all that is needed to decide."""
    village, actor = current_village().code, current_actor()
    waiting = queries.waiting_for(actor, village).order_by(Disbursement.id)
    views = queries.disbursement_views(list(db.session.scalars(waiting)))
    return render(
        "fund/supervise.html",
        above=decides_above(actor),
        counts=queries.counts_waiting(village, actor.person),
        cards=[timeline.card_of(view, actor) for view in views],
        overview=queries.fund_overview(village),
        words=words,
    )
