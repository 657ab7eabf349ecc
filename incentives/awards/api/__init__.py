"""Awards by HTTP: rulebooks and the rules in force, awards, claims, review, reversal."""

from incentives.awards.api import awards, rulebooks
from incentives.awards.api.shared import blueprint

__all__ = ["awards", "blueprint", "rulebooks"]
