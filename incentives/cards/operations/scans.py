"""Scans as they are kept: refused ones, and those that a sale or a vouch goes on from."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from incentives.access.actor import Actor
from incentives.cards.models import Card, Scan, ShownBy
from incentives.database import new_id
from incentives.errors import CodeExpired, CodeUsed, NotFound, Refusal
from incentives.extensions import db

GOOD_FOR = timedelta(minutes=10)


def keep_refusal(
    refusal: Refusal,
    shown_by: ShownBy,
    found: tuple[Card, int] | None,
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Have a refused scan kept with its reason.

    What nobody signed in sent and is no card's is not kept: anyone could fill the table.
    """
    if actor is None and found is None:
        return
    row = {
        "village": found[0].village if found else None,
        "card_id": found[0].id if found else None,
        "issue": found[1] if found else None,
        "user_id": actor.user_id if actor else None,
        "shown_by": shown_by,
        "refused": refusal.name,
        "scanned_at": now,
    }
    refusal.afterwards.append(lambda: add_scan(row))


def add_scan(row: dict[str, Any]) -> None:
    """Keep a scan."""
    db.session.execute(insert(Scan).values({"id": new_id(), **row}))


def use_scan(scan_id: UUID | None, *, actor: Actor, now: datetime) -> tuple[ShownBy, int]:
    """Use up a scan for one redemption: once, within 10 minutes, by the user and terminal.

    How the card was shown, and the issue that it was of. Refuses another's and a refused scan as
    not found, one that is used as `code_used`, an old one as `code_expired`.
    """
    used = db.session.execute(
        update(Scan)
        .where(
            Scan.id == scan_id,
            Scan.user_id == actor.user_id,
            Scan.terminal_id.is_not_distinct_from(actor.terminal_id),
            Scan.refused.is_(None),
            Scan.used_at.is_(None),
            Scan.expires_at > now,
        )
        .values(used_at=now)
        .returning(Scan.shown_by, Scan.issue)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if used is None:
        open_scan(scan_id, actor=actor, now=now)
        raise CodeUsed()
    shown_by, issue = used
    return shown_by, issue or 0


def open_scan(scan_id: UUID | None, *, actor: Actor, now: datetime) -> Scan:
    """A scan that served this user at this terminal and is good still; refuses any other."""
    scan = None if scan_id is None else db.session.get(Scan, scan_id)
    own = (
        scan is not None and scan.user_id == actor.user_id and scan.terminal_id == actor.terminal_id
    )
    if scan is None or scan.refused is not None or not own:
        raise NotFound()
    if scan.expires_at is None or now >= scan.expires_at:
        raise CodeExpired()
    if scan.used_at is not None:
        raise CodeUsed()
    return scan
