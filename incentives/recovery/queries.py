"""What is read of recovery: how it stands, its list, its signatures, logs that were opened anew."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from incentives.access.queries import person_names
from incentives.clock import village_day
from incentives.extensions import db
from incentives.ledger import Kind
from incentives.ledger.models import Event, EventDetail, LogHead
from incentives.ledger.origins import name_before, was_reopened
from incentives.ledger.seals import Cause
from incentives.recovery.models import LostItem, LostKind, Recovery, RecoverySignature


@dataclass(frozen=True)
class Signed:
    """One signature, with the name of whoever gave it."""

    signature: RecoverySignature
    name: str | None


@dataclass(frozen=True)
class RecoveryView:
    """A recovery as those who sign it see it: `counts` is how many lines of each kind."""

    recovery: Recovery
    signatures: list[Signed]
    counts: dict[LostKind, int]

    @property
    def may_catch_up(self) -> bool:
        """Whether something can still be brought back from the seals."""
        return may_catch_up(self.recovery)

    @property
    def unusable(self) -> list[str]:
        """The villages whose log can only be opened anew."""
        return unusable_villages(self.recovery)


@dataclass(frozen=True)
class Reopening:
    """A log that was opened anew: when, under which voucher, how many events are lost.

    `origin` is its name since, `before` the one until then. `whole`: its seals were damaged,
    but the books held all that was signed. `last` is the last checkpoint known before: the log's
    name then, size, root.
    """

    on: date
    voucher: int
    origin: str
    before: str
    lost: int
    whole: bool
    last: tuple[str, int, str] | None


def newest_recovery() -> Recovery | None:
    """The recovery that waits, else the last one that ended, else None."""
    return db.session.scalars(
        select(Recovery)
        .order_by(Recovery.waiting.is_(None), Recovery.found_at.desc(), Recovery.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()


def view_of(recovery: Recovery) -> RecoveryView:
    """A recovery with its signatures and how long its list is."""
    signatures = signatures_of(recovery.id)
    names = person_names(each.person for each in signatures)
    rows = db.session.execute(
        select(LostItem.kind, func.count())
        .where(LostItem.recovery_id == recovery.id)
        .group_by(LostItem.kind)
    )
    counts = {kind: count for kind, count in rows}  # noqa: C416 -- a row is no pair to dict()
    signed = [Signed(each, names.get(each.person)) for each in signatures]
    return RecoveryView(recovery, signed, counts)


def signatures_of(recovery_id: UUID) -> Sequence[RecoverySignature]:
    """The signatures of a recovery, in their order."""
    return db.session.scalars(
        select(RecoverySignature)
        .where(RecoverySignature.recovery_id == recovery_id)
        .order_by(RecoverySignature.signed_at, RecoverySignature.signer)
        .execution_options(populate_existing=True)
    ).all()


def lost_items(recovery_id: UUID) -> Select[LostItem]:
    """The list of what can't be rebuilt."""
    return select(LostItem).where(LostItem.recovery_id == recovery_id)


def unusable_villages(recovery: Recovery) -> list[str]:
    """The villages whose seals are lost or of no use."""
    return [each["village"] for each in recovery.findings if each["cause"] != Cause.ROLLED_BACK]


def may_catch_up(recovery: Recovery) -> bool:
    """Whether some village can still be caught up from its seals."""
    rolled_back = any(each["cause"] == Cause.ROLLED_BACK for each in recovery.findings)
    return recovery.caught_up_at is None and rolled_back


def reopenings(village: str) -> list[Reopening]:
    """How often and when a village's log was opened anew, the last time first."""
    origin = db.session.scalar(select(LogHead.origin).where(LogHead.village == village))
    if origin is None or not was_reopened(origin):
        return []
    rows = db.session.execute(
        select(Event.at, Event.seq, EventDetail.text, Recovery.findings)
        .outerjoin(EventDetail, EventDetail.event_id == Event.id)
        .outerjoin(Recovery, Recovery.id == Event.record)
        .where(Event.village == village, Event.kind == Kind.REOPEN)
        .order_by(Event.seq.desc())
    )
    found: list[Reopening] = []
    for row in rows:
        detail: dict[str, Any] = json.loads(row.text) if row.text else {}
        last = (detail["origin"], detail["size"], detail["root"]) if "root" in detail else None
        whole = was_whole(village, row.findings)
        day, lost = village_day(row.at), int(detail.get("lost", 0))
        before = name_before(origin)
        found.append(Reopening(day, row.seq + 1, origin, before, lost, whole, last))
        origin = before
    return found


def was_whole(village: str, findings: list[dict[str, Any]] | None) -> bool:
    """Whether a recovery found a village's seals damaged, and the books lacking nothing of them."""
    return any(each["village"] == village and each.get("whole") for each in findings or ())
