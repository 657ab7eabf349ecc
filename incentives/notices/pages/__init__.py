"""The pages of notices: what anyone reads, a household's objections, the review group's desk."""

from incentives.notices.pages import desk, own, public
from incentives.notices.pages.cleared import way_to_clearing
from incentives.notices.pages.own import way_to_object
from incentives.notices.pages.shared import blueprint

__all__ = ["blueprint", "desk", "own", "public", "way_to_clearing", "way_to_object"]
