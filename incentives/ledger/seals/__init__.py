"""Seals: what was signed is first kept outside the database, in a folder beside it.

`JISHAN_SEALS/<installation>/<village>/` holds `events.jsonl` (one event a line: its leaf and its
rows) and `checkpoints.jsonl` (each checkpoint, and how many bytes of events it covers). Both are
only ever appended to and synced, under a file lock, so that two signers at once do no harm. The
signer never signs what is inconsistent with them.
"""

from incentives.ledger.seals.files import CHECKPOINTS, EVENTS, folder_of, sealed_villages
from incentives.ledger.seals.reading import LogInconsistent, SealsDamaged
from incentives.ledger.seals.signing import (
    event_lines,
    put_back_checkpoints,
    seal_all,
    seal_village,
)
from incentives.ledger.seals.standing import Cause, Trouble, rolled_back, troubles

__all__ = [
    "CHECKPOINTS",
    "EVENTS",
    "Cause",
    "LogInconsistent",
    "SealsDamaged",
    "Trouble",
    "event_lines",
    "folder_of",
    "put_back_checkpoints",
    "rolled_back",
    "seal_all",
    "seal_village",
    "sealed_villages",
    "troubles",
]
