"""What may be done with a card in which state, and what state it has then; and with a vouch."""

from enum import StrEnum

from incentives.cards.models import CardStatus, VouchStatus


class Action(StrEnum):
    """What changes a card's state; who may do it is in the permission table, as `card.<action>`."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    REISSUE = "reissue"


IN_USE = frozenset({CardStatus.ACTIVE, CardStatus.SUSPENDED})

TRANSITIONS: dict[Action, tuple[frozenset[CardStatus], CardStatus]] = {
    Action.SUSPEND: (frozenset({CardStatus.ACTIVE}), CardStatus.SUSPENDED),
    Action.REINSTATE: (frozenset({CardStatus.SUSPENDED}), CardStatus.ACTIVE),
    Action.REVOKE: (IN_USE, CardStatus.REVOKED),
    Action.REISSUE: (IN_USE, CardStatus.ACTIVE),
}


def allowed(status: CardStatus) -> list[Action]:
    """The actions that a card in this state can take, in the order of the table."""
    return [action for action, (from_, _to) in TRANSITIONS.items() if status in from_]


class Answer(StrEnum):
    """What a cadre says to a vouch that they are asked for."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


ANSWERS: dict[Answer, tuple[frozenset[VouchStatus], VouchStatus]] = {
    Answer.CONFIRM: (frozenset({VouchStatus.WAITING}), VouchStatus.CONFIRMED),
    Answer.REFUSE: (frozenset({VouchStatus.WAITING}), VouchStatus.REFUSED),
}
