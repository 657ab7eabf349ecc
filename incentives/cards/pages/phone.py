"""The changing code on a resident's phone."""

from typing import Any

from flask import redirect, url_for
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from incentives.access.actor import current_actor, find_actor
from incentives.cards import operations, queries
from incentives.cards.operations.phone import GOOD_FOR, RENEW_AFTER
from incentives.cards.pages.views import blueprint, in_fours
from incentives.cards.qr import qr_svg
from incentives.clock import now
from incentives.errors import Refusal
from incentives.register.names import masked
from incentives.web.apps import App, add_app
from incentives.web.pages import page, render
from incentives.web.problems import problem
from incentives.web.transaction import transaction

CARD = App(
    key="card",
    page="/c/code",
    scope="/c/code",
    name=_("My card"),
    modules=("js/phone_code.js",),
    colour="#28506E",
    stays=True,
)
add_app(blueprint, CARD)


@blueprint.get("/c/code")
@page(permission=None)
def phone_code() -> Any:
    """What is held to the counter's camera: a code that changes, without signal the card's own.

    A phone keeps this page only once its holder asks for it: no more than the printed card shows.
    """
    actor = find_actor()
    if actor is None or actor.household_id is None:
        return redirect(url_for("cards_pages.open_card"), 303)
    card = queries.own_card(actor.household_id, actor.resident_id)
    printed = None
    if card is not None:
        printed = Markup(qr_svg(queries.url_of(card)))  # noqa: S704 -- made here, of a URL
    return render(
        "cards/phone.html",
        holder=masked(actor.name),
        printed=printed,
        card_id=card.id if card else None,
        number=in_fours(card.number) if card else None,
        code=queries.code_of(card) if card else None,
        renew_after=int(RENEW_AFTER.total_seconds()),
    )


@blueprint.post("/c/code")
@page(permission=None)
def next_phone_code() -> Any:
    """The next code, as a picture: for the page's script, every 30 seconds."""
    try:
        actor = current_actor()
        shown = transaction(lambda: operations.make_phone_code(actor=actor, now=now()))
    except Refusal as refusal:
        return problem(refusal)
    return {
        "picture": qr_svg(shown.code),
        "good_for": int(GOOD_FOR.total_seconds()),
        "renew_after": int(RENEW_AFTER.total_seconds()),
    }
