"""What may be done with a call in which state, and what state it has then: one table.

Who may do it is in the permission table (`PERMISSIONS`); an office's steps are for its people, and
rating and reopening for whoever has the caller's link.
"""

from enum import StrEnum

from incentives.calls.models import CallStatus as S


class Action(StrEnum):
    """What is done with a call."""

    PUSH = "push"
    ACCEPT = "accept"
    ARRIVE = "arrive"
    RESOLVE = "resolve"
    ANSWER = "answer"
    HAND_OVER = "hand_over"
    MERGE = "merge"
    STRIKE = "strike"
    RATE = "rate"
    REOPEN = "reopen"


UNFINISHED = frozenset({S.REPORTED, S.PUSHED, S.ACCEPTED, S.ON_SITE})
WITH_OFFICE = frozenset({S.PUSHED, S.ACCEPTED, S.ON_SITE})
OFFICE_TURN = WITH_OFFICE | {S.RESOLVED}
UNANSWERED = UNFINISHED | {S.RESOLVED}

# Who goes at once has accepted; what is settled by a call back needs nobody on the spot.
TRANSITIONS: dict[Action, tuple[frozenset[S], S]] = {
    Action.PUSH: (frozenset({S.REPORTED}), S.PUSHED),
    Action.ACCEPT: (frozenset({S.PUSHED}), S.ACCEPTED),
    Action.ARRIVE: (frozenset({S.PUSHED, S.ACCEPTED}), S.ON_SITE),
    Action.RESOLVE: (frozenset({S.ACCEPTED, S.ON_SITE}), S.RESOLVED),
    Action.ANSWER: (frozenset({S.RESOLVED}), S.ANSWERED),
    Action.HAND_OVER: (WITH_OFFICE, S.PUSHED),
    Action.MERGE: (UNFINISHED, S.MERGED),
    Action.STRIKE: (frozenset({S.REPORTED, S.PUSHED}), S.STRUCK),
    Action.RATE: (frozenset({S.ANSWERED}), S.ANSWERED),
    Action.REOPEN: (frozenset({S.ANSWERED}), S.PUSHED),
}

# Where nobody answers for its office any more, a cadre sends a call on: to be done, or, once it is
# put right, to be answered.
SENT_ON: dict[S, S] = {**dict.fromkeys(WITH_OFFICE, S.PUSHED), S.RESOLVED: S.RESOLVED}

OFFICE_STEPS = (Action.ACCEPT, Action.ARRIVE, Action.RESOLVE, Action.ANSWER, Action.HAND_OVER)

PERMISSIONS: dict[Action, str | None] = {
    **dict.fromkeys(OFFICE_STEPS, "call.step"),
    Action.PUSH: "call.sort",
    Action.MERGE: "call.sort",
    Action.STRIKE: "call.sort",
    Action.RATE: None,
    Action.REOPEN: None,
}


def allowed(status: S) -> list[Action]:
    """The actions that a call in this state can take, in the order of the table."""
    return [action for action, (before, _after) in TRANSITIONS.items() if status in before]
