"""The pages of cards: what a scanned one opens, and a cadre's desk for them."""

from incentives.cards.pages import desk, own
from incentives.cards.pages.views import blueprint

__all__ = ["blueprint", "desk", "own"]
