"""What may be done with an award in which state, and what state it has then: one table.

Who may do it is in the permission table (`award.<action>`), and in the separate duties.
"""

from enum import StrEnum

from incentives.awards.models import AwardStatus as S


class Action(StrEnum):
    """What changes an award's state."""

    EDIT = "edit"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    PUBLISH = "publish"
    OBJECT = "object"
    OVERRULE = "overrule"
    UPHOLD = "uphold"
    POST = "post"
    REVERSE = "reverse"
    REINSTATE = "reinstate"


# `approve` leads on only with the last approval needed; `publish` takes a proposed award only
# where no review is needed; `post` a reviewed one only where no publicity is.
TRANSITIONS: dict[Action, tuple[frozenset[S], S]] = {
    Action.EDIT: (frozenset({S.PROPOSED}), S.PROPOSED),
    Action.APPROVE: (frozenset({S.PROPOSED}), S.REVIEWED),
    Action.REJECT: (frozenset({S.PROPOSED}), S.REJECTED),
    Action.WITHDRAW: (frozenset({S.PROPOSED}), S.WITHDRAWN),
    Action.PUBLISH: (frozenset({S.PROPOSED, S.REVIEWED}), S.PUBLISHED),
    Action.OBJECT: (frozenset({S.PUBLISHED}), S.OBJECTED),
    Action.OVERRULE: (frozenset({S.OBJECTED}), S.PUBLISHED),
    Action.UPHOLD: (frozenset({S.OBJECTED}), S.REJECTED),
    Action.POST: (frozenset({S.REVIEWED, S.PUBLISHED}), S.POSTED),
    Action.REVERSE: (frozenset({S.POSTED}), S.REVERSED),
    Action.REINSTATE: (frozenset({S.REVERSED}), S.POSTED),
}

# These don't count towards a cap.
FREED = frozenset({S.REJECTED, S.WITHDRAWN, S.REVERSED})


def allowed(status: S) -> list[Action]:
    """The actions that an award in this state can take, in the order of the table."""
    return [action for action, (from_, _to) in TRANSITIONS.items() if status in from_]
