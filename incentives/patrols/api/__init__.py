"""Patrols by HTTP, a module a subject."""

from incentives.patrols.api import places, rota, walks
from incentives.patrols.api.shared import blueprint

__all__ = ["blueprint", "places", "rota", "walks"]
