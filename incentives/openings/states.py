"""What may be done with an opening in which state, and what state it has then: one table.

Who may do it is in the permission table (`opening.<permission>`), and in the separate duties.
"""

from enum import StrEnum

from incentives.openings.models import OpeningStatus as S


class Action(StrEnum):
    """What changes an opening's state."""

    EDIT = "edit"
    SUBMIT = "submit"
    CHECK = "check"
    POST = "post"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    REVERSE = "reverse"


# `check` leads on only with the last check needed, `reverse` only with the last line.
TRANSITIONS: dict[Action, tuple[frozenset[S], S]] = {
    Action.EDIT: (frozenset({S.DRAFTED}), S.DRAFTED),
    Action.SUBMIT: (frozenset({S.DRAFTED}), S.SUBMITTED),
    Action.CHECK: (frozenset({S.SUBMITTED}), S.CHECKED),
    Action.POST: (frozenset({S.CHECKED}), S.POSTED),
    Action.REJECT: (frozenset({S.SUBMITTED, S.CHECKED}), S.REJECTED),
    Action.WITHDRAW: (frozenset({S.DRAFTED, S.SUBMITTED, S.CHECKED}), S.WITHDRAWN),
    Action.REVERSE: (frozenset({S.POSTED}), S.REVERSED),
}


def allowed(status: S) -> list[Action]:
    """The actions that an opening in this state can take, in the order of the table."""
    return [action for action, (before, _after) in TRANSITIONS.items() if status in before]
