"""Whether a sale is allowed: its goods, its points, the caps and the PIN."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from incentives.access.actor import Actor
from incentives.cards.models import Card, ShownBy
from incentives.cards.operations import vouch_for
from incentives.cards.pins import counter_of, verify_pin
from incentives.errors import (
    CapExceeded,
    FieldError,
    InsufficientPoints,
    Invalid,
    OwnHousehold,
    PinRequired,
)
from incentives.extensions import db
from incentives.register.policy import Policy
from incentives.shop.models import Good, Redemption, RedemptionLine, Shop, StockOwner
from incentives.shop.operations.counter import Item, Redeemed


def refuse_unlisted(goods: dict[UUID, Good], items: Sequence[Item], day: date) -> None:
    """Refuse what is not among the goods that the shop sells, or not at this time of the year.

    And a good that stands there twice, and nothing at all.
    """
    wanted = [item.good_id for item in items]
    errors = [
        FieldError(f"/lines/{index}/good_id", _("This shop has no such good"))
        for index, item in enumerate(items)
        if item.good_id not in goods
    ]
    errors += [
        FieldError(f"/lines/{index}/good_id", _("It is not the season for this"))
        for index, good_id in enumerate(wanted)
        if good_id in goods and not goods[good_id].in_season(day)
    ]
    errors += [
        FieldError(f"/lines/{index}/good_id", _("This good stands here twice"))
        for index, good_id in enumerate(wanted)
        if good_id in wanted[:index]
    ]
    if errors or not items:
        raise Invalid(errors=errors)


def points_part(shop: Shop, policy: Policy, total: int, spendable: int, cash_fen: int) -> int:
    """The points to take where `cash_fen` tops up: cash is for a shortfall only, at least 1 point.

    Only the shopkeeper's own stock can be topped up, as the money never is the fund's
    (domain.md, policy `cash_top_up`).
    """
    if cash_fen:
        in_points, rest = divmod(cash_fen, policy.fen_per_point)
        allowed = policy.cash_top_up and shop.stock_owner is StockOwner.SHOPKEEPER
        if not allowed or rest or in_points != total - max(1, min(spendable, total)):
            raise Invalid(
                errors=[FieldError("/cash_top_up_fen", _("Cash may only cover what is short"))]
            )
        total -= in_points
    if total > spendable:
        raise InsufficientPoints(
            _(
                "%(needed)s points are needed, %(spendable)s can be spent",
                needed=total,
                spendable=spendable,
            ),
            needed=total,
            spendable=spendable,
        )
    return total


def refuse_over_caps(
    household_id: UUID,
    points: int,
    goods: dict[UUID, Good],
    items: Sequence[Item],
    policy: Policy,
    day: date,
    today: Redeemed,
) -> None:
    """Refuse what passes the household's points a day or a good's number a month."""
    left = policy.daily_redemption_cap - today.points
    if points > left:
        raise CapExceeded(_("Only %(left)s more points can be spent today", left=left), left=left)
    capped = [item for item in items if goods[item.good_id].household_cap is not None]
    if not capped:
        return
    net = func.sum(RedemptionLine.quantity - RedemptionLine.refunded)
    rows = db.session.execute(
        select(RedemptionLine.good_id, net)
        .join(Redemption)
        .where(
            Redemption.household_id == household_id,
            Redemption.redeemed_on >= day.replace(day=1),
            RedemptionLine.good_id.in_([item.good_id for item in capped]),
        )
        .group_by(RedemptionLine.good_id)
    )
    had: dict[UUID, int] = {good_id: int(quantity) for good_id, quantity in rows}
    for item in capped:
        good = goods[item.good_id]
        left = (good.household_cap or 0) - had.get(good.id, 0)
        if item.quantity > left:
            raise CapExceeded(
                _(
                    "%(good)s: this household can take %(left)s more this month",
                    good=good.name_zh,
                    left=left,
                ),
                left=left,
            )


@dataclass(frozen=True)
class Proof:
    """What speaks for whoever holds the card: how it was shown, by which scan, its PIN, a cadre."""

    shown_by: ShownBy
    scan_id: UUID | None
    pin: str | None
    vouched_by: UUID | None


def check_proof(
    card: Card,
    proof: Proof,
    points: int,
    policy: Policy,
    today: Redeemed,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Refuse what the way that the card was shown doesn't allow (cards.md, What a scan allows).

    A card alone allows `pin_above` a time and twice that a day; a PIN, a phone's code or a cadre
    who vouched allow more. A forgotten card needs the cadre, and the shopkeeper's own household
    its PIN. A PIN that is given is always checked.
    """
    pin, vouched_by = proof.pin, proof.vouched_by
    if pin is not None:
        verify_pin(card, pin, counter=counter_of(actor), now=now)
    if actor.household_id == card.household_id:
        always = _("A sale to your own household always needs its PIN")
        if vouched_by is not None:
            raise OwnHousehold(always)
        if pin is None:
            raise PinRequired(always, pin_needed_above=0)
    if vouched_by is not None:
        vouch_for(scan_id=proof.scan_id, vouched_by=vouched_by, points=points)
        return
    if proof.shown_by is ShownBy.NAME:
        raise PinRequired(
            _("The card isn't there: a cadre who knows the holder must vouch"), pin_needed_above=0
        )
    if pin is not None or proof.shown_by is ShownBy.PHONE:
        return
    if points > policy.pin_above or today.by_card_alone + points > 2 * policy.pin_above:
        raise PinRequired(pin_needed_above=policy.pin_above)
