"""Tables of cards: the card and its prints, the keys that sign them, PIN locks, scans, a phone's
codes, vouches, sheets to be printed."""

from incentives.cards.models.cards import (
    Card,
    CardIssue,
    CardKey,
    CardStatus,
)
from incentives.cards.models.pins import (
    PinFailure,
    PinLock,
    Scope,
)
from incentives.cards.models.scans import (
    PhoneCode,
    Scan,
    ShownBy,
    Vouch,
    VouchStatus,
)
from incentives.cards.models.sheets import (
    SheetJob,
    SheetStatus,
)

__all__ = [
    "Card",
    "CardIssue",
    "CardKey",
    "CardStatus",
    "PhoneCode",
    "PinFailure",
    "PinLock",
    "Scan",
    "Scope",
    "SheetJob",
    "SheetStatus",
    "ShownBy",
    "Vouch",
    "VouchStatus",
]
