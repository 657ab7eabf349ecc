"""Goods back, points back: by line, within the days that the policy of the sale gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, insert, select, update

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.duties import refuse_own_household
from incentives.clock import village_day
from incentives.database import new_id, rows_changed
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.register.models import Household
from incentives.shop.keeping import require_at
from incentives.shop.models import (
    MovementKind,
    Redemption,
    RedemptionLine,
    Refund,
    RefundCause,
    RefundLine,
    ShopService,
    StockMovement,
)
from incentives.shop.operations.moving import StockLine, move_stock
from incentives.shop.operations.vouchers import end_vouchers
from incentives.shop.queries import find_redemption, find_shop
from incentives.texts import check_text

REASON_LENGTH = 200


@dataclass(frozen=True)
class ReturnedLine:
    """How many of one redemption line come back."""

    line_id: UUID
    quantity: int


def refund_redemption(
    *,
    village: str,
    redemption_id: UUID,
    reason: str,
    lines: Sequence[ReturnedLine] | None = None,
    actor: Actor,
    now: datetime,
) -> Refund:
    """Take goods back and give their points back; without `lines`, all that is still out.

    Where the sale was topped up in cash, points come back first and cash over the counter after
    (domain.md, policy `cash_top_up`). Refuses after `refund_days`, nothing, more than is still out,
    a refund by somebody of that household, and no reason.
    """
    reason = check_text(reason, "/reason", REASON_LENGTH)
    if lines is not None and not lines:
        raise Invalid(errors=[FieldError("/lines", _("Choose what came back, and how many"))])
    redemption = find_redemption(village, redemption_id)
    shop = find_shop(redemption.shop_id)
    require_at(actor, "redemption.refund", shop)
    refuse_own_household(actor, [redemption.household_id])
    ledger.hold([village])
    late = village_day(now) > redemption.refundable_until
    # What nobody came for goes back by the clock, however late that is.
    if late and not actor.is_system:
        raise WrongState(_("Goods can be returned for %(days)s days", days=redemption.refund_days))
    returned = take_back(redemption, lines)
    end_vouchers(returned, actor=actor, now=now)
    value = sum(line.unit_points * quantity for line, quantity in returned)
    points, cash_fen = split_value(redemption, value)
    refund = Refund(
        id=new_id(),
        redemption_id=redemption.id,
        points=points,
        cash_fen=cash_fen,
        cause=RefundCause.RETURN,
        reason=reason,
        refunded_at=now,
        refunded_by=actor.person,
        terminal_id=actor.terminal_id,
    )
    event = None
    if points:
        event = post_refund(redemption, refund.id, points, reason, actor=actor, now=now)
    keep_refund(refund, redemption, event, returned)
    back = [
        StockLine(line.good_id, quantity, line.unit_cost_fen)
        for line, quantity in returned
        if not line.service
    ]
    if back:
        movement = StockMovement(kind=MovementKind.REFUND, record_id=refund.id)
        move_stock(shop, movement, back, actor=actor, now=now)
    return refund


def keep_refund(
    refund: Refund,
    redemption: Redemption,
    event: ledger.Posted | ledger.Event | None,
    returned: Sequence[tuple[RedemptionLine, int]],
) -> None:
    """Keep a refund with its lines and its place in the log; without event it moved cash only."""
    village = redemption.village
    if event is not None:
        refund.event_id, refund.receipt, refund.log_place = event.id, event.voucher, event.voucher
    else:
        refund.log_place = ledger.hold([village]).read()[village].size + 1
    db.session.add(refund)
    db.session.flush()
    db.session.execute(
        insert(RefundLine),
        [
            {"refund_id": refund.id, "line_id": line.id, "quantity": quantity}
            for line, quantity in returned
        ],
    )


def take_back(
    redemption: Redemption, lines: Sequence[ReturnedLine] | None
) -> list[tuple[RedemptionLine, int]]:
    """The lines that come back, marked as refunded; without `lines`, all that is still out.

    Each is one conditional UPDATE, so that two refunds at once can't return a thing twice.
    """
    sold = {
        line.id: line
        for line in db.session.scalars(
            select(RedemptionLine)
            .where(RedemptionLine.redemption_id == redemption.id)
            .order_by(RedemptionLine.line)
            .execution_options(populate_existing=True)
        )
    }
    if lines is None:
        lines = [
            ReturnedLine(line.id, line.quantity - line.refunded)
            for line in sold.values()
            if line.quantity > line.refunded
        ]
    if not lines:
        raise WrongState(_("Everything has come back already"))
    for index, returned in enumerate(lines):
        if returned.line_id not in sold:
            raise Invalid(errors=[FieldError(f"/lines/{index}/line_id", _("No such line"))])
        marked = db.session.execute(
            update(RedemptionLine)
            .where(RedemptionLine.id == returned.line_id)
            .where(RedemptionLine.refunded + returned.quantity <= RedemptionLine.quantity)
            .values(refunded=RedemptionLine.refunded + returned.quantity)
            .execution_options(synchronize_session=False)
        )
        if rows_changed(marked) != 1:
            raise WrongState(_("More would come back than was handed out"))
    return [(sold[returned.line_id], returned.quantity) for returned in lines]


def still_out(redemption: Redemption) -> tuple[int, int] | None:
    """What would go back if all that is out came back: points, then fen. None where nothing is."""
    out = RedemptionLine.quantity - RedemptionLine.refunded
    value = db.session.scalar(
        select(func.sum(RedemptionLine.unit_points * out)).where(
            RedemptionLine.redemption_id == redemption.id, out > 0
        )
    )
    return None if value is None else split_value(redemption, int(value))


def split_value(redemption: Redemption, value: int) -> tuple[int, int]:
    """What goes back for goods of `value` points: points as far as points were paid, then fen."""
    given = db.session.scalar(
        select(func.sum(Refund.points)).where(Refund.redemption_id == redemption.id)
    )
    points = min(value, redemption.points - int(given or 0))
    return points, (value - points) * redemption.fen_per_point


def post_refund(
    redemption: Redemption,
    refund_id: UUID,
    points: int,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> ledger.Posted:
    """The event: from the shop's account to the household, its debt first."""
    service = db.session.get_one(ShopService, (redemption.shop_id, redemption.village))
    household = db.session.get_one(Household, redemption.household_id)
    draft = ledger.Draft(
        village=redemption.village,
        kind="refund",
        occurred_on=village_day(now),
        record=refund_id,
        legs=[ledger.give(f"shop.{service.number}", household.account_code, points)],
        detail={"receipt": redemption.receipt, "reason": reason},
    )
    entered_by = None if actor.is_system else actor.person
    return ledger.post([draft], actor=entered_by, now=now)[0]
