"""What may be done with a patrol in which state, and what state it has then: one table.

Who may is in the permission table, as `patrol.<action>`. A scan or finding needs no state: one that
was waiting in a phone when the patrol ended is recorded, and flagged.
"""

from enum import StrEnum

from incentives.patrols.models import PatrolStatus as P


class Action(StrEnum):
    """What ends a patrol."""

    CLOSE = "close"
    CANCEL = "cancel"


TRANSITIONS: dict[Action, tuple[frozenset[P], P]] = {
    Action.CLOSE: (frozenset({P.WALKING}), P.CLOSED),
    Action.CANCEL: (frozenset({P.WALKING}), P.CANCELLED),
}


def allowed(status: P) -> list[Action]:
    """The actions that a patrol in this state can take, in the order of the table."""
    return [action for action, (before, _after) in TRANSITIONS.items() if status in before]
