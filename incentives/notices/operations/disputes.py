"""Objections to redemptions: until when, who may not rule, and points back where it is upheld."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import exists, select

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.duties import household_ids_of
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import NotPermitted, WrongState
from incentives.extensions import db
from incentives.notices.models import Objection
from incentives.notices.publishers import Hands
from incentives.register.models import Household
from incentives.shop.models import Redemption, Refund, RefundCause
from incentives.shop.operations.refunds import (
    keep_refund,
    post_refund,
    split_value,
    still_out,
    take_back,
)
from incentives.shop.operations.vouchers import void_vouchers
from incentives.shop.queries import find_redemption, find_shop
from incentives.shop.queries.settlements import keepers_of

DISPUTE_DAYS = 60


def refuse_undisputable(
    village: str, redemption_id: UUID, objection: Objection, *, now: datetime
) -> None:
    """Refuse another household's redemption, one too long ago, and one that was all given back."""
    redemption = find_redemption(village, redemption_id)
    if redemption.household_id != objection.household_id:
        raise NotPermitted()
    if village_day(now) > redemption.redeemed_on + timedelta(days=DISPUTE_DAYS):
        raise WrongState(_("A redemption can be disputed for %(days)s days", days=DISPUTE_DAYS))
    if back := why_all_is_back(redemption):
        raise WrongState(back)


def why_all_is_back(redemption: Redemption) -> LazyString | None:
    """Why nothing is left to object to: all came back by a ruling, or at the shop. Else None."""
    if still_out(redemption) is not None:
        return None
    ruled = exists().where(
        Refund.redemption_id == redemption.id, Refund.cause != RefundCause.RETURN
    )
    if db.session.scalar(select(ruled)):
        return _("An objection to this receipt was right: all that was paid was given back already")
    return _("All of this receipt was taken back, and all that was paid was given back already")


def hands_of(objection: Objection) -> Hands:
    """Its household, who sold, and whoever keeps the shop; their households count too."""
    redemption = find_redemption(objection.village, cast("UUID", objection.redemption_id))
    entered = frozenset({redemption.redeemed_by}) | keepers_of(find_shop(redemption.shop_id))
    homes = household_ids_of(*entered) | {redemption.household_id}
    return Hands(households=homes, entered=entered, decided=frozenset())


def disputed(objection: Objection) -> Redemption | None:
    """The redemption that an objection is to, if it is to one."""
    found = objection.redemption_id
    return None if found is None else find_redemption(objection.village, found)


def is_out(objection: Objection) -> bool:
    """Whether it is to a redemption of which something is still to be given back."""
    redemption = disputed(objection)
    return redemption is not None and still_out(redemption) is not None


def give_back(objection: Objection, *, actor: Actor, now: datetime) -> None:
    """Give back what is still out: from the shop at fault, else as the village's loss.

    Nothing moves where all came back meanwhile. The goods stay where they are: no stock moves;
    vouchers that nobody used end. What was topped up in cash the shop hands back over the counter;
    where it isn't at fault, its next statement makes up for that.
    """
    redemption = find_redemption(objection.village, cast("UUID", objection.redemption_id))
    if still_out(redemption) is None:
        return
    returned = take_back(redemption, None)
    void_vouchers([line for line, _quantity in returned], actor=actor, now=now)
    value = sum(line.unit_points * quantity for line, quantity in returned)
    points, cash_fen = split_value(redemption, value)
    refund = Refund(
        id=new_id(),
        redemption_id=redemption.id,
        points=points,
        cash_fen=cash_fen,
        cause=RefundCause.SHOP if objection.shop_at_fault else RefundCause.VILLAGE,
        reason=cast("str", objection.ruling_reason)[:200],
        refunded_at=now,
        refunded_by=actor.person,
    )
    event = None
    if points and objection.shop_at_fault:
        event = post_refund(redemption, refund.id, points, refund.reason, actor=actor, now=now)
    elif points:
        event = post_loss(objection, redemption, points, refund.reason, actor=actor, now=now)
    keep_refund(refund, redemption, event, returned)


def post_loss(
    objection: Objection,
    redemption: Redemption,
    points: int,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> ledger.Posted:
    """The event of points that the village gives back, as the shop isn't at fault."""
    household = db.session.get_one(Household, redemption.household_id)
    draft = ledger.Draft(
        village=objection.village,
        kind=ledger.Kind.LOSS,
        occurred_on=village_day(now),
        record=objection.id,
        legs=[ledger.give("offline_loss", household.account_code, points)],
        detail={"receipt": redemption.receipt, "reason": reason},
    )
    return ledger.post([draft], actor=actor.person, now=now)[0]
