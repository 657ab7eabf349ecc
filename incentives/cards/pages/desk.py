"""A cadre's desk for cards: make one, print, set its PIN, stop it, find it, end it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from incentives.access.actor import current_actor, find_actor
from incentives.access.permissions import may
from incentives.cards import operations, queries, schemas
from incentives.cards.models import Card, CardStatus
from incentives.cards.pages.views import blueprint, card_views, in_fours
from incentives.cards.qr import qr_svg
from incentives.clock import now
from incentives.errors import NotFound
from incentives.register.queries import find_household, masked, members_of
from incentives.register.sections import household_sections
from incentives.web.pages import Form, current_village, page, render
from incentives.web.schemas import Schema

SHEET_AT_MOST = 200
CHANGES: dict[str, tuple[Callable[..., Card], type[Schema]]] = {
    "suspend": (operations.suspend_card, schemas.ReasonInput),
    "reinstate": (operations.reinstate_card, schemas.ReasonInput),
    "reissue": (operations.reissue_card, schemas.ReasonInput),
    "revoke": (operations.revoke_card, schemas.RevocationInput),
}


@blueprint.get("/desk/cards/<uuid:card_id>")
@page(permission="card.read")
def show(card_id: UUID) -> Any:
    """A card with its code and what can be done with it."""
    return show_card(card_id, Form())


def show_card(card_id: UUID, form: Form, at: str = "") -> Any:
    """The card's page, with a form that was refused."""
    card = queries.get_card(current_village().code, card_id)
    form.at = at  # type: ignore[attr-defined]  # which of the page's forms it is
    return render(
        "cards/card.html",
        view=card_views([card], whole_names=True)[0],
        prints=[(in_fours(each.number), each) for each in queries.issues_of(card)],
        household_url=f"/desk/households/{card.household_id}",
        form=form,
    )


@blueprint.post("/desk/cards/<uuid:card_id>/<action>")
@page(permission="card.read")
def act(card_id: UUID, action: str) -> Any:
    """Stop, find, print anew or end a card."""
    if action not in CHANGES:
        raise NotFound()
    change, schema = CHANGES[action]
    form = Form(schema)
    village = current_village().code
    answer = form.accept(
        lambda: change(
            village=village, card_id=card_id, actor=current_actor(), now=now(), **form.data
        ),
        then=lambda card: url_for("cards_pages.show", card_id=card.id),
        done=_("Done"),
    )
    return answer or show_card(card_id, form, action)


@blueprint.post("/desk/cards/<uuid:card_id>/pin")
@page(permission="card.set_pin")
def pin(card_id: UUID) -> Any:
    """Set a card's PIN, with the holder present."""
    form = Form(schemas.PinInput)
    village = current_village().code
    answer = form.accept(
        lambda: operations.set_pin(
            village=village,
            card_id=card_id,
            pin=form.data["pin"],
            actor=current_actor(),
            now=now(),
        ),
        then=lambda card: url_for("cards_pages.show", card_id=card.id),
        done=_("The PIN is set"),
    )
    return answer or show_card(card_id, form, "pin")


@blueprint.get("/desk/cards/<uuid:card_id>.svg")
@page(permission="card.read")
def card_picture(card_id: UUID) -> Any:
    """The QR code of a card's latest print."""
    card = queries.get_card(current_village().code, card_id)
    return Response(qr_svg(queries.url_of(card)), mimetype="image/svg+xml")


@blueprint.post("/desk/households/<uuid:household_id>/cards")
@page(permission="card.issue")
def issue(household_id: UUID) -> Any:
    """Make a card for a household, or for one of its people."""
    form = Form(schemas.CardForm)
    village = current_village().code
    answer = form.accept(
        lambda: operations.issue_card(
            village=village,
            household_id=household_id,
            resident_id=form.data.get("resident_id"),
            actor=current_actor(),
            now=now(),
        ),
        then=lambda card: url_for("cards_pages.show", card_id=card.id),
        done=_("The card is made: print it, and set a PIN with the holder"),
    )
    if answer is None:
        flash(form.refusal or " ".join(form.errors.values()), "refused")
    return answer or redirect(f"/desk/households/{household_id}", 303)


@blueprint.get("/desk/cards/sheet")
@page(permission="card.read")
def sheet() -> Any:
    """Cards to print on A4 and cut out, in the order asked for."""
    village = current_village()
    ids = [read_id(text) for text in request.args.get("ids", "").split(",") if text]
    cards = queries.cards_in_use(village.code, ids[:SHEET_AT_MOST])
    names = queries.holder_names(cards)
    shown = [
        {
            "village": village.name,
            "holder": masked(names[card.id]),
            "small": gettext("Whoever finds it: please bring it to the village office"),
            "number": in_fours(card.number),
            "qr": Markup(qr_svg(queries.url_of(card))),  # noqa: S704 -- made here, of a URL
        }
        for card in cards
    ]
    return render("cards/sheet.html", cards=shown, running=village.name)


def read_id(text: str) -> UUID:
    """An id in an address; what is none isn't there."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound() from error


def household_section(village: str, household_id: UUID) -> str:
    """The cards of a household, for the household's page at the desk."""
    actor = find_actor()
    if actor is None or not may(actor, "card.read", village):
        return ""
    household = find_household(village, household_id)
    cards = queries.cards_of_household(household.id)
    holding = queries.holders_of_cards(household.id)
    people = members_of([household.id])[household.id]
    return render_template(
        "cards/household.html",
        cards=card_views(cards, whole_names=True),
        household_id=household.id,
        without_card=[(each.id, each.name) for each in people if each.id not in holding],
        household_has_one=None in holding,
        printable=[str(card.id) for card in cards if card.status is not CardStatus.REVOKED],
        may_issue=may(actor, "card.issue", village),
        form=Form(),
    )


household_sections.append(household_section)
