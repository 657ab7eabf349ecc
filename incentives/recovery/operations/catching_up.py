"""Catching up: the sealed events are replayed, and what can't be rebuilt is listed."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import select

from incentives.database import new_id
from incentives.extensions import db
from incentives.ledger import Kind, hold, open_village
from incentives.ledger.models import LogHead
from incentives.ledger.replaying import (
    Extent,
    Replayed,
    check_replayable,
    replay_step,
    steps,
)
from incentives.ledger.seals import (
    Cause,
    LogInconsistent,
    Trouble,
    put_back_checkpoints,
    troubles,
)
from incentives.ledger.seals.reading import SealedEvent
from incentives.recovery import hooks
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostItem, LostKind, Recovery
from incentives.recovery.operations.finding import cause_of, check_books, known_unusable
from incentives.recovery.operations.leases import end_leases
from incentives.recovery.state import waiting
from incentives.web.idempotency import enter_applied
from incentives.web.transaction import transaction


class CatchUpRefused(RuntimeError):
    """There is nothing to catch up from; the message says what to do."""


def catch_up(*, now: datetime, tell: Callable[[str], None] = lambda _text: None) -> Recovery:
    """Replay what the seals have and the books lack, and make the list of what is lost.

    Commits step by step: cut off, it is run again. Refuses where the books lack nothing, and where
    no village's seals can be replayed (they are lost, damaged, or of another log): then the log
    can only be opened anew. All seals are read from end to end first, also of villages that lack
    nothing: what is damaged there keeps its place among the findings.
    """
    recovery = check_books(now=now, thorough=True)
    if recovery is None:
        raise CatchUpRefused("the books lack nothing that is in their seals")
    if recovery.caught_up_at is not None:
        return recovery
    unusable = {}
    for trouble in troubles():
        if trouble.cause is Cause.ROLLED_BACK:
            try:
                catch_up_village(trouble, now=now, tell=tell)
            except LogInconsistent as reason:
                unusable[trouble.village] = str(reason)
    wrong = known_unusable() | {each.village for each in troubles()}
    recovery = transaction(lambda: conclude(unusable, wrong, now=now), in_recovery=True)
    if recovery.caught_up_at is None:
        sentences = "; ".join(str(each["sentence"]) for each in recovery.findings)
        raise CatchUpRefused(
            f"nothing can be caught up: {sentences}. Look for another copy of JISHAN_SEALS or for"
            " another backup; if there is none, run `flask ledger reopen`"
        )
    return recovery


def catch_up_village(trouble: Trouble, *, now: datetime, tell: Callable[[str], None]) -> None:
    """Replay one village's events; `LogInconsistent` where its seals can't be replayed."""
    extent = check_replayable(trouble.village)
    for step in steps(trouble.village):

        def work(step: Sequence[SealedEvent] = step) -> None:
            apply_step(trouble, step, extent, now=now)

        transaction(work, in_recovery=True)
        tell(f"{trouble.village}: {step[-1].seq + 1} of {extent.size} events")


def apply_step(
    trouble: Trouble, step: Sequence[SealedEvent], extent: Extent, *, now: datetime
) -> None:
    """Put some events of a village back, with their records, keys and lines on the list."""
    village, recovery = trouble.village, locked_recovery()
    recovery.replaying = True
    items: list[dict[str, Any]] = []
    if not has_items(recovery, village):
        items.append(item(village, Lost(LostKind.SINCE, since(trouble, extent))))
    if db.session.get(LogHead, village) is None:
        open_village(village)
        items.append(item(village, Lost(LostKind.VILLAGE)))
        for opener in hooks.village_openers:
            opener(village, step[0].event["at"])
    db.session.flush()
    recovery_id = recovery.id
    done = replay_step(village, step)
    for code in done.households:
        data = {"code": code}
        for enter in hooks.household_openers:
            data |= enter(village, code, now)
        items.append(item(village, Lost(LostKind.HOUSEHOLD, data)))
    for number in done.shops:
        items.append(item(village, Lost(LostKind.SHOP, {"number": number})))
    add_items(recovery_id, items)
    for replayed in done.replayed:
        # On the list before the next one: a settlement is told by the receipts lost before it.
        lost = lost_with(replayed, now=now)
        add_items(recovery_id, [item(village, each, replayed) for each in lost])
        enter_key(replayed, now=now)
    recovery = locked_recovery()
    recovery.replaying = False
    recovery.began_at = recovery.began_at or now
    db.session.flush()


def locked_recovery() -> Recovery:
    """The waiting recovery, in a transaction that will change it."""
    found = waiting()
    if found is None:
        raise CatchUpRefused("the books wait for nothing any more")
    return found


def since(trouble: Trouble, extent: Extent) -> dict[str, Any]:
    """From where to where a village was caught up: what came after is lost, and so is what was
    entered in between and is in no event."""
    head = db.session.get(LogHead, trouble.village)
    return {
        "from_events": trouble.found,
        "from_at": head.at.isoformat() if head is not None and head.size else None,
        "to_events": extent.size,
        "to_at": extent.at.isoformat() if extent.at else None,
    }


def lost_with(replayed: Replayed, *, now: datetime) -> list[Lost]:
    """What is lost of one event, after its record was moved as far as can be."""
    event, lost = replayed.event, []
    if not replayed.signed:
        lost.append(Lost(LostKind.UNSIGNED))
    rebuilt = None
    for rebuild in hooks.rebuilders:
        rebuilt = rebuild(replayed, now)
        if rebuilt is not None:
            break
    if rebuilt is not None:
        lost += rebuilt
    elif event.record is not None:
        lost.append(Lost(LostKind.RECORD, {"record": str(event.record), **known_of(replayed)}))
    for lose in hooks.losers:
        lost += lose(replayed)
    if event.detail is not None:
        lost.append(Lost(LostKind.DETAIL))
    return lost


def known_of(replayed: Replayed) -> dict[str, Any]:
    """What an event's rows say of its record."""
    return {
        "event_kind": replayed.event.kind.value,
        "occurred_on": replayed.event.occurred_on.isoformat(),
        "moves": [
            [row["from_code"], row["to_code"], row["unit"].value, row["amount"]]
            for row in replayed.transfers
        ],
    }


def item(village: str, lost: Lost, replayed: Replayed | None = None) -> dict[str, Any]:
    """A line of the list, as its table has it."""
    return {
        "id": new_id(),
        "village": village,
        "kind": lost.kind,
        "seq": replayed.event.seq if replayed else None,
        "event_id": replayed.event.id if replayed else None,
        "data": lost.data,
    }


def add_items(recovery_id: Any, items: Iterable[dict[str, Any]]) -> None:
    """Put lines on the list."""
    db.session.add_all(LostItem(recovery_id=recovery_id, **each) for each in items)


def has_items(recovery: Recovery, village: str) -> bool:
    """Whether the list has lines of a village already."""
    found = select(LostItem.id).where(
        LostItem.recovery_id == recovery.id, LostItem.village == village
    )
    return db.session.scalar(found.limit(1)) is not None


def enter_key(replayed: Replayed, *, now: datetime) -> None:
    """Let whoever sends a redemption again be told that it was done.

    Its id is the key that was sent, in one of the two ways in which a UUID is written.
    """
    event = replayed.event
    if event.kind is Kind.REDEMPTION and event.record is not None:
        for key in (str(event.record), event.record.hex):
            enter_applied(f"village:{event.village}", key, event.id, now=now)


def conclude(unusable: dict[str, str], wrong: set[str], *, now: datetime) -> Recovery:
    """Put the checkpoints back, end all leases, and close the list with its digest.

    `unusable` are villages whose seals can't be replayed, and why; `wrong` those that still don't
    agree with their seals: these stay as they are. Where nothing at all was replayed, the list
    stays open.
    """
    recovery = locked_recovery()
    recovery.findings = [with_reason(each, unusable, wrong) for each in recovery.findings]
    db.session.flush()
    if recovery.began_at is None:
        recovery.cause = cause_of(recovery.findings)
        db.session.flush()
        return recovery
    villages = list(db.session.scalars(select(LogHead.village).order_by(LogHead.village)))
    hold(villages)
    right = [village for village in villages if village not in wrong]
    for village in right:
        put_back_checkpoints(village, now=now)
    locked_recovery().replaying = True
    db.session.flush()
    ended = end_leases(right, now=now)
    recovery = locked_recovery()
    recovery.replaying = False
    add_items(recovery.id, [item(village, lost) for village, lost in ended])
    recovery.digest = digest_of(recovery)
    recovery.caught_up_at = now
    db.session.flush()
    return recovery


def with_reason(
    finding: dict[str, Any], unusable: dict[str, str], wrong: set[str]
) -> dict[str, Any]:
    """A finding, with why its seals are of no use where they turned out so, or so no longer."""
    village = str(finding["village"])
    if village in unusable:
        return finding | {
            "cause": Cause.SEALS_UNUSABLE.value,
            "sentence": unusable[village],
        }
    return finding if village in wrong else finding | {"cause": Cause.ROLLED_BACK.value}


def digest_of(recovery: Recovery) -> str:
    """SHA-256, in hex, of the list: its lines in their order, one RFC 8785 object each."""
    digest = hashlib.sha256()
    for each in db.session.scalars(
        select(LostItem).where(LostItem.recovery_id == recovery.id).order_by(LostItem.id)
    ):
        line = {
            "village": each.village,
            "kind": each.kind.value,
            "seq": each.seq,
            "event": str(each.event_id) if each.event_id else None,
            "data": each.data,
        }
        digest.update(rfc8785.dumps(line) + b"\n")
    return digest.hexdigest()
