"""What villages can't decide by themselves, for the township's reviewers and supervisors."""

from typing import Any

from incentives.access.actor import Actor, current_actor
from incentives.errors import NotFound
from incentives.fund import words
from incentives.fund.pages.shared import blueprint
from incentives.fund.queries.township import divisions_above, sent_up_to
from incentives.web.pages import page, render


def decides_above(actor: Actor) -> bool:
    """Whether this person decides for villages below their division."""
    return any(divisions_above(actor).values())


@blueprint.get("/fund/sent-up")
@page(permission="disbursement.read", village=False)
def sent_up() -> Any:
    """The queue: each with its village, the step that it waits for, and why it was sent up."""
    actor = current_actor()
    if not decides_above(actor):
        raise NotFound()
    return render("fund/sent_up.html", items=sent_up_to(actor), words=words)
