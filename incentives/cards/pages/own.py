"""What a scanned card opens, and a household's own page behind its PIN."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, session, url_for
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from incentives import ledger
from incentives.access import sessions
from incentives.access.actor import current_actor, find_actor
from incentives.access.limits import sign_ins
from incentives.access.operations import sign_in_by_card
from incentives.access.peers import peer_of
from incentives.access.queries import person_names
from incentives.books.queries import receipt_codes
from incentives.cards import operations, queries, schemas
from incentives.cards.pages.views import blueprint, card_views
from incentives.clock import now
from incentives.errors import NotSignedIn, Refusal
from incentives.extensions import db
from incentives.register.lines import tell_lines
from incentives.register.models import Household
from incentives.register.operations.own import hide_balance as hide_own_balance
from incentives.register.queries import looks_of
from incentives.register.sections import own_sections
from incentives.web.guard import get_village
from incentives.web.pages import Form, nav_item, page, render
from incentives.web.pages.forms import local_address
from incentives.web.transaction import transaction

NEXT = "after_card"

nav_item(_("My points"), "/c/account", permission="balance.hide", order=95, own=True)


@blueprint.get("/c")
@page(permission=None)
def open_card() -> Any:
    """What a scanned card opens; `next` is where to go on, also once the camera has opened it."""
    if wanted := local_address(request.args.get("next")):
        session[NEXT] = wanted
    return render("cards/open.html", form=Form(schemas.CardSignInForm), code="")


@blueprint.post("/c")
@sign_ins
@page(permission=None)
def sign_in() -> Any:
    """Open a household's own page by card and PIN."""
    form = Form(schemas.CardSignInForm)
    if form.status == 200:
        shown = {"card": form.data["code"], "pin": form.data["pin"]}
        try:
            done = transaction(
                lambda: sign_in_by_card(shown=shown, peer=peer_of(request), now=now()),
                in_recovery=True,
            )
        except Refusal as refusal:
            form.refuse(refusal)
            form.errors.setdefault("pin", form.refusal or str(refusal.detail))
        else:
            wanted = local_address(session.get(NEXT))
            sessions.begin_session(done.actor, done.key, now=now())
            return redirect(wanted or url_for("cards_pages.account"), 303)
    return render("cards/open.html", form=form, code=form.values.get("code", ""))


def own_household() -> Household:
    """The household of whoever reads; refuses who has none."""
    actor = find_actor()
    if actor is None or actor.household_id is None:
        raise NotSignedIn()
    return db.session.get_one(Household, actor.household_id)


@blueprint.get("/c/account")
@page(permission=None)
def account() -> Any:
    """A household's own page: its points, what they are made of, its cards."""
    actor = find_actor()
    if actor is None or actor.household_id is None:
        return redirect(url_for("cards_pages.open_card"), 303)
    household = own_household()
    after = request.args.get("after")
    found = ledger.statement(
        household.village, household.account_code, query={"limit": 30, "after": after}
    )
    position = ledger.positions(household.village, [household.account_code])
    looks = looks_of(household.id)
    here = url_for("cards_pages.account")
    return render(
        "cards/account.html",
        village=get_village(household.village),
        holder=actor.name,
        household_id=household.id,
        position=position[household.account_code],
        lines=tell_lines(found["items"]),
        codes=receipt_codes(household.village, [line.seq for line in found["items"]]),
        older_url=f"{here}?after={found['next']}" if found["next"] else None,
        newest_url=here if after else None,
        cards=card_views(queries.cards_of_household(household.id), whole_names=False),
        hide_balance=household.hide_balance,
        looks=looks,
        names=person_names(look.person for look in looks),
        # Each section comes out of a room's own template, which escaped what people typed.
        sections=[Markup(section(household.village, household.id)) for section in own_sections],  # noqa: S704
    )


@blueprint.post("/c/hide")
@page(permission=None)
def hide_balance() -> Any:
    """Hide the balance from whoever scans the card, or show it again."""
    actor, hide = own_actor(), request.form.get("hide") == "1"
    transaction(lambda: hide_own_balance(hide=hide, actor=actor, now=now()) and None)
    return redirect(url_for("cards_pages.account"), 303)


@blueprint.post("/c/cards/<uuid:card_id>/lost")
@page(permission=None)
def report_lost(card_id: UUID) -> Any:
    """Stop one's own card, at once."""
    actor, village = own_actor(), own_household().village
    transaction(
        lambda: (
            operations.report_card_lost(village=village, card_id=card_id, actor=actor, now=now())
            and None
        )
    )
    flash(str(_("The card is stopped. Your points stay.")), "done")
    return redirect(url_for("cards_pages.account"), 303)


def own_actor() -> Any:
    """Who is signed in, with a household of their own."""
    own_household()
    return current_actor()
