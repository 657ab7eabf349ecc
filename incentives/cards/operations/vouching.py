"""A cadre who knows a card's holder says so from their own phone, and the sale needs no PIN.

A memorised number must not be the only way for an elder (docs/cards.md, Vouching).
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select, update

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import household_ids_of, refuse_own_entry, refuse_own_household
from incentives.access.permissions import require
from incentives.cards.models import Scan, Vouch, VouchStatus
from incentives.cards.operations.identifying import in_use
from incentives.cards.operations.scans import open_scan
from incentives.cards.queries import find_vouch
from incentives.cards.states import ANSWERS, Answer
from incentives.database import rows_changed
from incentives.errors import CodeExpired, NotFound, OwnHousehold, PinRequired, WrongState
from incentives.extensions import db

GOOD_FOR = timedelta(minutes=10)
TAGS = {
    Answer.CONFIRM: audit.Tag.VOUCH_CONFIRMED,
    Answer.REFUSE: audit.Tag.VOUCH_REFUSED,
}


def ask_for_vouch(
    *,
    village: str,
    scan_id: UUID,
    points: int,
    actor: Actor,
    now: datetime,
) -> Vouch:
    """Ask the village's cadres to say that they know the holder of a scanned card.

    It is for one sale of at most `points` by this scan, which is good ten minutes more. Refuses
    another's scan as not found, a used or old one, a second question about the same scan, a card
    out of use, and a sale to the asker's own household.
    """
    require(actor, "vouch.ask", village)
    scan = open_scan(scan_id, actor=actor, now=now)
    card = scan.card
    if card is None or scan.issue is None or scan.village != village:
        raise NotFound()
    refuse_own_household(actor, [card.household_id])
    in_use(card, scan.issue)
    if db.session.scalar(select(Vouch.id).where(Vouch.scan_id == scan_id)) is not None:
        raise WrongState(_("A cadre was asked already: look the card up again to ask anew"))
    vouch = Vouch(
        village=village,
        scan_id=scan_id,
        card_id=card.id,
        household_id=card.household_id,
        points=points,
        asked_by=actor.person,
        asked_at=now,
        expires_at=now + GOOD_FOR,
    )
    db.session.add(vouch)
    keep_scan_open(scan, until=vouch.expires_at)
    record(vouch, audit.Tag.VOUCH_ASKED, actor=actor, now=now)
    return vouch


def confirm_vouch(*, village: str, vouch_id: UUID, actor: Actor, now: datetime) -> Vouch:
    """Say that the holder is the one at the counter; the sale has ten minutes from here.

    Refuses whoever asked, anyone of the asker's or of the holder's household, what was answered
    before, and an answer after ten minutes.
    """
    vouch = answer(village, vouch_id, Answer.CONFIRM, None, actor=actor, now=now)
    keep_scan_open(db.session.get_one(Scan, vouch.scan_id), until=now + GOOD_FOR)
    return vouch


def refuse_vouch(
    *, village: str, vouch_id: UUID, reason: str | None = None, actor: Actor, now: datetime
) -> Vouch:
    """Say that one doesn't know who stands there; refuses as `confirm_vouch` does."""
    return answer(village, vouch_id, Answer.REFUSE, reason, actor=actor, now=now)


def answer(
    village: str,
    vouch_id: UUID,
    given: Answer,
    reason: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> Vouch:
    """Answer by the table of states, once, by somebody who has no part in the sale."""
    require(actor, "vouch.answer", village)
    vouch = find_vouch(village, vouch_id)
    refuse_own_entry(actor, vouch.asked_by)
    refuse_own_household(actor, [vouch.household_id])
    if actor.household_id in household_ids_of(vouch.asked_by):
        raise OwnHousehold(_("The shopkeeper is of your own household: somebody else must answer"))
    if now >= vouch.expires_at and vouch.status is VouchStatus.WAITING:
        raise CodeExpired(_("This came too late: the counter must ask again"))
    before, after = ANSWERS[given]
    changed = db.session.execute(
        update(Vouch)
        .where(Vouch.id == vouch.id, Vouch.status.in_(before))
        .values(status=after, answered_by=actor.person, answered_at=now, reason=reason)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) == 0:
        raise WrongState()
    db.session.refresh(vouch)
    record(vouch, TAGS[given], actor=actor, now=now)
    return vouch


def keep_scan_open(scan: Scan, *, until: datetime) -> None:
    """Let the sale go on by a scan that would have ended while a cadre was asked."""
    scan.expires_at = until
    db.session.flush()


def vouch_for(*, scan_id: UUID | None, vouched_by: UUID, points: int) -> None:
    """Pass where that person confirmed this scan for so many points; else a PIN is required."""
    confirmed = db.session.scalar(
        select(Vouch.id).where(
            Vouch.scan_id == scan_id,
            Vouch.status == VouchStatus.CONFIRMED,
            Vouch.answered_by == vouched_by,
            Vouch.points >= points,
        )
    )
    if confirmed is None:
        raise PinRequired(_("Nobody has vouched for this sale: a cadre must be asked first"))


def record(vouch: Vouch, tag: audit.Tag, *, actor: Actor, now: datetime) -> None:
    """Leave a row of who asked or answered."""
    details: dict[str, Any] = {"card": str(vouch.card_id), "points": vouch.points}
    audit.record(actor, tag, village=vouch.village, subject=vouch.id, now=now, details=details)
