"""What may be done with a disbursement in which state, and what state it has then; and with a count
of the cash: one table each."""

from enum import StrEnum

from incentives.fund.models import CountStatus, Status


class Action(StrEnum):
    """What changes a disbursement's state; who may is in the permission table, as
    `disbursement.<action>`. Notices publish, by the permission `notice.make`."""

    EVALUATE = "evaluate"
    PUBLISH = "publish"
    APPROVE = "approve"
    PAY = "pay"
    RECEIVE = "receive"
    RETURN = "return"
    REVERSE_RETURN = "reverse_return"
    REVERSE = "reverse"
    REJECT = "reject"
    WITHDRAW = "withdraw"


BEFORE_PAYMENT = frozenset({Status.APPLIED, Status.EVALUATED, Status.PUBLISHED, Status.APPROVED})


def to(after: Status, *before: Status) -> dict[Status, Status]:
    """An action that leads from each of these states to one."""
    return dict.fromkeys(before, after)


# From which state to which. Approval from `evaluated` is for villages with no days of publicity
# only; from `published` only once the notice is over: `operations.deciding` refuses all else. A
# receipt that comes after some of the money did is kept, and the state stays. Without any return
# that stands it is paid or received again: `operations.returning` says which.
TRANSITIONS: dict[Action, dict[Status, Status]] = {
    Action.EVALUATE: to(Status.EVALUATED, Status.APPLIED),
    Action.PUBLISH: to(Status.PUBLISHED, Status.EVALUATED),
    Action.APPROVE: to(Status.APPROVED, Status.EVALUATED, Status.PUBLISHED),
    Action.PAY: to(Status.PAID, Status.APPROVED),
    Action.RECEIVE: to(Status.RECEIVED, Status.PAID) | to(Status.RETURNED, Status.RETURNED),
    Action.RETURN: to(Status.RETURNED, Status.PAID, Status.RECEIVED, Status.RETURNED),
    Action.REVERSE_RETURN: to(Status.RETURNED, Status.RETURNED),
    Action.REVERSE: to(Status.REVERSED, Status.PAID, Status.RECEIVED),
    Action.REJECT: to(Status.REJECTED, *BEFORE_PAYMENT),
    Action.WITHDRAW: to(Status.WITHDRAWN, *BEFORE_PAYMENT),
}


def allowed(status: Status) -> list[Action]:
    """The actions that a disbursement in this state can take, in the order of the table."""
    return [action for action, leads in TRANSITIONS.items() if status in leads]


class CountAction(StrEnum):
    """What a second person says to a count of the cash, by the permission `cash.confirm`."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


COUNT_TRANSITIONS: dict[CountAction, tuple[frozenset[CountStatus], CountStatus]] = {
    CountAction.CONFIRM: (frozenset({CountStatus.WAITING}), CountStatus.CONFIRMED),
    CountAction.REFUSE: (frozenset({CountStatus.WAITING}), CountStatus.REFUSED),
}
