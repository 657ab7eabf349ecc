"""Points for goods: one event, one stock movement, one receipt, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy.orm.attributes import set_committed_value

from incentives import ledger
from incentives.access.actor import Actor
from incentives.clock import village_day
from incentives.errors import NotARedemptionDay, WrongVillage
from incentives.prepared import store
from incentives.register.models import Household
from incentives.shop.keeping import require_at
from incentives.shop.models import (
    Good,
    MovementKind,
    Redemption,
    RedemptionLine,
    Shop,
    StockMovement,
)
from incentives.shop.operations.allowing import (
    Proof,
    check_proof,
    points_part,
    refuse_over_caps,
    refuse_unlisted,
)
from incentives.shop.operations.counter import Item, Shown, at_counter, take_card
from incentives.shop.operations.moving import StockLine, move_stock
from incentives.shop.operations.vouchers import issue_vouchers
from incentives.web.dates import day_word


@dataclass(frozen=True)
class Sold:
    """A redemption that was made, and what its household owns after it, in points."""

    redemption: Redemption
    balance: int


def redeem(
    *,
    redemption_id: UUID,
    village: str,
    shop_id: UUID,
    shown: Shown,
    items: Sequence[Item],
    pin: str | None = None,
    vouched_by: UUID | None = None,
    cash_fen: int = 0,
    actor: Actor,
    now: datetime,
) -> Sold:
    """Hand goods over for points (domain.md, Redemption), under the village's policy of the day.

    Refuses an id that is there already, a card of another village, a day that is none for
    redeeming, goods not on this shop's list or sold out, more than the household may spend, a
    household's daily and monthly caps, cash where the stock isn't the shopkeeper's or points would
    do, and a sale that needs the PIN, a phone's code, or `vouched_by`, the cadre who confirmed the
    scan. The shopkeeper's own household always needs its PIN.
    """
    day = village_day(now)
    ledger.hold([village])
    found = at_counter(
        redemption_id=redemption_id,
        village=village,
        shop_id=shop_id,
        shown=shown,
        items=items,
        now=now,
    )
    require_at(actor, "redemption.make", found.shop)
    card, shown_by = take_card(shown, found, actor=actor, now=now)
    if found.number is None or card.village != village:
        raise WrongVillage()
    policy, goods, household = found.policy, found.goods, found.household
    if not policy.redemption_days.includes(day):
        following = day_word(policy.redemption_days.next_from(day))
        raise NotARedemptionDay(
            _("Today is no redemption day in this village: the next is %(day)s", day=following)
        )
    refuse_unlisted(goods, items, day)
    total = sum(goods[item.good_id].price_points * item.quantity for item in items)
    points = points_part(found.shop, policy, total, found.spendable, cash_fen)
    refuse_over_caps(household.id, points, goods, items, policy, day, found.today)
    proof = Proof(shown_by, shown.scan_id, pin, vouched_by)
    check_proof(card, proof, points, policy, found.today, actor=actor, now=now)
    event = post_sale(redemption_id, household, found.number, points, goods, items, actor, now)
    redemption = Redemption(
        id=redemption_id,
        village=village,
        shop_id=shop_id,
        household_id=household.id,
        card_id=card.id,
        event_id=event.id,
        receipt=event.voucher,
        points=points,
        cash_fen=cash_fen,
        shown_by=shown_by,
        pin_given=pin is not None,
        vouched_by=vouched_by,
        fen_per_point=policy.fen_per_point,
        refund_days=policy.refund_days,
        redeemed_at=now,
        redeemed_on=day,
        redeemed_by=actor.person,
        terminal_id=actor.terminal_id,
    )
    lines = [
        line_of(redemption_id, number, goods[item.good_id], item)
        for number, item in enumerate(items, 1)
    ]
    store(redemption)
    store(*lines)
    set_committed_value(redemption, "lines", lines)
    issue_vouchers(redemption, goods, items, {each.good_id: each.id for each in redemption.lines})
    hand_over(found.shop, redemption, goods, items, actor=actor, now=now)
    return Sold(redemption, found.balance - points)


def post_sale(
    redemption_id: UUID,
    household: Household,
    number: int,
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
        legs=[ledger.take(household.account_code, f"shop.{number}", points)],
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


def line_of(redemption_id: UUID, number: int, good: Good, item: Item) -> RedemptionLine:
    """A line with its price and cost of this moment."""
    return RedemptionLine(
        redemption_id=redemption_id,
        line=number,
        good_id=good.id,
        name_zh=good.name_zh,
        name_en=good.name_en,
        unit=good.unit,
        quantity=item.quantity,
        unit_points=good.price_points,
        unit_cost_fen=good.cost_fen,
        service=good.is_service,
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
