"""What villages can't decide by themselves, for the township's reviewers and supervisors."""

from typing import Any

from incentives.access.actor import Actor, current_actor
from incentives.errors import NotFound
from incentives.fund import lists, words
from incentives.fund.api.disbursements import get_disbursement_queue
from incentives.fund.api.outputs import sent_up_outputs
from incentives.fund.pages.shared import blueprint
from incentives.fund.queries.township import divisions_above, sent_up_to
from incentives.web.lists import ListPage, Place, export_page
from incentives.web.pages import page, render


def decides_above(actor: Actor) -> bool:
    """Whether this person decides for villages below their division."""
    return any(divisions_above(actor).values())


def read_sent_up(query: dict[str, Any]) -> dict[str, Any]:
    """What waits for the reader from all villages below; refuses who decides for none."""
    actor = current_actor()
    if not decides_above(actor):
        raise NotFound()
    return {"items": lists.SENT_UP.sift(sent_up_outputs(sent_up_to(actor)), query)}


ABOVE = Place(read=read_sent_up)


@blueprint.get("/fund/sent-up")
@page(permission="disbursement.read", village=False)
def sent_up() -> Any:
    """The queue: each with its village, the step that it waits for, and why it was sent up."""
    shown = ListPage(lists.SENT_UP, get_disbursement_queue, place=ABOVE)
    items = lists.SENT_UP.rows(shown.read())
    return render("fund/sent_up.html", items=items, list=shown, words=words)


export_page(blueprint, "/fund/sent-up", get_disbursement_queue, lists.SENT_UP, place=ABOVE)
