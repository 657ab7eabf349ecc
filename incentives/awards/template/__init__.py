"""The county's template of rules, and what no rule may give points for (decision 0017)."""

from incentives.awards.template.check import (
    Finding,
    findings_of,
    refuse_what_is_ruled_out,
    sentence_of,
)
from incentives.awards.template.items import ItemDraft, as_draft, template_items

__all__ = [
    "Finding",
    "ItemDraft",
    "as_draft",
    "findings_of",
    "refuse_what_is_ruled_out",
    "sentence_of",
    "template_items",
]
