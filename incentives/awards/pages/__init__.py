"""The awards' pages: a cadre's list and new awards, the review group's queue, rules."""

from flask_babel import lazy_gettext as _

from incentives.access.actor import Actor
from incentives.awards.pages import awards, batches, claims, exports, own, review, rulebooks, rules
from incentives.awards.pages.shared import blueprint
from incentives.awards.queries import (
    count_of,
    divisions_above,
    reviewable_above,
    reviewable_by,
)
from incentives.web.guard import Village
from incentives.web.pages import nav_item, public_place

__all__ = [
    "awards",
    "batches",
    "blueprint",
    "claims",
    "exports",
    "own",
    "review",
    "rulebooks",
    "rules",
]


def waits_for_review(actor: Actor, village: Village) -> int:
    """What this reviewer can decide now."""
    return count_of(reviewable_by(village.code, actor))


def waits_above(actor: Actor, _village: Village) -> int:
    """What villages sent up and this reviewer can decide now."""
    return count_of(reviewable_above(divisions_above(actor), actor))


nav_item(_("Register points"), "/desk/awards/new", permission="award.propose", order=10)
nav_item(_("Registered"), "/desk/awards", permission="award.read", order=22)
nav_item(_("To review"), "/review", permission="award.review", order=12, count=waits_for_review)
nav_item(
    _("Sent up to us"),
    "/review/sent-up",
    permission="award.review_above",
    order=13,
    count=waits_above,
)
nav_item(_("Our rules"), "/desk/rulebooks", permission="rulebook.read", order=66)
public_place(_("What earns points"), "/v/{village}/rules", order=10)
