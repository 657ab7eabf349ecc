"""Points for goods: one event, one stock movement, one receipt, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import case, func, insert, select

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.cards.models import Card, ShownBy
from incentives.cards.pins import counter_of, verify_pin
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import (
    CapExceeded,
    FieldError,
    InsufficientPoints,
    Invalid,
    NotARedemptionDay,
    PinRequired,
    WrongVillage,
)
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.policy import Policy, policy_on
from incentives.shop.models import (
    Good,
    MovementKind,
    Redemption,
    RedemptionLine,
    Refund,
    Shop,
    ShopService,
    StockMovement,
    StockOwner,
)
from incentives.shop.operations.stock import StockLine, move_stock
from incentives.shop.queries import find_shop


@dataclass(frozen=True)
class Item:
    """What the household takes: a good and how many, in its unit."""

    good_id: UUID
    quantity: int


@dataclass(frozen=True)
class Shown:
    """The card at the counter, and how it was shown."""

    card: Card
    by: ShownBy


def redeem(
    *,
    redemption_id: UUID,
    village: str,
    shop_id: UUID,
    shown: Shown,
    items: Sequence[Item],
    pin: str | None = None,
    cash_fen: int = 0,
    actor: Actor,
    now: datetime,
) -> Redemption:
    """Hand goods over for points (domain.md, Redemption), under the village's policy of the day.

    Refuses a card of another village, a day that is none for redeeming, goods not on this
    shop's list or sold out, more than the household may spend, a household's daily and monthly
    caps, cash where the stock isn't the shopkeeper's or points would do, and a sale that needs
    the PIN. The shopkeeper's own household always needs its PIN.
    """
    shop = find_shop(shop_id)
    require(actor, "redemption.make", shop.division)
    service = db.session.get(ShopService, (shop.id, village))
    if service is None or shown.card.village != village:
        raise WrongVillage()
    ledger.hold([village])
    day = village_day(now)
    policy = policy_on(village, day)
    if not policy.redemption_days.includes(day):
        raise NotARedemptionDay()
    household = db.session.get_one(Household, shown.card.household_id)
    goods = listed_goods(shop, items)
    total = sum(goods[item.good_id].price_points * item.quantity for item in items)
    spendable = ledger.positions(village, [household.account_code])[
        household.account_code
    ].spendable
    points = points_part(shop, policy, total, spendable, cash_fen)
    refuse_over_caps(household.id, points, goods, items, policy, day)
    check_pin(shown.card, household.id, points, pin, policy, actor=actor, now=now, day=day)
    event = ledger.post(
        [
            ledger.Draft(
                village=village,
                kind="redemption",
                occurred_on=day,
                record=redemption_id,
                legs=[ledger.take(household.account_code, f"shop.{service.number}", points)],
                detail={"goods": [detail_line(goods[item.good_id], item) for item in items]},
            )
        ],
        actor=actor.person,
        now=now,
    )[0]
    redemption = Redemption(
        id=redemption_id,
        village=village,
        shop_id=shop.id,
        household_id=household.id,
        card_id=shown.card.id,
        event_id=event.id,
        receipt=event.seq + 1,
        points=points,
        cash_fen=cash_fen,
        shown_by=shown.by,
        pin_given=pin is not None,
        fen_per_point=policy.fen_per_point,
        refund_days=policy.refund_days,
        redeemed_at=now,
        redeemed_on=day,
        redeemed_by=actor.person,
    )
    db.session.add(redemption)
    db.session.flush()
    write_lines(redemption, goods, items)
    hand_over(shop, redemption, goods, items, actor=actor, now=now)
    return redemption


def listed_goods(shop: Shop, items: Sequence[Item]) -> dict[UUID, Good]:
    """The goods asked for, by id; refuses what this shop doesn't sell, a good twice, or none."""
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
) -> None:
    """Refuse what passes the household's points a day or a good's number a month."""
    left = policy.daily_redemption_cap - redeemed_today(household_id, day)[0]
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


def redeemed_today(household_id: UUID, day: date) -> tuple[int, int]:
    """Points that a household redeemed on a day less what came back; and those by card alone."""
    alone = case((Redemption.pin_given, 0), else_=Redemption.points)
    redeemed, by_card_alone = db.session.execute(
        select(func.sum(Redemption.points), func.sum(alone)).where(
            Redemption.household_id == household_id, Redemption.redeemed_on == day
        )
    ).one()
    if not redeemed:
        return 0, 0
    refunded = db.session.scalar(
        select(func.sum(Refund.points))
        .join(Redemption)
        .where(Redemption.household_id == household_id, Redemption.redeemed_on == day)
    )
    return int(redeemed) - int(refunded or 0), int(by_card_alone or 0)


def check_pin(
    card: Card,
    household_id: UUID,
    points: int,
    pin: str | None,
    policy: Policy,
    *,
    actor: Actor,
    now: datetime,
    day: date,
) -> None:
    """Refuse without the PIN what a card alone doesn't allow: `pin_above` a time, twice that a day.

    A PIN that is given is always checked (cards.md, What a scan allows).
    """
    if pin is not None:
        verify_pin(card, pin, counter=counter_of(actor), now=now)
        return
    alone = redeemed_today(household_id, day)[1]
    if (
        points > policy.pin_above
        or alone + points > 2 * policy.pin_above
        or actor.household_id == household_id
    ):
        raise PinRequired(pin_needed_above=policy.pin_above)


def detail_line(good: Good, item: Item) -> dict[str, str | int]:
    """One good as the event's detail holds it (docs/ledger.md)."""
    return {
        "sku": good.sku,
        "name": good.name_zh,
        "quantity": item.quantity,
        "points": good.price_points * item.quantity,
    }


def write_lines(redemption: Redemption, goods: dict[UUID, Good], items: Sequence[Item]) -> None:
    """Keep each line with its price and cost of this moment."""
    db.session.execute(
        insert(RedemptionLine),
        [
            {
                "id": new_id(),
                "redemption_id": redemption.id,
                "line": number,
                "good_id": item.good_id,
                "name_zh": goods[item.good_id].name_zh,
                "name_en": goods[item.good_id].name_en,
                "unit": goods[item.good_id].unit,
                "quantity": item.quantity,
                "unit_points": goods[item.good_id].price_points,
                "unit_cost_fen": goods[item.good_id].cost_fen,
                "refunded": 0,
            }
            for number, item in enumerate(items, start=1)
        ],
    )


def hand_over(
    shop: Shop,
    redemption: Redemption,
    goods: dict[UUID, Good],
    items: Sequence[Item],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Take the goods off the shelf."""
    movement = StockMovement(kind=MovementKind.REDEMPTION, record_id=redemption.id)
    lines = [
        StockLine(item.good_id, -item.quantity, goods[item.good_id].cost_fen) for item in items
    ]
    move_stock(shop, movement, lines, actor=actor, now=now)
