"""What may be done with an award or a rulebook in which state, and what state it has then.

One table each. Who may do it is in the permission table (`award.<action>`, and beside the table of
rulebooks), and in the separate duties.
"""

from enum import StrEnum

from incentives.awards.models import AwardStatus as S
from incentives.awards.models import RulebookStatus as R


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
# These may still be posted.
PROMISED = frozenset({S.PROPOSED, S.REVIEWED, S.PUBLISHED, S.OBJECTED})


def allowed(status: S) -> list[Action]:
    """The actions that an award in this state can take, in the order of the table."""
    return [action for action, (from_, _to) in TRANSITIONS.items() if status in from_]


class RulebookAction(StrEnum):
    """What changes a version of the rules."""

    EDIT = "edit"
    ADOPT = "adopt"
    DISCARD = "discard"
    KEEP_MINUTES = "keep_minutes"


# Whether an adopted version is yet to come, in force or superseded follows from the day alone.
RULEBOOK_TRANSITIONS: dict[RulebookAction, tuple[frozenset[R], R]] = {
    RulebookAction.EDIT: (frozenset({R.DRAFT}), R.DRAFT),
    RulebookAction.ADOPT: (frozenset({R.DRAFT}), R.ADOPTED),
    RulebookAction.DISCARD: (frozenset({R.DRAFT}), R.DISCARDED),
    RulebookAction.KEEP_MINUTES: (frozenset({R.ADOPTED}), R.ADOPTED),
}
# Which permission each takes.
RULEBOOK_PERMISSIONS: dict[RulebookAction, str] = {
    RulebookAction.EDIT: "rulebook.draft",
    RulebookAction.ADOPT: "rulebook.adopt",
    RulebookAction.DISCARD: "rulebook.discard",
    RulebookAction.KEEP_MINUTES: "rulebook.keep_minutes",
}
