"""What waits for the treasurer and for the supervisors."""

from typing import Any

from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor, current_actor
from incentives.access.permissions import may
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.fund import queries, timeline, words
from incentives.fund.models import Disbursement, DisbursementList
from incentives.fund.pages.shared import blueprint
from incentives.fund.pages.township import decides_above
from incentives.web.cursors import page as page_of
from incentives.web.guard import Village
from incentives.web.pages import current_village, nav_item, page, render

LATEST = 20
LISTS_SHOWN = 3


def waits_on_desk(actor: Actor, village: Village) -> int | None:
    """What waits for this person on the fund's page; a supervisor's waits on another."""
    if may(actor, "disbursement.approve", village.code):
        return None
    return queries.count_waiting(actor, village.code)


def waits_for_approval(actor: Actor, village: Village) -> int:
    """What waits for a supervisor."""
    return queries.count_waiting(actor, village.code)


def waiting_apart(
    actor: Actor, village: str
) -> tuple[list[queries.DisbursementView], list[DisbursementList]]:
    """What waits for this person alone, and the lists of which something does, each once."""
    waiting = queries.waiting_for(actor, village).order_by(Disbursement.id)
    views = queries.disbursement_views(list(db.session.scalars(waiting)))
    lists = {view.of_list[0].id: view.of_list[0] for view in views if view.of_list}
    return [view for view in views if not view.of_list], list(lists.values())


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
    waiting, lists_waiting = waiting_apart(actor, village)
    alone = queries.decided_alone(queries.disbursements(village))
    latest = page_of(alone, [Disbursement.id.desc()], {"limit": LATEST})
    lists = page_of(queries.lists_of(village), [DisbursementList.id.desc()], {"limit": LISTS_SHOWN})
    return render(
        "fund/desk.html",
        overview=queries.fund_overview(village),
        waiting=waiting,
        lists_waiting=lists_waiting,
        latest=queries.disbursement_views(latest["items"]),
        lists=lists["items"],
        may_apply=may(actor, "disbursement.apply", village),
        is_treasurer=may(actor, "income.record", village),
        budgets=queries.budget_figures(village, village_day(now()).year),
        year=village_day(now()).year,
        above=decides_above(actor),
        counts=queries.counts_waiting(village, actor),
        differences=queries.differences_waiting(village, actor),
        points=queries.points_and_money(village, village_day(now())),
        words=words,
    )


@blueprint.get("/supervise")
@page(permission="disbursement.approve")
def supervise() -> Any:
    """What waits for the supervision committee, with all that is needed to decide."""
    village, actor = current_village().code, current_actor()
    views, lists_waiting = waiting_apart(actor, village)
    return render(
        "fund/supervise.html",
        above=decides_above(actor),
        lists_waiting=lists_waiting,
        counts=queries.counts_waiting(village, actor),
        differences=queries.differences_waiting(village, actor),
        cards=[timeline.card_of(view, actor) for view in views],
        overview=queries.fund_overview(village),
        words=words,
    )
