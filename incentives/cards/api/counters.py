"""What counters ask by HTTP: scans, a phone's code, forgotten cards, vouches, warnings."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from incentives.access.actor import current_actor, find_actor
from incentives.access.permissions import may, refuse_others
from incentives.cards import lists, operations, queries, schemas
from incentives.cards.api.shared import blueprint
from incentives.cards.models import Vouch, VouchStatus
from incentives.cards.operations import Shown
from incentives.clock import now
from incentives.errors import NotFound
from incentives.register.queries import find_household
from incentives.web.api import reads, writes
from incentives.web.cursors import page

VOUCHES = "/villages/<village>/vouches"
VOUCHES_AT_MOST = 500


def scan_output(shown: Shown) -> dict[str, Any]:
    """What a scan tells this caller; what they may not know is left out."""
    card = shown.card
    output: dict[str, Any] = {
        "village": shown.village,
        "card": {
            "id": card.id,
            "number": card.number,
            "status": card.status,
            "renewal_due": shown.renewal_due,
        },
        "holder": shown.holder,
        "balance": shown.balance,
    }
    if shown.scan_id is not None:
        output["spendable"] = shown.spendable
        output["scan_id"] = shown.scan_id
        output["pin_needed_above"] = shown.pin_needed_above
        output["shown_by"] = shown.shown_by
    return output


def vouch_outputs(vouches: Sequence[Vouch]) -> list[dict[str, Any]]:
    """These vouches as the caller may see them."""
    actor = current_actor()
    return [
        {
            "id": view.vouch.id,
            "scan_id": view.vouch.scan_id,
            "card_id": view.vouch.card_id,
            "status": view.status,
            "holder": view.holder,
            "door": view.door,
            "points": view.vouch.points,
            "asked_by_name": view.asked_by_name,
            "asked_at": view.vouch.asked_at,
            "expires_at": view.vouch.expires_at,
            "vouched_by": view.vouch.answered_by
            if view.vouch.status is VouchStatus.CONFIRMED
            else None,
            "answered_by_name": view.answered_by_name,
            "answered_at": view.vouch.answered_at,
            "reason": view.vouch.reason,
            "spendable": view.spendable,
        }
        for view in queries.vouch_views(vouches, actor, now=now())
    ]


@blueprint.route("/cards/scan", methods=["POST"])
@writes(schemas.ScanOutput, body=schemas.ScanInput, permission=None, keyed=False)
def post_scan(body: dict[str, Any]) -> dict[str, Any]:
    """What a shown card allows this caller: by its printed code anyone, by number signed-in staff,
    by a phone's code or for a forgotten card a shop that serves the village."""
    actor = find_actor()
    if "code" in body:
        return scan_output(operations.scan_code(text=body["code"], actor=actor, now=now()))
    if "number" in body:
        return scan_output(operations.scan_number(number=body["number"], actor=actor, now=now()))
    return scan_output(operations.scan_forgotten(card_id=body["card_id"], actor=actor, now=now()))


@blueprint.route("/cards/phone-code", methods=["POST"])
@writes(schemas.PhoneCodeOutput, status=201, permission="card.read", own=True, keyed=False)
def post_phone_code() -> operations.ShownCode:
    """A new changing code for the signed-in resident's phone; it cancels the one before."""
    return operations.make_phone_code(actor=current_actor(), now=now())


@blueprint.route("/villages/<village>/cards/forgotten")
@reads(schemas.ForgottenPage, query=schemas.ForgottenQuery, permission="card.find")
def get_forgotten(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """The cards of those whom a name, pinyin or initials find, masked: ten at most."""
    return {"items": queries.forgotten_cards(village, query["q"]), "next": None}


@blueprint.route(VOUCHES, methods=["POST"])
@writes(schemas.VouchOutput, status=201, body=schemas.VouchInput, permission="vouch.ask")
def post_vouch(village: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask the village's cadres to say that they know the holder of a scanned card."""
    vouch = operations.ask_for_vouch(village=village, actor=current_actor(), now=now(), **body)
    return vouch_outputs([vouch])[0]


@blueprint.route(VOUCHES)
@reads(schemas.VouchPage, query=lists.VOUCHES.query, permission="vouch.read")
def get_vouches(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """What waits for this cadre's answer, or what this shopkeeper asked; newest first."""
    seen = queries.vouches_seen_by(current_actor(), village, now=now())
    found = page(lists.VOUCHES.narrow(seen, query), [Vouch.id.desc()], query)
    return {**found, "items": vouch_outputs(found["items"])}


@blueprint.route(f"{VOUCHES}/<uuid:vouch_id>")
@reads(schemas.VouchOutput, permission="vouch.read")
def get_vouch(village: str, vouch_id: UUID) -> dict[str, Any]:
    """Whether somebody has answered: for who asked, and for cadres."""
    vouch, actor = queries.find_vouch(village, vouch_id), current_actor()
    if vouch.asked_by != actor.person and not may(actor, "vouch.answer", village):
        raise NotFound()
    return vouch_outputs([vouch])[0]


@blueprint.route(f"{VOUCHES}/<uuid:vouch_id>/confirmation", methods=["POST"])
@writes(schemas.VouchOutput, permission="vouch.answer")
def post_confirmation(village: str, vouch_id: UUID) -> dict[str, Any]:
    """Say that one knows the holder, and that it is they who stand at the counter."""
    vouch = operations.confirm_vouch(
        village=village, vouch_id=vouch_id, actor=current_actor(), now=now()
    )
    return vouch_outputs([vouch])[0]


@blueprint.route(f"{VOUCHES}/<uuid:vouch_id>/refusal", methods=["POST"])
@writes(schemas.VouchOutput, body=schemas.RefusalInput, permission="vouch.answer")
def post_vouch_refusal(village: str, vouch_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Say that one doesn't know who stands there."""
    vouch = operations.refuse_vouch(
        village=village, vouch_id=vouch_id, actor=current_actor(), now=now(), **body
    )
    return vouch_outputs([vouch])[0]


@blueprint.route("/villages/<village>/households/<uuid:household_id>/vouches")
@reads(schemas.VouchPage, query=lists.OWN_VOUCHES.query, permission="card.read", own=True)
def get_household_vouches(
    village: str, household_id: UUID, query: dict[str, Any]
) -> dict[str, Any]:
    """Who vouched for a household's sales, or wouldn't; a resident sees their own household's."""
    household = find_household(village, household_id)
    refuse_others(current_actor(), "card.read", village, household.id)
    found = vouch_outputs(queries.vouches_of_household(household.id, limit=VOUCHES_AT_MOST))
    return {"items": lists.OWN_VOUCHES.sift(found, query), "next": None}


@blueprint.route("/villages/<village>/cards/alarms")
@reads(schemas.AlarmPage, query=lists.ALARMS.query, permission="audit.read")
def get_alarms(village: str, query: dict[str, Any]) -> dict[str, Any]:
    """Counters that were stopped for an hour by 20 wrong PINs and numbers, newest first."""
    found = queries.alarms(village, now=now())
    return {"items": lists.ALARMS.sift(found, query), "next": None}
