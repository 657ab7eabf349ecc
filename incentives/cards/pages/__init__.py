"""The pages of cards: what a scanned one opens, a phone's code, and the desks of cadres and
supervisors."""

from incentives.cards.pages import desk, many, own, phone, vouches
from incentives.cards.pages.views import blueprint

__all__ = ["blueprint", "desk", "many", "own", "phone", "vouches"]
