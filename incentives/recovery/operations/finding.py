"""Finding out how the books stand to their seals, at each start and when signing is refused."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from incentives.extensions import db
from incentives.ledger.models import LogHead
from incentives.ledger.replaying import check_replayable
from incentives.ledger.seals import (
    Cause,
    LogInconsistent,
    Trouble,
    put_back_checkpoints,
    sealed_villages,
    troubles,
)
from incentives.recovery.models import Recovery, Way
from incentives.recovery.state import ask_again, waiting
from incentives.web.transaction import transaction

log = structlog.get_logger()


def check_books(*, now: datetime, thorough: bool = False) -> Recovery | None:
    """Compare the books with their seals; the recovery that they then wait for, or None.

    Begins one where they don't agree, and ends one where they agree again and nothing was done (a
    disk that wasn't mounted). A checkpoint that only the database lost is put back. Commits by
    itself. A start looks at how far seals and books reach and at the newest root; `thorough` reads
    all seals from end to end, as does every later look at those that were then of no use.
    """
    found = troubles()
    wrong = {each.village for each in found}
    found += unreadable((set(sealed_villages()) if thorough else known_unusable()) - wrong)
    try:
        recovery = transaction(lambda: keep_findings(found, now=now), in_recovery=True)
    except IntegrityError:
        # Another process that starts now has begun the one recovery that there can be.
        recovery = transaction(lambda: keep_findings(found, now=now), in_recovery=True)
    for trouble in found:
        log.error("the books don't go on from their seals", **trouble.as_dict())
    return recovery


def known_unusable() -> set[str]:
    """The villages whose seals the recovery that waits knows as of no use."""
    recovery = waiting()
    findings = [] if recovery is None else recovery.findings
    return {str(each["village"]) for each in findings if each["cause"] == Cause.SEALS_UNUSABLE}


def unreadable(villages: Iterable[str]) -> list[Trouble]:
    """Which of these villages' seals don't hold from end to end.

    Each is read once more: seals that grow meanwhile may seem to lack what was just signed.
    """
    found = []
    for village in sorted(villages):
        if damage_of(village) and (damage := damage_of(village)):
            size = db.session.scalar(select(LogHead.size).where(LogHead.village == village))
            cause = Cause.SEALS_UNUSABLE
            found.append(Trouble(village, cause, 0, size or 0, damage, whole=size is not None))
    return found


def damage_of(village: str) -> str | None:
    """Why a village's seals can't be replayed, None where they hold from end to end."""
    db.session.rollback()
    try:
        check_replayable(village)
    except LogInconsistent as reason:
        return str(reason)
    return None


def keep_findings(found: Sequence[Trouble], *, now: datetime) -> Recovery | None:
    """Keep what was found, in the caller's transaction."""
    recovery = waiting()
    if found:
        recovery = begin_or_update(recovery, found, now=now)
    elif recovery is not None and recovery.began_at is None:
        end(recovery, Way.RESOLVED, now=now)
        recovery = None
    wrong = {each.village for each in found}
    for village in db.session.scalars(select(LogHead.village)).all():
        if village not in wrong:
            put_back_checkpoints(village, now=now)
    db.session.flush()
    ask_again()
    return recovery


def begin_or_update(
    recovery: Recovery | None, found: Sequence[Trouble], *, now: datetime
) -> Recovery:
    """The recovery that waits, with these findings; one that was begun keeps its first ones."""
    if recovery is None:
        findings = findings_of(found, ())
        recovery = Recovery(cause=cause_of(findings), found_at=now, findings=findings)
        db.session.add(recovery)
    elif recovery.began_at is None:
        recovery.findings = findings_of(found, recovery.findings)
        recovery.cause = cause_of(recovery.findings)
    return recovery


def cause_of(findings: Sequence[dict[str, Any]]) -> Cause:
    """The cause to name: what can be caught up comes first."""
    causes = {each["cause"] for each in findings}
    return next(cause for cause in Cause if cause in causes)


def findings_of(found: Sequence[Trouble], before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings as the row keeps them; what a catch-up found of no use stays so marked."""
    kept = {each["village"]: each for each in before}
    return [
        kept[each.village]
        if each.cause is Cause.ROLLED_BACK and is_marked(kept.get(each.village), each)
        else each.as_dict()
        for each in found
    ]


def is_marked(before: dict[str, Any] | None, trouble: Trouble) -> bool:
    """Whether these very seals were found of no use already."""
    return before is not None and (before["cause"], before["sealed"], before["found"]) == (
        Cause.SEALS_UNUSABLE,
        trouble.sealed,
        trouble.found,
    )


def end(recovery: Recovery, way: Way, *, now: datetime) -> None:
    """End a recovery: from here on everything may be written again."""
    recovery.waiting = None
    recovery.way = way
    recovery.ended_at = now
    db.session.flush()
