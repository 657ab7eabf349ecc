"""The pages of notices: what anyone reads, a household's objections, the review group's desk."""

from incentives.notices.pages import desk, ledgers, own, public
from incentives.notices.pages.own import way_to_object
from incentives.notices.pages.shared import blueprint

__all__ = ["blueprint", "desk", "ledgers", "own", "public", "way_to_object"]
