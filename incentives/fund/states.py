"""What may be done with a disbursement in which state, and what state it has then."""

from enum import StrEnum

from incentives.fund.models import Status


class Action(StrEnum):
    """What changes a disbursement's state; who may is in the permission table, as
    `disbursement.<action>`. Notices publish, by the permission `notice.make`."""

    EVALUATE = "evaluate"
    PUBLISH = "publish"
    APPROVE = "approve"
    PAY = "pay"
    RECEIVE = "receive"
    RETURN = "return"
    REVERSE = "reverse"
    REJECT = "reject"
    WITHDRAW = "withdraw"


BEFORE_PAYMENT = frozenset({Status.APPLIED, Status.EVALUATED, Status.PUBLISHED, Status.APPROVED})

# Approval from `evaluated` is for villages with no days of publicity only; from `published` only
# once the notice is over: `operations.approval` refuses all else.
TRANSITIONS: dict[Action, tuple[frozenset[Status], Status]] = {
    Action.EVALUATE: (frozenset({Status.APPLIED}), Status.EVALUATED),
    Action.PUBLISH: (frozenset({Status.EVALUATED}), Status.PUBLISHED),
    Action.APPROVE: (frozenset({Status.EVALUATED, Status.PUBLISHED}), Status.APPROVED),
    Action.PAY: (frozenset({Status.APPROVED}), Status.PAID),
    Action.RECEIVE: (frozenset({Status.PAID}), Status.RECEIVED),
    Action.RETURN: (
        frozenset({Status.PAID, Status.RECEIVED, Status.RETURNED}),
        Status.RETURNED,
    ),
    Action.REVERSE: (frozenset({Status.PAID, Status.RECEIVED}), Status.REVERSED),
    Action.REJECT: (BEFORE_PAYMENT, Status.REJECTED),
    Action.WITHDRAW: (BEFORE_PAYMENT, Status.WITHDRAWN),
}


def allowed(status: Status) -> list[Action]:
    """The actions that a disbursement in this state can take, in the order of the table."""
    return [action for action, (before, _after) in TRANSITIONS.items() if status in before]
