"""What may be done with a settlement in which state, and what state it has then: one table.

Who may do it is in the permission table (`settlement.<action>`), and in the separate duties.
"""

from enum import StrEnum

from incentives.shop.models import SettlementStatus as S


class Action(StrEnum):
    """What changes a settlement's state."""

    CHECK = "check"
    APPROVE = "approve"
    PAY = "pay"
    CONFIRM = "confirm"
    REJECT = "reject"
    REVERSE_APPROVAL = "reverse_approval"
    REVERSE_PAYMENT = "reverse_payment"


TRANSITIONS: dict[Action, tuple[frozenset[S], S]] = {
    Action.CHECK: (frozenset({S.SUBMITTED}), S.CHECKED),
    Action.APPROVE: (frozenset({S.CHECKED}), S.APPROVED),
    Action.PAY: (frozenset({S.APPROVED}), S.PAID),
    Action.CONFIRM: (frozenset({S.PAID}), S.CONFIRMED),
    Action.REJECT: (frozenset({S.SUBMITTED, S.CHECKED}), S.REJECTED),
    Action.REVERSE_APPROVAL: (frozenset({S.APPROVED}), S.CHECKED),
    Action.REVERSE_PAYMENT: (frozenset({S.PAID}), S.APPROVED),
}


def allowed(status: S) -> list[Action]:
    """The actions that a settlement in this state can take, in the order of the table."""
    return [action for action, (before, _after) in TRANSITIONS.items() if status in before]
