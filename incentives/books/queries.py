"""What is read of the ledger for others: accounts, events, leaves, hashes, checkpoints, proofs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.installation import get_installation
from incentives.ledger import codes, merkle
from incentives.ledger.leaves import is_public
from incentives.ledger.models import Account, Checkpoint, Event, Leaf, Transfer
from incentives.ledger.proofs import consistency_path, inclusion_path, inclusion_paths
from incentives.ledger.queries import head
from incentives.register.models import Household

PROOF = "jishan-proof/v1"
CONSISTENCY = "jishan-consistency/v1"
STATEMENT = "jishan-statement/v1"
EVENTS_A_STEP = 500


def accounts(village: str) -> Select[Account]:
    """A village's accounts."""
    return select(Account).where(Account.village == village)


def events(village: str, account: str | None = None) -> Select[Event]:
    """A village's events, or those of an account."""
    chosen = select(Event).where(Event.village == village)
    if account is not None:
        touches = and_(
            Transfer.village == Event.village,
            Transfer.seq == Event.seq,
            or_(Transfer.from_code == account, Transfer.to_code == account),
        )
        chosen = chosen.where(exists().where(touches))
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
    rows = db.session.execute(
        select(Leaf.seq, Leaf.body)
        .where(Leaf.village == village, Leaf.seq >= start, Leaf.seq < end)
        .order_by(Leaf.seq)
    ).all()
    if not all_of_them:
        own = set() if household is None else set(events_of_household(village, household))
        rows = [row for row in rows if is_public(row.body) or row.seq in own]
    return [{"seq": row.seq, "leaf": row.body.decode()} for row in rows]


def events_of_household(village: str, household: str, end: int | None = None) -> list[int]:
    """The places of the events that touch a household's points or debt, before `end`, in order."""
    own = codes_of(household)
    chosen = select(Transfer.seq).where(
        Transfer.village == village,
        or_(Transfer.from_code.in_(own), Transfer.to_code.in_(own)),
    )
    if end is not None:
        chosen = chosen.where(Transfer.seq < end)
    return list(db.session.scalars(chosen.distinct().order_by(Transfer.seq)))


def codes_of(household: str) -> tuple[str, str]:
    """The accounts of a household's points and of its debt."""
    return f"h.{household}", f"debt.{household}"


def find_checkpoint(village: str) -> Checkpoint | None:
    """A village's newest checkpoint, None where none was signed yet."""
    return db.session.scalars(
        select(Checkpoint)
        .where(Checkpoint.village == village)
        .order_by(Checkpoint.at.desc(), Checkpoint.size.desc())
        .limit(1)
    ).one_or_none()


def newest_checkpoint(village: str) -> Checkpoint:
    """A village's newest checkpoint; refuses where none was signed yet."""
    found = find_checkpoint(village)
    if found is None:
        raise NotFound()
    return found


def checkpoints(village: str) -> Select[Checkpoint]:
    """A village's checkpoints."""
    return select(Checkpoint).where(Checkpoint.village == village)


def checkpoint_of(village: str, size: int | None) -> Checkpoint:
    """The village's checkpoint of that size, the newest without one; refuses where none is."""
    if size is None:
        return newest_checkpoint(village)
    found = db.session.scalars(
        checkpoints(village)
        .where(Checkpoint.size == size)
        .order_by(Checkpoint.at.desc(), Checkpoint.origin.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def proof_of(village: str, event_id: UUID, size: int | None = None) -> dict[str, Any]:
    """The inclusion proof of an event in a checkpoint, the newest unless a size is asked for.

    Refuses an event that the checkpoint doesn't cover yet.
    """
    seq = db.session.scalar(select(Event.seq).where(Event.village == village, Event.id == event_id))
    if seq is None:
        raise NotFound()
    checkpoint = checkpoint_of(village, size)
    path = inclusion_path(village, seq, checkpoint.size)
    return {
        "format": PROOF,
        "village": village,
        "event": event_id,
        "seq": seq,
        "leaf_hash": hashes(village, seq, seq + 1)[0],
        "size": checkpoint.size,
        "path": [each.hex() for each in path],
        "checkpoint": checkpoint.note,
    }


def consistency_of(village: str, old: int, new: int) -> dict[str, Any]:
    """The proof that one tree begins with another, in hex."""
    path = consistency_path(village, old, new)
    return {
        "format": CONSISTENCY,
        "village": village,
        "old": old,
        "new": new,
        "path": [each.hex() for each in path],
    }


def statement_of(household: Household) -> dict[str, Any]:
    """A household's events under the newest checkpoint, each with its leaf and proof.

    `balance` and `debt` are what they add up to. Nothing stands in it that can't be proven.
    """
    village, code = household.village, household.account_code
    checkpoint = newest_checkpoint(village)
    covered = events_of_household(village, code, checkpoint.size)
    bodies: dict[int, str] = {}
    for start in range(0, len(covered), EVENTS_A_STEP):
        chosen = select(Leaf.seq, Leaf.body).where(
            Leaf.village == village, Leaf.seq.in_(covered[start : start + EVENTS_A_STEP])
        )
        bodies |= {row.seq: row.body.decode() for row in db.session.execute(chosen)}
    paths = inclusion_paths(village, covered, checkpoint.size)
    balance, debt = (balance_at(village, each, checkpoint.size) for each in codes_of(code))
    return {
        "format": STATEMENT,
        "village": village,
        "household": code,
        "balance": balance,
        "debt": -debt,
        "checkpoint": checkpoint.note,
        "events": [
            {"seq": seq, "leaf": bodies[seq], "path": [each.hex() for each in path]}
            for seq, path in zip(covered, paths, strict=True)
        ],
    }


def balance_at(village: str, code: str, size: int) -> int:
    """What an account held once the log had so many events."""
    last = db.session.scalars(
        select(Transfer)
        .where(
            Transfer.village == village,
            Transfer.seq < size,
            or_(Transfer.from_code == code, Transfer.to_code == code),
        )
        .order_by(Transfer.seq.desc(), Transfer.line.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return 0
    return last.from_balance_after if last.from_code == code else last.to_balance_after


def receipt_codes(village: str, seqs: Sequence[int]) -> dict[int, str]:
    """What receipts of these events carry (`R1…`), by place."""
    rows = db.session.execute(
        select(Event.id, Leaf.seq, Leaf.hashes)
        .join(Leaf, and_(Leaf.village == Event.village, Leaf.seq == Event.seq))
        .where(Event.village == village, Event.seq.in_(seqs))
    )
    return {
        row.seq: codes.write_receipt(
            codes.Receipt(village, row.seq, row.id, row.hashes[: merkle.HASH_BYTES])
        )
        for row in rows
    }


def receipt_url(village: str, event_id: UUID) -> str:
    """The address in a receipt's QR: it opens /verify with the receipt's code."""
    seq = db.session.scalar(select(Event.seq).where(Event.village == village, Event.id == event_id))
    if seq is None:
        raise NotFound()
    return codes.verify_url(get_installation().url, receipt_codes(village, [seq])[seq])


def checkpoint_url(checkpoint: Checkpoint) -> str:
    """The address in a checkpoint's QR: it opens /verify with the whole note."""
    return codes.verify_url(get_installation().url, codes.write_checkpoint(checkpoint.note))


def log_size(village: str) -> int:
    """How many events a village has."""
    return head(village).size
