"""What is done with notices and objections: make, close, object, rule."""

from incentives.notices.operations.claims import may_object, object_to_claim
from incentives.notices.operations.cleared import may_object_to_clearing
from incentives.notices.operations.hands import hands_of, is_sent_up, may_rule, sent_up
from incentives.notices.operations.objecting import RULING_DAYS, About, Missing, make_objection
from incentives.notices.operations.publishing import (
    close_due_notices,
    close_notice,
    make_notice,
)
from incentives.notices.operations.rounds import (
    next_round,
    publish_ended_round,
    publish_ended_rounds,
)
from incentives.notices.operations.ruling import rule_on_objection

__all__ = [
    "RULING_DAYS",
    "About",
    "Missing",
    "close_due_notices",
    "close_notice",
    "hands_of",
    "is_sent_up",
    "make_notice",
    "make_objection",
    "may_object",
    "may_object_to_clearing",
    "may_rule",
    "next_round",
    "object_to_claim",
    "publish_ended_round",
    "publish_ended_rounds",
    "rule_on_objection",
    "sent_up",
]
