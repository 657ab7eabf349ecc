"""The day's close: what went over the counter, the cash that was counted, each sale in one only."""

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select, update

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.clock import village_day
from incentives.database import new_id, rows_changed
from incentives.errors import FieldError, Invalid, Stale, WrongState
from incentives.extensions import db
from incentives.shop.keeping import require_at
from incentives.shop.models import Closing, Redemption, Refund
from incentives.shop.operations.shops import hold_villages
from incentives.shop.queries import find_shop, open_totals
from incentives.texts import is_blank


def close_day(
    *,
    shop_id: UUID,
    cash_counted_fen: int,
    explanation: str | None = None,
    actor: Actor,
    now: datetime,
) -> Closing:
    """Close a shop's day: all sales and refunds since the closing before, once a day.

    Cash is what top-ups brought in less what refunds gave back; a difference to what was counted
    needs a sentence. A sale after the close belongs to the next one, and none falls between: the
    villages are held, as they are by each sale. Refuses a second close on a day.
    """
    shop = find_shop(shop_id)
    require_at(actor, "closing.make", shop)
    hold_villages(shop_id)
    day = village_day(now)
    earlier = select(func.count()).where(Closing.shop_id == shop_id, Closing.closed_on == day)
    if db.session.scalar(earlier):
        raise WrongState(_("This day is closed already: what comes now belongs to the next close"))
    totals = open_totals(shop_id)
    words = None if is_blank(explanation) else (explanation or "").strip()
    difference = cash_counted_fen - (totals.cash_in_fen - totals.cash_back_fen)
    if difference and words is None:
        raise Invalid(
            errors=[FieldError("/explanation", _("Why isn't it what it should be?"))],
            difference_fen=difference,
        )
    closing = Closing(
        id=new_id(),
        shop_id=shop_id,
        closed_on=day,
        sales=totals.sales,
        refunds=totals.refunds,
        points=totals.points,
        points_back=totals.points_back,
        cash_in_fen=totals.cash_in_fen,
        cash_back_fen=totals.cash_back_fen,
        cash_counted_fen=cash_counted_fen,
        explanation=words,
        closed_at=now,
        closed_by=actor.person,
    )
    db.session.add(closing)
    db.session.flush()
    take_in(closing)
    audit.record(
        actor,
        audit.Tag.DAY_CLOSED,
        village=shop.division,
        subject=closing.id,
        now=now,
        details={"difference_fen": difference},
    )
    return closing


def take_in(closing: Closing) -> None:
    """Mark the open sales and refunds as this closing's; refuses where they aren't those summed."""
    of_shop = select(Redemption.id).where(Redemption.shop_id == closing.shop_id)
    sales = db.session.execute(
        update(Redemption)
        .where(Redemption.shop_id == closing.shop_id, Redemption.closing_id.is_(None))
        .values(closing_id=closing.id)
        .execution_options(synchronize_session=False)
    )
    refunds = db.session.execute(
        update(Refund)
        .where(Refund.redemption_id.in_(of_shop), Refund.closing_id.is_(None))
        .values(closing_id=closing.id)
        .execution_options(synchronize_session=False)
    )
    if (rows_changed(sales), rows_changed(refunds)) != (closing.sales, closing.refunds):
        raise Stale()
