"""Services that nobody came for in time: their points go back to the household, by the clock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from flask_babel import gettext
from sqlalchemy import func, select

from incentives.access.actor import SYSTEM
from incentives.clock import village_day
from incentives.errors import Refusal
from incentives.extensions import db
from incentives.shop.models import Voucher, VoucherStatus
from incentives.shop.operations.refunds import ReturnedLine, refund_redemption
from incentives.web.sheets import for_the_wall
from incentives.web.transaction import transaction

log = structlog.get_logger()


def expire_vouchers(*, now: datetime) -> int:
    """Give back the points of services that nobody came for in time, sale by sale: the daily job.

    Returns how many vouchers expired. A sale that can't be refunded is logged and left.
    """
    rows = db.session.execute(
        select(Voucher.village, Voucher.redemption_id, Voucher.line_id, func.count())
        .where(Voucher.status == VoucherStatus.ISSUED, Voucher.valid_until < village_day(now))
        .group_by(Voucher.village, Voucher.redemption_id, Voucher.line_id)
        .order_by(Voucher.redemption_id, Voucher.line_id)
    ).all()
    db.session.rollback()
    with for_the_wall():
        reason = gettext("Nobody came for the service in time")
    expired = 0
    for village, redemption_id, line_id, count in rows:
        lines = [ReturnedLine(line_id, count)]

        def work(
            village: str = village,
            redemption_id: UUID = redemption_id,
            lines: Sequence[ReturnedLine] = lines,
        ) -> None:
            refund_redemption(
                village=village,
                redemption_id=redemption_id,
                reason=reason,
                lines=lines,
                actor=SYSTEM,
                now=now,
            )

        try:
            transaction(work)
        except Refusal:
            log.exception("voucher kept", redemption=str(redemption_id))
        else:
            expired += int(count)
    return expired
