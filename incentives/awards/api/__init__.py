"""Awards by HTTP: rulebooks and the rules in force, awards, batches, claims, review, reversal."""

from incentives.awards.api import awards, batches, exports, review, rulebooks
from incentives.awards.api.shared import blueprint

__all__ = ["awards", "batches", "blueprint", "exports", "review", "rulebooks"]
