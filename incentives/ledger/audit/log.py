"""The walk along a village's log."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import func, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.installation import get_installation
from incentives.ledger.audit.accounts import audit_accounts, audit_allowances, audit_persons
from incentives.ledger.audit.checkpoints import Tree, audit_checkpoint, grow, read_checkpoints
from incentives.ledger.audit.comparing import Origins, Told, tell
from incentives.ledger.audit.findings import Finding
from incentives.ledger.audit.reading import Window, count_events, raw, read_strays, read_windows
from incentives.ledger.audit.replay import Replay, follow
from incentives.ledger.audit.rules import Rules, audit_event
from incentives.ledger.audit.texts import audit_detail
from incentives.ledger.kinds import ONE_EVENT_A_RECORD, Kind
from incentives.ledger.leaves import HEAD
from incentives.ledger.models import Event, LogHead

# A log that was rewritten from its beginning has a finding in every row: nobody reads a million.
FINDINGS_AT_MOST = 1000


@dataclass(frozen=True)
class Audited:
    """What an audit of a village came to: how many events it looked at, and what is wrong."""

    village: str
    events: int
    findings: list[Finding]


@dataclass
class Walk:
    """What is carried from one event to the next."""

    village: str
    base: str
    tree: Tree
    replay: Replay
    rules: Rules
    salt: Any = None
    persons: set[Any] = field(default_factory=set)
    named: Origins | None = None

    @property
    def origins(self) -> Origins:
        """The log's name, and what a `reopen` makes of it: `…/2`, then `…/3`."""
        if self.named is None or self.named[0] != self.tree.origin:
            number = self.tree.origin.removeprefix(self.base).removeprefix("/")
            self.named = self.tree.origin, f"{self.base}/{int(number or 1) + 1}"
        return self.named


def audit(village: str) -> list[Finding]:
    """All that is wrong in a village's books, up to `FINDINGS_AT_MOST`; empty where all holds."""
    return examine(village).findings


def examine(village: str) -> Audited:
    """Audit a village's books, as they stand at one moment; refuses a village without books.

    In a transaction of its own: objects loaded before are expired. Its rules are in
    docs/ledger.md, with what it can't see.
    """
    begin_snapshot()
    size = count_events(village)
    return Audited(village, size, list(islice(find_faults(village, size), FINDINGS_AT_MOST)))


def begin_snapshot() -> None:
    """Begin a transaction that sees the books of one moment, whatever is posted meanwhile."""
    db.session.rollback()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def find_faults(village: str, size: int) -> Iterator[Finding]:
    """The findings of a village, in the order of the log, then those of what it comes to."""
    columns = (LogHead.origin, LogHead.size, LogHead.at, LogHead.frontier)
    head = db.session.execute(
        select(*map(raw, columns)).where(LogHead.village == village)
    ).one_or_none()
    if head is None:
        raise NotFound()
    base = f"{get_installation().origin}/{village}"
    walk = Walk(village, base, Tree(village, base), Replay(village), Rules(village))
    for row in read_checkpoints(village, 0, 1).get(0, ()):
        yield from audit_checkpoint(walk.tree, row)
    whole = True
    for window in read_windows(village, size):
        for doubled in window.doubled:
            yield Finding(village, doubled.table, doubled.place, "seq", "one row", "two rows")
        signed = read_checkpoints(village, window.start + 1, window.end + 1)
        for seq in range(window.start, window.end):
            told, findings = look_at(walk, seq, window)
            yield from findings
            if told is None:
                whole = False
                break
            yield from step(walk, told, window)
            for row in signed.get(seq + 1, ()):
                yield from audit_checkpoint(walk.tree, row)
        if not whole:
            break
    yield from read_strays(village, size)
    yield from twice_recorded(village)
    if whole:
        yield from audit_head(walk, head, size)
        yield from audit_accounts(village, walk.replay)
        yield from audit_allowances(village, walk.replay)
        yield from audit_persons(village, walk.persons)


def look_at(walk: Walk, seq: int, window: Window) -> tuple[Told | None, list[Finding]]:
    """What is to be believed of the next event."""
    event, leaf = window.events.get(seq), window.leaves.get(seq)
    transfers = window.transfers.get(seq, ())
    return tell(walk.village, seq, event, leaf, transfers, walk.origins)


def step(walk: Walk, told: Told, window: Window) -> Iterator[Finding]:
    """Everything about one event, in what is believed of it."""
    village, place = walk.village, str(told.seq)
    if told.kind == Kind.REOPEN:
        walk.tree.origin = walk.origins[1]
    if HEAD.match(told.body) is None:
        yield Finding(village, "leaf", place, "body", "a leaf", told.body[:500].decode())
    if not isinstance(told.at, int) or told.at <= walk.tree.at:
        yield Finding(village, "event", place, "at", f"> {walk.tree.at}", str(told.at))
    else:
        walk.tree.at = told.at
    if told.salt == walk.salt:
        yield Finding(village, "event", place, "salt", "a salt of its own", str(told.salt))
    walk.salt = told.salt
    walk.persons.update((told.actor, told.approver))
    yield from audit_detail(village, told, window)
    yield from follow(walk.replay, told, window.transfers.get(told.seq, ()))
    yield from audit_event(walk.rules, told)
    leaf = window.leaves.get(told.seq)
    yield from grow(walk.tree, told.seq, told.body, None if leaf is None else leaf[2])


def audit_head(walk: Walk, head: Any, size: int) -> Iterator[Finding]:
    """Whether a village's log head is what its log leads to."""
    expected = (walk.tree.origin, size, walk.tree.at, walk.tree.frontier)
    for column, wanted, found in zip(
        ("origin", "size", "at", "frontier"), expected, head, strict=True
    ):
        if wanted != found:
            yield Finding(
                walk.village, "log_head", walk.village, column, shown(wanted), shown(found)
            )


def shown(value: Any) -> str:
    """A value as text, bytes in hex."""
    return value.hex() if isinstance(value, bytes) else str(value)


def twice_recorded(village: str) -> Iterator[Finding]:
    """Events of one kind whose record has another, for kinds that have one event a record."""
    several = (
        select(Event.kind, Event.record)
        .where(Event.kind.in_(ONE_EVENT_A_RECORD), Event.record.is_not(None))
        .group_by(Event.kind, Event.record)
        .having(func.count() > 1)
        .subquery()
    )
    for seq, record in db.session.execute(
        select(Event.seq, raw(Event.record))
        .join(several, (several.c.kind == Event.kind) & (several.c.record == Event.record))
        .where(Event.village == village)
    ):
        yield Finding(village, "event", str(seq), "record", "a record of its own", str(record))
