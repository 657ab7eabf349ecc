"""Cards by HTTP, a module a subject."""

from incentives.cards.api import cards, counters, exports, sheets
from incentives.cards.api.shared import blueprint

__all__ = ["blueprint", "cards", "counters", "exports", "sheets"]
