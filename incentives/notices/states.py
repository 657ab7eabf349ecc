"""What a ruling makes of an objection, and what closing makes of a notice: one table each.

Who may do it is in the permission table (`objection.rule`, `notice.close`), and in the separate
duties.
"""

from enum import StrEnum

from incentives.notices.models import NoticeStatus as N
from incentives.notices.models import ObjectionStatus as S


class Action(StrEnum):
    """How an objection is ruled on."""

    UPHOLD = "uphold"
    OVERRULE = "overrule"


TRANSITIONS: dict[Action, tuple[frozenset[S], S]] = {
    Action.UPHOLD: (frozenset({S.OPEN}), S.UPHELD),
    Action.OVERRULE: (frozenset({S.OPEN}), S.OVERRULED),
}


class NoticeAction(StrEnum):
    """What changes a notice's state."""

    CLOSE = "close"


NOTICE_TRANSITIONS: dict[NoticeAction, tuple[frozenset[N], N]] = {
    NoticeAction.CLOSE: (frozenset({N.OPEN}), N.CLOSED),
}
