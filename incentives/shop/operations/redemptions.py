"""Points for goods: one event, one stock movement, one receipt, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from incentives import ledger
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.cards.models import Card, ShownBy
from incentives.cards.operations.scanning import in_use
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import (
    NotARedemptionDay,
    WrongVillage,
)
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.policy import policy_on
from incentives.shop.models import (
    Good,
    MovementKind,
    Redemption,
    RedemptionLine,
    Shop,
    ShopService,
    StockMovement,
)
from incentives.shop.operations.allowing import (
    Item,
    check_pin,
    listed_goods,
    points_part,
    redeemed_today,
    refuse_over_caps,
)
from incentives.shop.operations.moving import StockLine, move_stock
from incentives.shop.operations.vouchers import issue_vouchers
from incentives.shop.queries import find_shop


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
    in_use(shown.card, shown.card.issue)
    day = village_day(now)
    policy = policy_on(village, day)
    if not policy.redemption_days.includes(day):
        raise NotARedemptionDay()
    household = db.session.get_one(Household, shown.card.household_id)
    goods = listed_goods(shop, items, day)
    total = sum(goods[item.good_id].price_points * item.quantity for item in items)
    spendable = ledger.positions(village, [household.account_code])[
        household.account_code
    ].spendable
    points = points_part(shop, policy, total, spendable, cash_fen)
    today = redeemed_today(household.id, day)
    refuse_over_caps(household.id, points, goods, items, policy, day, today)
    check_pin(shown.card, household.id, points, pin, policy, actor=actor, now=now, today=today)
    event = post_sale(redemption_id, household, service, points, goods, items, actor, now)
    redemption = Redemption(
        id=redemption_id,
        village=village,
        shop_id=shop.id,
        household_id=household.id,
        card_id=shown.card.id,
        event_id=event.id,
        receipt=event.voucher,
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
    lines = write_lines(redemption, goods, items)
    issue_vouchers(redemption, goods, items, lines)
    hand_over(shop, redemption, goods, items, actor=actor, now=now)
    return redemption


def post_sale(
    redemption_id: UUID,
    household: Household,
    service: ShopService,
    points: int,
    goods: dict[UUID, Good],
    items: Sequence[Item],
    actor: Actor,
    now: datetime,
) -> ledger.Posted:
    """The sale's event: the points part, from the household to the shop."""
    draft = ledger.Draft(
        village=household.village,
        kind=ledger.Kind.REDEMPTION,
        occurred_on=village_day(now),
        record=redemption_id,
        legs=[ledger.take(household.account_code, f"shop.{service.number}", points)],
        detail={"goods": [detail_line(goods[item.good_id], item) for item in items]},
    )
    return ledger.post([draft], actor=actor.person, now=now)[0]


def detail_line(good: Good, item: Item) -> dict[str, str | int]:
    """One good as the event's detail holds it (docs/ledger.md)."""
    return {
        "sku": good.sku,
        "name": good.name_zh,
        "quantity": item.quantity,
        "points": good.price_points * item.quantity,
    }


def write_lines(
    redemption: Redemption, goods: dict[UUID, Good], items: Sequence[Item]
) -> dict[UUID, UUID]:
    """Keep each line with its price and cost of this moment; the lines' ids by good."""
    rows: list[dict[str, Any]] = [
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
            "service": goods[item.good_id].is_service,
        }
        for number, item in enumerate(items, start=1)
    ]
    db.session.execute(insert(RedemptionLine), rows)
    return {row["good_id"]: row["id"] for row in rows}


def hand_over(
    shop: Shop,
    redemption: Redemption,
    goods: dict[UUID, Good],
    items: Sequence[Item],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Take the goods off the shelf; services aren't there."""
    lines = [
        StockLine(good.id, -item.quantity, good.cost_fen, good.cost_fen)
        for item in items
        if not (good := goods[item.good_id]).is_service
    ]
    if not lines:
        return
    movement = StockMovement(kind=MovementKind.REDEMPTION, record_id=redemption.id)
    move_stock(shop, movement, lines, actor=actor, now=now)
