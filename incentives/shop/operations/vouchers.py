"""Services by voucher: handed out by a sale, given once, else their points go back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, and_, func, insert, select, update

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.cards.numbers import new_number
from incentives.clock import village_day
from incentives.database import new_id, rows_changed
from incentives.errors import CapExceeded, FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.shop.keeping import require_at
from incentives.shop.models import (
    Good,
    Redemption,
    RedemptionLine,
    Stock,
    Voucher,
    VoucherStatus,
)
from incentives.shop.operations.counter import Item
from incentives.shop.queries import find_shop
from incentives.shop.queries.vouchers import find_voucher
from incentives.shop.voucher_states import TRANSITIONS, Action

AT_MOST = 20  # of one service in one sale: each is a slip of paper


def issue_vouchers(
    redemption: Redemption,
    goods: dict[UUID, Good],
    items: Sequence[Item],
    lines: dict[UUID, UUID],
) -> None:
    """Make the vouchers of a sale's services, one each; `lines` are the sale's, by good.

    Refuses more than a service's limit in a calendar month, and more than 20 of one at once.
    """
    services = [item for item in items if goods[item.good_id].is_service]
    for place, item in enumerate(items):
        if goods[item.good_id].is_service and item.quantity > AT_MOST:
            detail = _("At most %(most)s of a service at once", most=AT_MOST)
            raise Invalid(errors=[FieldError(f"/lines/{place}/quantity", detail)])
    if not services:
        return
    refuse_over_limit(redemption, goods, services)
    db.session.execute(
        insert(Voucher),
        [
            {
                "id": new_id(),
                "number": new_number(),
                "village": redemption.village,
                "shop_id": redemption.shop_id,
                "redemption_id": redemption.id,
                "line_id": lines[item.good_id],
                "good_id": item.good_id,
                "household_id": redemption.household_id,
                "issued_on": redemption.redeemed_on,
                "valid_until": redemption.redeemed_on
                + timedelta(days=goods[item.good_id].voucher_days or 0),
                "status": VoucherStatus.ISSUED,
            }
            for item in services
            for _number in range(item.quantity)
        ],
    )


def refuse_over_limit(
    redemption: Redemption, goods: dict[UUID, Good], services: Sequence[Item]
) -> None:
    """Refuse more of a service than its limit in this calendar month, all households together.

    Two villages of a township's shop don't share a log head: the service's stock row, which holds
    nothing else, is the lock between them.
    """
    limited = [item for item in services if goods[item.good_id].month_limit is not None]
    if not limited:
        return
    ids = [item.good_id for item in limited]
    db.session.execute(
        select(Stock.good_id)
        .where(Stock.good_id.in_(ids))
        .order_by(Stock.good_id)
        .with_for_update()
    )
    rows = db.session.execute(
        select(Voucher.good_id, func.count())
        .where(
            Voucher.good_id.in_(ids),
            Voucher.issued_on >= redemption.redeemed_on.replace(day=1),
            Voucher.status.in_((VoucherStatus.ISSUED, VoucherStatus.SERVED)),
        )
        .group_by(Voucher.good_id)
    )
    given: dict[UUID, int] = {good_id: int(count) for good_id, count in rows}
    for item in limited:
        good = goods[item.good_id]
        left = (good.month_limit or 0) - given.get(good.id, 0)
        if item.quantity > left:
            raise CapExceeded(
                _("%(good)s: %(left)s more can be given this month", good=good.name_zh, left=left),
                left=left,
            )


def serve_voucher(*, shop_id: UUID, number: str, actor: Actor, now: datetime) -> Voucher:
    """Mark the service of a voucher as given. Refuses a second time, and after its last day."""
    shop = find_shop(shop_id)
    require_at(actor, "voucher.serve", shop)
    voucher = find_voucher(shop_id, number)
    lasting = and_(Voucher.id == voucher.id, Voucher.valid_until >= village_day(now))
    served = end(lasting, Action.SERVE, actor=actor, now=now)
    db.session.refresh(voucher)
    if served != 1:
        raise WrongState(why_not(voucher))
    audit.record(
        actor, audit.Tag.VOUCHER_SERVED, village=voucher.village, subject=voucher.id, now=now
    )
    return voucher


def why_not(voucher: Voucher) -> LazyString:
    """Why the service of a voucher isn't given any more."""
    if voucher.status is VoucherStatus.SERVED:
        return _("This voucher was used already")
    if voucher.status is VoucherStatus.REFUNDED:
        return _("This voucher was taken back: its points are with the household again")
    return _("This voucher is over: its points go back to the household")


def end(chosen: ColumnElement[bool], action: Action, *, actor: Actor, now: datetime) -> int:
    """Take a step with the chosen vouchers by the table of states; with how many it was taken."""
    before, after = TRANSITIONS[action]
    changed = db.session.execute(
        update(Voucher)
        .where(chosen, Voucher.status == before)
        .values(status=after, ended_at=now, ended_by=actor.person)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(changed)


def void_vouchers(lines: Sequence[RedemptionLine], *, actor: Actor, now: datetime) -> None:
    """End the vouchers of these lines that nobody used: a ruling gave their points back."""
    of_lines = Voucher.line_id.in_([line.id for line in lines])
    end(of_lines, Action.REFUND, actor=actor, now=now)


def end_vouchers(
    returned: Sequence[tuple[RedemptionLine, int]], *, actor: Actor, now: datetime
) -> None:
    """End so many vouchers of each service that is refunded, or that expires, by the clock.

    Refuses more than weren't given yet.
    """
    action = Action.EXPIRE if actor.is_system else Action.REFUND
    before, _after = TRANSITIONS[action]
    for line, quantity in returned:
        if not line.service:
            continue
        chosen = (
            select(Voucher.id)
            .where(Voucher.line_id == line.id, Voucher.status == before)
            .order_by(Voucher.id)
            .limit(quantity)
        )
        if actor.is_system:
            chosen = chosen.where(Voucher.valid_until < village_day(now))
        ids = list(db.session.scalars(chosen))
        if end(Voucher.id.in_(ids), action, actor=actor, now=now) != quantity:
            raise WrongState(_("A service that was given can't be taken back"))
