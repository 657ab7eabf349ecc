"""Who stands at which counter, with which card, for what: all that a sale is decided on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, and_, bindparam, case, func, or_, select, true

from incentives import ledger
from incentives.access.actor import Actor
from incentives.cards.codes import Printed
from incentives.cards.models import Card, Scan, ShownBy
from incentives.cards.operations.identifying import in_use, key_serves, prove_code
from incentives.cards.operations.scans import use_scan
from incentives.clock import village_day
from incentives.errors import CardInvalid, Duplicate, NotFound
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.policy import Policy, policy_column, read_policy
from incentives.shop.models import Good, Redemption, Refund, Shop, ShopService


@dataclass(frozen=True)
class Shown:
    """How a card comes to the counter: by the code read there, or by the scan that knew it."""

    printed: Printed | None = None
    scan_id: UUID | None = None

    def values(self) -> dict[str, object]:
        """What `everything` asks for the card by."""
        if self.printed is None:
            return {"scan_id": self.scan_id}
        return {"card_id": self.printed.content.card_id.hex(), "signed_by": self.printed.signed_by}


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
    """What a sale is decided on.

    `number` is the shop's in the village, None where it serves not; `card` is None where what was
    shown is none, and `take_card` says whether it serves; `goods` are those that the shop sells;
    `balance` and `spendable` are in points.
    """

    shop: Shop
    number: int | None
    card: Card | None
    key_is_good: bool
    household: Household
    balance: int
    spendable: int
    today: Redeemed
    policy: Policy
    goods: dict[UUID, Good]


def by_code(code: str, *, now: datetime) -> Shown:
    """The card of a code, read at this counter; refuses what is no valid code."""
    return Shown(printed=prove_code(code, now=now))


def by_scan(scan_id: UUID) -> Shown:
    """The card of a scan, which the sale uses up."""
    return Shown(scan_id=scan_id)


def at_counter(
    *,
    redemption_id: UUID,
    village: str,
    shop_id: UUID,
    shown: Shown,
    items: Sequence[Item],
    now: datetime,
) -> AtCounter:
    """Read what a sale is decided on, in one statement under the village's lock.

    Refuses a redemption that is there already, and a shop that isn't.
    """
    day = village_day(now)
    values = {
        "redemption_id": redemption_id,
        "village": village,
        "shop_id": shop_id,
        "wanted": [item.good_id for item in items],
        "day": day,
        "now": now,
    }
    statement = everything(by_code=shown.printed is not None)
    rows = db.session.execute(statement, values | shown.values()).all()
    if not rows:
        raise NotFound()
    row = rows[0]
    if row.is_there:
        raise Duplicate()
    return AtCounter(
        shop=row.Shop,
        number=row.number,
        card=row.Card,
        key_is_good=row.key_is_good,
        household=row.Household,
        balance=row.balance or 0,
        spendable=max(0, int(row.spendable or 0)),
        today=Redeemed(int(row.bought) - int(row.back), int(row.by_card)),
        policy=read_policy(row.policy),
        goods={each.Good.id: each.Good for each in rows if each.Good is not None},
    )


@cache
def everything(*, by_code: bool) -> Select[Any]:
    """The one statement that a sale is decided on: a row for each good that the shop sells.

    It is built once: to build it took a tenth of a sale's time.
    """
    if by_code:
        is_this = Card.card_id == bindparam("card_id")
        is_proven = key_serves(bindparam("signed_by"), now=bindparam("now"))
    else:  # a scan has looked at its card's key
        scanned = select(Scan.card_id).where(Scan.id == bindparam("scan_id"))
        is_this, is_proven = Card.id == scanned.scalar_subquery(), true()
    day: BindParameter[date] = bindparam("day")
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
    wanted: BindParameter[UUID] = bindparam("wanted", expanding=True)
    return (
        select(
            Shop,
            ShopService.number,
            Card,
            Household,
            Good,
            ledger.balance_of(Household.village, Household.account_code).label("balance"),
            ledger.spendable_of(Household.village, Household.account_code).label("spendable"),
            bought.correlate(Household).scalar_subquery().label("bought"),
            by_card.correlate(Household).scalar_subquery().label("by_card"),
            back.correlate(Household).scalar_subquery().label("back"),
            policy_column(bindparam("village"), day).label("policy"),
            is_proven.label("key_is_good"),
            # Its event alone is there where a restored log has caught up with its seals.
            ledger.is_posted(ledger.Kind.REDEMPTION, bindparam("redemption_id")).label("is_there"),
        )
        .select_from(Shop)
        .outerjoin(
            ShopService,
            and_(
                ShopService.shop_id == Shop.id,
                ShopService.village == bindparam("village"),
                ShopService.ended_at.is_(None),
            ),
        )
        .outerjoin(Card, is_this)
        .outerjoin(Household, Household.id == Card.household_id)
        .outerjoin(Good, and_(Good.shop_id == Shop.id, Good.on_sale, Good.id.in_(wanted)))
        .where(Shop.id == bindparam("shop_id"))
    )


def take_card(
    shown: Shown, found: AtCounter, *, actor: Actor, now: datetime
) -> tuple[Card, ShownBy]:
    """The card and how it was shown, its scan used up by this sale.

    Refuses what is no card's code, a card out of use, and a scan that isn't this counter's or
    isn't good any more.
    """
    card = found.card
    if shown.printed is None:
        how, issue = use_scan(shown.scan_id, actor=actor, now=now)
        if card is None:
            raise NotFound()
        return in_use(card, issue), how
    content = shown.printed.content
    if card is None or not found.key_is_good or card.village != content.village:
        raise CardInvalid()
    if content.issue > card.issue:
        raise CardInvalid()
    return in_use(card, content.issue), ShownBy.CODE
