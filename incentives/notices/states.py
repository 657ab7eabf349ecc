"""What a ruling makes of an objection: one table. A notice is open until it is closed, once.

Who may rule is in the permission table (`objection.rule`), and in the separate duties.
"""

from enum import StrEnum

from incentives.notices.models import ObjectionStatus as S


class Action(StrEnum):
    """How an objection is ruled on."""

    UPHOLD = "uphold"
    OVERRULE = "overrule"


TRANSITIONS: dict[Action, tuple[frozenset[S], S]] = {
    Action.UPHOLD: (frozenset({S.OPEN}), S.UPHELD),
    Action.OVERRULE: (frozenset({S.OPEN}), S.OVERRULED),
}
