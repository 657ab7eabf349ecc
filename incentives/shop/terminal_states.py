"""What may be done with a terminal in which state, and what state it has then."""

from enum import StrEnum

from incentives.shop.models import TerminalStatus as S


class TerminalAction(StrEnum):
    """What changes a terminal's state; who may is in the permission table (`terminal.<action>`)."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REPLACE = "replace"


TERMINAL_TRANSITIONS: dict[TerminalAction, tuple[frozenset[S], S]] = {
    TerminalAction.SUSPEND: (frozenset({S.ACTIVE}), S.SUSPENDED),
    TerminalAction.REINSTATE: (frozenset({S.SUSPENDED}), S.ACTIVE),
    TerminalAction.REPLACE: (frozenset({S.ACTIVE, S.SUSPENDED}), S.REPLACED),
}


def allowed(status: S) -> list[TerminalAction]:
    """The actions that a terminal in this state can take, in the order of the table."""
    return [action for action, (from_, _to) in TERMINAL_TRANSITIONS.items() if status in from_]
