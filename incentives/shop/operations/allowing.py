"""Whether a sale is allowed: its goods, its points, the caps and the PIN."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import and_, case, func, or_, select

from incentives import ledger
from incentives.access.actor import Actor
from incentives.cards.models import Card, ShownBy
from incentives.cards.operations import vouch_for
from incentives.cards.pins import counter_of, verify_pin
from incentives.errors import (
    CapExceeded,
    FieldError,
    InsufficientPoints,
    Invalid,
    NotFound,
    OwnHousehold,
    PinRequired,
)
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.policy import Policy
from incentives.shop.models import (
    Good,
    Redemption,
    RedemptionLine,
    Refund,
    Shop,
    ShopService,
    StockOwner,
)


@dataclass(frozen=True)
class Shown:
    """The card at the counter, how it was shown, and by which scan."""

    card: Card
    by: ShownBy
    scan_id: UUID | None = None


@dataclass(frozen=True)
class Item:
    """What the household takes: a good and how many, in its unit."""

    good_id: UUID
    quantity: int


@dataclass(frozen=True)
class Redeemed:
    """Points that a household redeemed on a day less what came back; and those by card alone."""

    points: int
    by_card_alone: int


@dataclass(frozen=True)
class AtCounter:
    """Who stands at which counter: `number` is the shop's in the village, None where it serves not.

    `spendable` is in points.
    """

    shop: Shop
    number: int | None
    household: Household
    spendable: int
    today: Redeemed


def at_counter(shop_id: UUID, village: str, card_id: UUID, day: date) -> AtCounter:
    """What a sale is decided on, read at once under the village's lock, the card anew with it.

    Refuses a shop that isn't there.
    """
    proved = or_(
        Redemption.pin_given,
        Redemption.vouched_by.is_not(None),
        Redemption.shown_by == ShownBy.PHONE,
    )
    alone = case((proved, 0), else_=Redemption.points)
    of_today = and_(Redemption.household_id == Household.id, Redemption.redeemed_on == day)
    bought = select(func.coalesce(func.sum(Redemption.points), 0)).where(of_today)
    by_card = select(func.coalesce(func.sum(alone), 0)).where(of_today)
    back = select(func.coalesce(func.sum(Refund.points), 0)).join(Redemption).where(of_today)
    row = db.session.execute(
        select(
            Shop,
            ShopService.number,
            Card,
            Household,
            ledger.spendable_of(Household.village, Household.account_code),
            bought.correlate(Household).scalar_subquery(),
            by_card.correlate(Household).scalar_subquery(),
            back.correlate(Household).scalar_subquery(),
        )
        .outerjoin(
            ShopService,
            and_(
                ShopService.shop_id == Shop.id,
                ShopService.village == village,
                ShopService.ended_at.is_(None),
            ),
        )
        .join(Card, Card.id == card_id)
        .join(Household, Household.id == Card.household_id)
        .where(Shop.id == shop_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    shop, number, _card, household, spendable, redeemed, by_card_alone, refunded = row
    today = Redeemed(int(redeemed) - int(refunded), int(by_card_alone))
    return AtCounter(shop, number, household, max(0, int(spendable)), today)


def listed_goods(shop: Shop, items: Sequence[Item], day: date) -> dict[UUID, Good]:
    """The goods asked for, by id.

    Refuses what this shop doesn't sell, or not at this time of the year, a good twice, or none.
    """
    wanted = [item.good_id for item in items]
    rows = db.session.scalars(
        select(Good).where(Good.shop_id == shop.id, Good.on_sale, Good.id.in_(wanted))
    )
    goods = {good.id: good for good in rows}
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
    return goods


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


def check_proof(
    shown: Shown,
    points: int,
    pin: str | None,
    vouched_by: UUID | None,
    policy: Policy,
    *,
    actor: Actor,
    now: datetime,
    today: Redeemed,
) -> None:
    """Refuse what the way that the card was shown doesn't allow (cards.md, What a scan allows).

    A card alone allows `pin_above` a time and twice that a day; a PIN, a phone's code or a cadre
    who vouched allow more. A forgotten card needs the cadre, and the shopkeeper's own household
    its PIN. A PIN that is given is always checked.
    """
    card = shown.card
    if pin is not None:
        verify_pin(card, pin, counter=counter_of(actor), now=now)
    if actor.household_id == card.household_id:
        if vouched_by is not None:
            raise OwnHousehold(_("A sale to your own household always needs its PIN"))
        if pin is None:
            raise PinRequired(pin_needed_above=policy.pin_above)
    if vouched_by is not None:
        vouch_for(scan_id=shown.scan_id, vouched_by=vouched_by, points=points)
        return
    if shown.by is ShownBy.NAME:
        raise PinRequired(
            _("The card isn't there: a cadre who knows the holder must vouch"), pin_needed_above=0
        )
    if pin is not None or shown.by is ShownBy.PHONE:
        return
    if points > policy.pin_above or today.by_card_alone + points > 2 * policy.pin_above:
        raise PinRequired(pin_needed_above=policy.pin_above)
