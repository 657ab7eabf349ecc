"""Objections to redemptions: until when, who may not rule, and points back where it is upheld."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import insert

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
from incentives.shop.models import Refund, RefundLine
from incentives.shop.operations.refunds import post_refund, split_value, take_back
from incentives.shop.queries import find_redemption

DISPUTE_DAYS = 60


def refuse_undisputable(
    village: str, redemption_id: UUID, objection: Objection, *, now: datetime
) -> None:
    """Refuse another household's redemption, and one of more than 60 days ago."""
    redemption = find_redemption(village, redemption_id)
    if redemption.household_id != objection.household_id:
        raise NotPermitted()
    if village_day(now) > redemption.redeemed_on + timedelta(days=DISPUTE_DAYS):
        raise WrongState(_("A redemption can be disputed for %(days)s days", days=DISPUTE_DAYS))


def hands_of(objection: Objection) -> Hands:
    """Its household and the shopkeeper, whose household counts too."""
    redemption = find_redemption(objection.village, cast("UUID", objection.redemption_id))
    homes = household_ids_of(redemption.redeemed_by) | {redemption.household_id}
    entered = frozenset({redemption.redeemed_by})
    return Hands(households=homes, entered=entered, decided=frozenset())


def give_back(objection: Objection, *, actor: Actor, now: datetime) -> None:
    """Give back what is still out: from the shop at fault, else as the village's loss.

    The goods stay where they are: no stock moves.
    """
    redemption = find_redemption(objection.village, cast("UUID", objection.redemption_id))
    returned = take_back(redemption, None)
    value = sum(line.unit_points * quantity for line, quantity in returned)
    points, cash_fen = split_value(redemption, value)
    refund_id, reason = new_id(), cast("str", objection.ruling_reason)[:200]
    event = None
    if points and objection.shop_at_fault:
        event = post_refund(redemption, refund_id, points, reason, actor=actor, now=now)
    elif points:
        household = db.session.get_one(Household, redemption.household_id)
        draft = ledger.Draft(
            village=objection.village,
            kind=ledger.Kind.LOSS,
            occurred_on=village_day(now),
            record=objection.id,
            legs=[ledger.give("offline_loss", household.account_code, points)],
            detail={"receipt": redemption.receipt, "reason": reason},
        )
        event = ledger.post([draft], actor=actor.person, now=now)[0]
    refund = Refund(
        id=refund_id,
        redemption_id=redemption.id,
        event_id=event.id if event else None,
        receipt=event.seq + 1 if event else None,
        points=points,
        cash_fen=cash_fen,
        reason=reason,
        refunded_at=now,
        refunded_by=actor.person,
    )
    db.session.add(refund)
    db.session.flush()
    db.session.execute(
        insert(RefundLine),
        [
            {"refund_id": refund.id, "line_id": line.id, "quantity": quantity}
            for line, quantity in returned
        ],
    )
