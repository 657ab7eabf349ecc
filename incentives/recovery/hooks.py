"""What rooms do when a sealed event is put back: each sets its functions when it is loaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incentives.ledger.replaying import Replayed
from incentives.recovery.models import LostKind


@dataclass(frozen=True)
class Lost:
    """Something that can't be rebuilt: its kind, and what is known of it."""

    kind: LostKind
    data: dict[str, Any] = field(default_factory=dict)


# Moves the record behind an event to the state that the event shows, in the same transaction, and
# tells what of it is lost. None: the event is of none of this room's records, or can't be rebuilt.
Rebuilder = Callable[[Replayed, datetime], Sequence[Lost] | None]
rebuilders: list[Rebuilder] = []

# What is lost with an event besides its record and its detail (goods off the shelf).
losers: list[Callable[[Replayed], Sequence[Lost]]] = []

# Set by register: enter what is known of a household whose account was opened anew, and of a
# village whose log was.
household_openers: list[Callable[[str, str, datetime], dict[str, Any]]] = []
village_openers: list[Callable[[str, datetime], None]] = []

# Set by whoever gives terminals leases: end them all; their sales then come in as `late`.
lease_enders: list[Callable[[datetime], None]] = []


def add(functions: list[Any], function: Any) -> None:
    """Set a function once, however often applications are made."""
    if function not in functions:
        functions.append(function)
