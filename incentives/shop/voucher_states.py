"""What may be done with a voucher in which state, and what state it has then."""

from enum import StrEnum

from incentives.shop.models import VoucherStatus


class Action(StrEnum):
    """What ends a voucher: each once, and only one of them."""

    SERVE = "serve"
    REFUND = "refund"
    EXPIRE = "expire"


# `serve` is the shopkeeper's, until the voucher's last day; `refund` goes with a refund of its
# sale; `expire` is the clock's alone, after that day.
TRANSITIONS: dict[Action, tuple[VoucherStatus, VoucherStatus]] = {
    Action.SERVE: (VoucherStatus.ISSUED, VoucherStatus.SERVED),
    Action.REFUND: (VoucherStatus.ISSUED, VoucherStatus.REFUNDED),
    Action.EXPIRE: (VoucherStatus.ISSUED, VoucherStatus.EXPIRED),
}
