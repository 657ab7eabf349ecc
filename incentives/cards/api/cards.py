"""Cards by HTTP: issue, show, PIN, lost and found, print anew, revoke."""

from typing import Any
from uuid import UUID

from flask import Response

from incentives.access.actor import current_actor
from incentives.access.permissions import may
from incentives.cards import operations, queries, schemas
from incentives.cards.api.shared import blueprint
from incentives.cards.lists import CARDS
from incentives.cards.models import Card
from incentives.cards.operations.identifying import is_due
from incentives.cards.qr import qr_png, qr_svg
from incentives.clock import now
from incentives.errors import NotFound
from incentives.register.queries import find_household
from incentives.web.api import reads, writes
from incentives.web.lists import export_api

ONE = "/villages/<village>/cards/<uuid:card_id>"


def card_output(card: Card) -> dict[str, Any]:
    """A card with the code and the address on its latest print."""
    return {
        "id": card.id,
        "household_id": card.household_id,
        "resident_id": card.resident_id,
        "number": card.number,
        "code": queries.code_of(card),
        "url": queries.url_of(card),
        "status": card.status,
        "issue": card.issue,
        "issued_on": card.issued_on,
        "expires_on": card.expires_on,
        "renewal_due": is_due(card, now=now()),
        "has_pin": card.pin_hash is not None,
    }


@blueprint.route("/villages/<village>/cards", methods=["POST"])
@writes(
    schemas.CardOutput, status=201, body=schemas.CardInput, permission="card.issue", secret=True
)
def post_card(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Issue a card of a household, or of one resident in it."""
    card = operations.issue_card(village=village, actor=current_actor(), now=now(), **body)
    return card_output(card)


@blueprint.route("/villages/<village>/cards/batch", methods=["POST"])
@writes(schemas.ManyCardsOutput, status=201, body=schemas.ManyCardsInput, permission="card.issue")
def post_cards(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Issue a card for each household of a grid, a list or the village that holds none."""
    issued = operations.issue_cards(village=village, actor=current_actor(), now=now(), **body)
    return {"items": issued.cards, "made": len(issued.cards), "skipped": issued.skipped}


@blueprint.route(ONE)
@reads(schemas.CardOutput, permission="card.read")
def get_card(village: str, card_id: UUID) -> dict[str, Any]:
    """A card with its code."""
    return card_output(queries.get_card(village, card_id))


@blueprint.route(f"{ONE}.svg")
@reads(None, permission="card.read", produces="image/svg+xml")
def get_card_svg(village: str, card_id: UUID) -> Response:
    """The QR code on a card's latest print, as SVG."""
    url = queries.url_of(queries.get_card(village, card_id))
    return Response(qr_svg(url), mimetype="image/svg+xml")


@blueprint.route(f"{ONE}.png")
@reads(None, permission="card.read", produces="image/png")
def get_card_png(village: str, card_id: UUID) -> Response:
    """The QR code on a card's latest print, as PNG."""
    url = queries.url_of(queries.get_card(village, card_id))
    return Response(qr_png(url), mimetype="image/png")


@blueprint.route(f"{ONE}/suspension", methods=["POST"])
@writes(schemas.CardOutput, body=schemas.ReasonInput, permission="card.suspend", secret=True)
def post_suspension(village: str, card_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Stop a card that is reported lost, at once."""
    card = operations.suspend_card(
        village=village, card_id=card_id, actor=current_actor(), now=now(), **body
    )
    return card_output(card)


@blueprint.route(f"{ONE}/reinstatement", methods=["POST"])
@writes(schemas.CardOutput, body=schemas.ReasonInput, permission="card.reinstate", secret=True)
def post_reinstatement(village: str, card_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Let a card serve again that was lost and is found."""
    card = operations.reinstate_card(
        village=village, card_id=card_id, actor=current_actor(), now=now(), **body
    )
    return card_output(card)


@blueprint.route(f"{ONE}/reissue", methods=["POST"])
@writes(schemas.CardOutput, body=schemas.ReasonInput, permission="card.reissue", secret=True)
def post_reissue(village: str, card_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Print a card anew; every earlier print is refused from now on."""
    card = operations.reissue_card(
        village=village, card_id=card_id, actor=current_actor(), now=now(), **body
    )
    return card_output(card)


@blueprint.route(f"{ONE}/revocation", methods=["POST"])
@writes(schemas.CardOutput, body=schemas.RevocationInput, permission="card.revoke", secret=True)
def post_revocation(village: str, card_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """End a card for good."""
    card = operations.revoke_card(
        village=village, card_id=card_id, actor=current_actor(), now=now(), **body
    )
    return card_output(card)


@blueprint.route(f"{ONE}/pin", methods=["PUT"])
@writes(schemas.CardOutput, body=schemas.PinInput, permission="card.set_pin")
def put_pin(village: str, card_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Set the PIN, with the holder present; this also opens every lock of the old one."""
    card = operations.set_pin(
        village=village, card_id=card_id, pin=body["pin"], actor=current_actor(), now=now()
    )
    return card_output(card)


@blueprint.route("/villages/<village>/households/<uuid:household_id>/cards")
@reads(schemas.ShownCardPage, query=CARDS.query, permission="card.read", own=True)
def get_household_cards(village: str, household_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """The cards of a household, without their codes; a resident sees their own household's."""
    household = find_household(village, household_id)
    actor = current_actor()
    if not may(actor, "card.read", village) and actor.household_id != household.id:
        raise NotFound()
    return {"items": CARDS.sift(queries.cards_of_household(household.id), query)}


export_api(
    blueprint,
    "/villages/<village>/households/<uuid:household_id>/cards",
    get_household_cards,
    CARDS,
)


@blueprint.route(f"{ONE}/loss", methods=["POST"])
@writes(schemas.HeldCard, permission="card.suspend", own=True)
def post_loss(village: str, card_id: UUID) -> Card:
    """Stop one's own card, at once; the village office lets it serve again when it is found."""
    return operations.report_card_lost(
        village=village, card_id=card_id, actor=current_actor(), now=now()
    )
