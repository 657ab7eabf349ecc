"""How a card comes to the counter: its code read there, or the scan that knew it."""

from datetime import datetime
from uuid import UUID

from incentives.access.actor import Actor
from incentives.cards.models import ShownBy
from incentives.cards.operations import identify_card, use_scan
from incentives.errors import NotFound
from incentives.shop.operations.allowing import Shown


def by_code(code: str, *, now: datetime) -> Shown:
    """The card of a code, read at this counter."""
    return Shown(card=identify_card(code, now=now), by=ShownBy.CODE)


def by_scan(scan_id: UUID, *, actor: Actor, now: datetime) -> Shown:
    """The card of a scan made by the same staff member, at the same terminal; it is used up."""
    scan = use_scan(scan_id=scan_id, actor=actor, now=now)
    if scan.card is None:
        raise NotFound()
    return Shown(card=scan.card, by=scan.shown_by, scan_id=scan.id)
