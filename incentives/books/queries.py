"""What is read of the ledger for others: accounts, events, leaves, hashes, checkpoints, proofs."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select

from incentives.clock import beginning
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.ledger import merkle
from incentives.ledger.models import Account, Checkpoint, Event, Leaf, Transfer
from incentives.ledger.proofs import consistency_path, inclusion_path
from incentives.ledger.queries import head


def accounts(village: str) -> Select[Account]:
    """A village's accounts."""
    return select(Account).where(Account.village == village)


def events(
    village: str, account: str | None = None, start: date | None = None, end: date | None = None
) -> Select[Event]:
    """A village's events, those of an account, posted from one day to another."""
    chosen = select(Event).where(Event.village == village)
    if account is not None:
        touches = and_(
            Transfer.village == Event.village,
            Transfer.seq == Event.seq,
            or_(Transfer.from_code == account, Transfer.to_code == account),
        )
        chosen = chosen.where(exists().where(touches))
    if start is not None:
        chosen = chosen.where(Event.at >= beginning(start))
    if end is not None:
        chosen = chosen.where(Event.at < beginning(end + timedelta(days=1)))
    return chosen


def transfers_of(village: str, seqs: Sequence[int]) -> dict[int, list[Transfer]]:
    """What these events moved."""
    found: dict[int, list[Transfer]] = {seq: [] for seq in seqs}
    for transfer in db.session.scalars(
        select(Transfer)
        .where(Transfer.village == village, Transfer.seq.in_(seqs))
        .order_by(Transfer.seq, Transfer.line)
    ):
        found[transfer.seq].append(transfer)
    return found


def hashes(village: str, start: int, end: int) -> list[str]:
    """The leaf hashes of these events in hex, oldest first."""
    rows = db.session.scalars(
        select(Leaf.hashes)
        .where(Leaf.village == village, Leaf.seq >= start, Leaf.seq < end)
        .order_by(Leaf.seq)
    )
    return [row[: merkle.HASH_BYTES].hex() for row in rows]


def leaves(
    village: str, start: int, end: int, *, all_of_them: bool, household: str | None
) -> list[dict[str, Any]]:
    """The leaves that a caller may read: all, or the public ones and a household's own."""
    chosen = (
        select(Leaf.seq, Leaf.body)
        .where(Leaf.village == village, Leaf.seq >= start, Leaf.seq < end)
        .order_by(Leaf.seq)
    )
    if not all_of_them:
        allowed = ~touches_household("%")
        if household is not None:
            allowed = or_(allowed, touches_household(household))
        chosen = chosen.where(allowed)
    return [{"seq": row.seq, "leaf": row.body.decode()} for row in db.session.execute(chosen)]


def touches_household(code: str) -> Any:
    """Whether an event moves a household's points or debt."""
    sides = [
        column.like(f"{kind}.{code}")
        for column in (Transfer.from_code, Transfer.to_code)
        for kind in ("h", "debt")
    ]
    here = and_(Transfer.village == Leaf.village, Transfer.seq == Leaf.seq)
    return exists().where(here, or_(*sides))


def newest_checkpoint(village: str) -> Checkpoint:
    """A village's newest checkpoint; refuses where none was signed yet."""
    found = db.session.scalars(
        select(Checkpoint)
        .where(Checkpoint.village == village)
        .order_by(Checkpoint.at.desc(), Checkpoint.size.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def checkpoints(village: str) -> Select[Checkpoint]:
    """A village's checkpoints."""
    return select(Checkpoint).where(Checkpoint.village == village)


def proof_of(village: str, event_id: UUID) -> dict[str, Any]:
    """The inclusion proof of an event in the newest checkpoint; refuses one not covered yet."""
    seq = db.session.scalar(select(Event.seq).where(Event.village == village, Event.id == event_id))
    if seq is None:
        raise NotFound()
    checkpoint = newest_checkpoint(village)
    path = inclusion_path(village, seq, checkpoint.size)
    return {
        "seq": seq,
        "leaf_hash": hashes(village, seq, seq + 1)[0],
        "size": checkpoint.size,
        "path": [each.hex() for each in path],
        "checkpoint": checkpoint.note,
    }


def consistency_of(village: str, old: int, new: int) -> list[str]:
    """The proof that one tree begins with another, in hex."""
    return [each.hex() for each in consistency_path(village, old, new)]


def log_size(village: str) -> int:
    """How many events a village has."""
    return head(village).size
