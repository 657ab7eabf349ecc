"""The pages of patrols: on patrol, and the desk of whoever plans and reads them."""

from incentives.patrols.pages import desk, overview, places, rota, walk
from incentives.patrols.pages.shared import blueprint

__all__ = ["blueprint", "desk", "overview", "places", "rota", "walk"]
