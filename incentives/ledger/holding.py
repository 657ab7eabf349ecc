"""The one lock of a village, and what a transaction has done with it so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from incentives.clock import EPOCH
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.ledger.kinds import Unit
from incentives.ledger.sql import HEAD, HEADS, is_sqlite
from incentives.pipeline import Rows

KEY = "jishan-ledger"


@dataclass
class Head:
    """A village's log while it is being posted to: what `log_head` has of it."""

    village: str
    origin: str
    size: int
    at: datetime
    frontier: bytes


@dataclass
class Heads:
    """The log heads that this transaction holds; `writing` is the unit being posted, if any."""

    connection: Connection
    villages: frozenset[str]
    rows: Rows
    posted: bool = False
    writing: Unit | None = None

    def read(self) -> dict[str, Head]:
        """The heads by village, as they stand under the lock; refuses where one isn't there."""
        found = {
            village: Head(village, origin, size, EPOCH + timedelta(microseconds=at), frontier)
            for village, origin, size, at, frontier in self.rows()
        }
        if len(found) < len(self.villages):
            raise NotFound()
        return found


@event.listens_for(Session, "after_transaction_end")
def _let_go(session: Session, transaction: SessionTransaction) -> None:
    # A flush begins and ends a transaction of its own within ours: the lock outlasts it.
    if transaction.nested or transaction.parent is None:
        session.info.pop(KEY, None)


def hold(villages: Sequence[str]) -> Heads:
    """Lock the log heads of these villages, in order; to be called before a decision is read.

    Once a transaction: a later call may only name villages that are held already. On PostgreSQL
    nothing waits here: whatever is read next comes after the lock. A village that has no log is
    refused by what then needs its log. RuntimeError outside a writing transaction.
    """
    session = db.session()
    held: Heads | None = session.info.get(KEY)
    wanted = frozenset(villages)
    if held is not None:
        if not held.villages.issuperset(wanted):
            raise RuntimeError("a transaction holds its villages all at once")
        return held
    connection = session.connection()
    if is_sqlite(connection) and not connection.get_execution_options().get("write"):
        raise RuntimeError("a village is held in a writing transaction only")
    if len(wanted) == 1:
        rows = HEAD.ask(connection, *wanted)
    else:
        rows = HEADS.ask(connection, sorted(wanted))
    held = Heads(connection, wanted, rows)
    session.info[KEY] = held
    # What was read before the lock may have changed while it was waited for.
    session.expire_all()
    return held


def held_heads(villages: Sequence[str]) -> Heads:
    """What `hold` locked; RuntimeError where one of these villages isn't held."""
    held: Heads | None = db.session().info.get(KEY)
    if held is None or not held.villages.issuperset(villages):
        raise RuntimeError("hold the villages first")
    return held
