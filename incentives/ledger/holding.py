"""The one lock of a village, and what a transaction has done with it so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.ledger.kinds import Unit
from incentives.ledger.models import LogHead

KEY = "jishan-ledger"


@dataclass
class Heads:
    """The log heads that this transaction holds; `writing` is the unit being posted, if any."""

    villages: set[str] = field(default_factory=set)
    posted: bool = False
    writing: Unit | None = None


@event.listens_for(Session, "after_transaction_end")
def _let_go(session: Session, transaction: SessionTransaction) -> None:
    # A flush begins and ends a transaction of its own within ours: the lock outlasts it.
    if transaction.nested or transaction.parent is None:
        session.info.pop(KEY, None)


def hold(villages: Sequence[str]) -> Heads:
    """Lock the log heads of these villages, in order; to be called before a decision is read.

    Once a transaction: a later call may only name villages that are held already. Refuses a
    village that has no log here. RuntimeError outside a writing transaction.
    """
    held: Heads | None = db.session().info.get(KEY)
    wanted = sorted(set(villages))
    if held is not None:
        if not held.villages.issuperset(wanted):
            raise RuntimeError("a transaction holds its villages all at once")
        return held
    connection = db.session.connection()
    if connection.dialect.name == "sqlite" and not connection.get_execution_options().get("write"):
        raise RuntimeError("a village is held in a writing transaction only")
    found = db.session.execute(
        select(LogHead.village)
        .where(LogHead.village.in_(wanted))
        .order_by(LogHead.village)
        .with_for_update()
    ).all()
    if len(found) < len(wanted):
        raise NotFound()
    held = Heads(set(wanted))
    db.session().info[KEY] = held
    # What was read before the lock may have changed while it was waited for.
    db.session.expire_all()
    return held


def held_heads(villages: Sequence[str]) -> Heads:
    """What `hold` locked; RuntimeError where one of these villages isn't held."""
    held: Heads | None = db.session().info.get(KEY)
    if held is None or not held.villages.issuperset(villages):
        raise RuntimeError("hold the villages first")
    return held
