"""Tables of awards: the village's rulebooks, what was awarded under them, and who decided."""

from incentives.awards.models.awards import (
    NOTE_LENGTH,
    Award,
    AwardEvidence,
    AwardReview,
    AwardStatus,
    AwardTurn,
    Decision,
    Turn,
)
from incentives.awards.models.rulebooks import (
    CODE_LENGTH,
    NAME_LENGTH,
    UNIT_LENGTH,
    CapPer,
    CapPeriod,
    Category,
    Evidence,
    Rulebook,
    RulebookStatus,
    RuleItem,
)

__all__ = [
    "CODE_LENGTH",
    "NAME_LENGTH",
    "NOTE_LENGTH",
    "UNIT_LENGTH",
    "Award",
    "AwardEvidence",
    "AwardReview",
    "AwardStatus",
    "AwardTurn",
    "CapPer",
    "CapPeriod",
    "Category",
    "Decision",
    "Evidence",
    "RuleItem",
    "Rulebook",
    "RulebookStatus",
    "Turn",
]
