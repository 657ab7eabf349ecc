"""What is done with rulebooks and awards: draft, adopt, propose, claim, review, post, turn."""

from incentives.awards.operations.adopting import Adoption, adopt_rulebook, keep_minutes
from incentives.awards.operations.claiming import claim_award
from incentives.awards.operations.entries import Act
from incentives.awards.operations.forgetting import erase_old_evidence
from incentives.awards.operations.mending import edit_award, withdraw_award
from incentives.awards.operations.objected import claim_as_objected, refuse_too_late
from incentives.awards.operations.posting import post_awards
from incentives.awards.operations.proposing import (
    BatchLine,
    LineCheck,
    check_batch,
    propose_award,
    propose_batch,
)
from incentives.awards.operations.publication import (
    conclude_publication,
    dismiss_objection,
    object_to_award,
    publish_awards,
    uphold_objection,
)
from incentives.awards.operations.reviewing import review_award, review_awards, review_sent_up
from incentives.awards.operations.rulebooks import (
    discard_rulebook,
    draft_rulebook,
    set_items,
)
from incentives.awards.operations.turning import reinstate_award, reverse_award

__all__ = [
    "Act",
    "Adoption",
    "BatchLine",
    "LineCheck",
    "adopt_rulebook",
    "check_batch",
    "claim_as_objected",
    "claim_award",
    "conclude_publication",
    "discard_rulebook",
    "dismiss_objection",
    "draft_rulebook",
    "edit_award",
    "erase_old_evidence",
    "keep_minutes",
    "object_to_award",
    "post_awards",
    "propose_award",
    "propose_batch",
    "publish_awards",
    "refuse_too_late",
    "reinstate_award",
    "reverse_award",
    "review_award",
    "review_awards",
    "review_sent_up",
    "set_items",
    "uphold_objection",
    "withdraw_award",
]
