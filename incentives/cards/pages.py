"""The pages of cards: what a scanned one opens, and a cadre's desk for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from incentives import ledger
from incentives.access import sessions
from incentives.access.actor import current_actor, find_actor
from incentives.access.limits import sign_ins
from incentives.access.operations import sign_in_by_card
from incentives.access.peers import peer_of
from incentives.access.permissions import may
from incentives.cards import operations, queries, schemas, states
from incentives.cards.models import Card, CardStatus
from incentives.cards.qr import qr_svg
from incentives.clock import now
from incentives.errors import NotFound, NotSignedIn, Refusal
from incentives.extensions import db
from incentives.register.lines import tell_lines
from incentives.register.models import Household
from incentives.register.operations.own import hide_balance as hide_own_balance
from incentives.register.queries import find_household, masked, members_of
from incentives.register.sections import household_sections
from incentives.web.guard import get_village
from incentives.web.pages import Form, current_village, nav_item, page, render
from incentives.web.schemas import Schema
from incentives.web.transaction import transaction

blueprint = Blueprint("cards_pages", __name__)

SHEET_AT_MOST = 200
CHANGES: dict[str, tuple[Callable[..., Card], type[Schema]]] = {
    "suspend": (operations.suspend_card, schemas.ReasonInput),
    "reinstate": (operations.reinstate_card, schemas.ReasonInput),
    "reissue": (operations.reissue_card, schemas.ReasonInput),
    "revoke": (operations.revoke_card, schemas.RevocationInput),
}

nav_item(_("My points"), "/c/account", permission="statement.read", order=1, own=True)


@dataclass(frozen=True)
class CardView:
    """A card as pages show it."""

    id: UUID
    number_in_fours: str
    holder: str
    status: str
    has_pin: bool
    issued_on: date
    expires_on: date
    actions: tuple[str, ...]


def card_views(cards: Sequence[Card], *, whole_names: bool) -> list[CardView]:
    """These cards for a page; holders are masked unless the reader works with the household."""
    names = queries.holder_names(cards)
    return [
        CardView(
            id=card.id,
            number_in_fours=in_fours(card.number),
            holder=names[card.id] if whole_names else masked(names[card.id]),
            status=card.status.value,
            has_pin=card.pin_hash is not None,
            issued_on=card.issued_on,
            expires_on=card.expires_on,
            actions=tuple(action.value for action in states.allowed(card.status)),
        )
        for card in cards
    ]


def in_fours(number: str) -> str:
    """A card's number as it is printed and read aloud: 1234 5678 9012."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


@blueprint.get("/c")
@page(permission=None)
def open_card() -> Any:
    """What a scanned card opens."""
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
                lambda: sign_in_by_card(shown=shown, peer=peer_of(request), now=now())
            )
        except Refusal as refusal:
            form.refuse(refusal)
            form.errors.setdefault("pin", form.refusal or str(refusal.detail))
        else:
            sessions.begin_session(done.actor, done.key, now=now())
            return redirect(url_for("cards_pages.account"), 303)
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
    here = url_for("cards_pages.account")
    return render(
        "cards/account.html",
        village=get_village(household.village),
        holder=actor.name,
        position=position[household.account_code],
        lines=tell_lines(found["items"]),
        older_url=f"{here}?after={found['next']}" if found["next"] else None,
        newest_url=here if after else None,
        cards=card_views(queries.cards_of_household(household.id), whole_names=False),
        hide_balance=household.hide_balance,
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
    return redirect(url_for("cards_pages.account"), 303)


def own_actor() -> Any:
    """Who is signed in, with a household of their own."""
    own_household()
    return current_actor()


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
        issues=queries.issues_of(card),
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
    return render("cards/sheet.html", cards=shown, running=f"{village.name} · 积分卡")


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
    return render_template(
        "cards/household.html",
        cards=card_views(cards, whole_names=True),
        household_id=household.id,
        holders=[(each.id, each.name) for each in members_of([household.id])[household.id]],
        printable=[str(card.id) for card in cards if card.status is not CardStatus.REVOKED],
        may_issue=may(actor, "card.issue", village),
        form=Form(),
    )


household_sections.append(household_section)
