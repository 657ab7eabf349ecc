"""The history of a demo village: what its people did, day by day, by the staff's operations."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from incentives import ledger
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.awards.operations import (
    Act,
    BatchLine,
    propose_batch,
    reverse_award,
    review_awards,
)
from incentives.cards.models import Card
from incentives.cards.queries import code_of
from incentives.database import new_id
from incentives.demo.calendar import NOTICE_DAYS, OCCASIONS, STOCKING_DAY, at
from incentives.demo.people import DemoHousehold, DemoVillage
from incentives.errors import Refusal
from incentives.extensions import db
from incentives.notices.models import NoticeKind
from incentives.notices.operations import close_due_notices, make_notice
from incentives.shop.models import (
    Good,
    Stock,
    StockOwner,
    StockSource,
    Voucher,
    VoucherStatus,
)
from incentives.shop.operations import (
    Item,
    Sold,
    StockLine,
    by_code,
    receive_stock,
    redeem,
    refund_redemption,
    serve_voucher,
)
from incentives.web.transaction import transaction

T = TypeVar("T")

SHELF = 40
LEAST = 24
MARKET_DAYS = (2, 5)  # Wednesday and Saturday
REFUND_EVERY = 25
SERVED_AFTER = timedelta(days=3)
LINE = re.compile(r"/lines/(\d+)(/.*)?")


class History:
    """Lives through the days of one village."""

    def __init__(self, village: DemoVillage) -> None:
        self.village = village
        self.random = village.random
        self.sold = 0

    def live(self, day: date) -> None:
        """One day, from the stock of the morning to the evening's review of yesterday."""
        if day.day == STOCKING_DAY:
            self.fill_shelves(at(day, 8), up_to=SHELF)
        self.run_shop(day)
        for occasion in OCCASIONS:
            if occasion.falls_on(day):
                self.propose(occasion.rule_item, occasion.people, day)
        self.review(at(day, 19, 30), before=at(day, 0))
        if day.day in NOTICE_DAYS:
            self.publish(at(day, 20))
        close_due_notices(now=at(day, 20, 30))

    def fill_shelves(self, now: datetime, *, up_to: int) -> None:
        """Buy what is missing on the shelf."""
        village = self.village

        def work() -> None:
            rows = db.session.execute(
                select(Stock.good_id, Stock.quantity, Good.cost_fen)
                .join(Good, Good.id == Stock.good_id)
                .where(Good.shop_id == village.shop_id, Good.voucher_days.is_(None))
            )
            lines = [
                StockLine(row.good_id, up_to - row.quantity, row.cost_fen)
                for row in rows
                if row.quantity < up_to
            ]
            if not lines or village.shop_id is None:
                return
            bought = village.stock_owner is StockOwner.VILLAGE
            receive_stock(
                shop_id=village.shop_id,
                source=StockSource.PURCHASE if bought else StockSource.SHOPKEEPER,
                lines=lines,
                voucher=f"JH{now:%Y%m}" if bought else None,
                actor=village.staff["shopkeeper"],
                now=now,
            )

        transaction(work)

    def propose(self, rule_item: str, people: int, day: date) -> None:
        """A cadre enters who took part; who reached the cap is left out, as the page would say."""
        chosen = self.random.sample(self.village.candidates(), people)
        cadre = self.village.staff[self.random.choice(("cadre", "cadre2"))]
        while chosen:
            work = partial(
                propose_batch,
                village=self.village.code,
                act=Act(rule_item=rule_item, occurred_on=day),
                lines=[BatchLine(each) for each in chosen],
                actor=cadre,
                now=at(day, 18, self.random.randint(0, 59)),
            )
            try:
                transaction(work)
            except Refusal as refusal:
                bad = {
                    int(found[1])
                    for each in refusal.errors
                    if (found := LINE.fullmatch(each.pointer))
                }
                if not bad:
                    raise
                chosen = [each for place, each in enumerate(chosen) if place not in bad]
            else:
                return

    def review(self, now: datetime, *, before: datetime) -> None:
        """The review group approves what was entered before today; now and then it says no."""
        waiting = list(
            db.session.scalars(
                select(Award.id)
                .where(
                    Award.village == self.village.code,
                    Award.status == AwardStatus.PROPOSED,
                    Award.proposed_at < before,
                )
                .order_by(Award.id)
            )
        )
        db.session.rollback()
        if not waiting:
            return
        if self.random.random() < 0.04:
            self.decide([waiting.pop()], Decision.REJECT, "签到表上没有本人签名", now)
        if waiting:
            self.decide(waiting, Decision.APPROVE, None, now)

    def decide(
        self, awards: Sequence[UUID], decision: Decision, reason: str | None, now: datetime
    ) -> None:
        """One of the review group decides."""
        transaction(
            lambda: review_awards(
                village=self.village.code,
                award_ids=awards,
                decision=decision,
                reason=reason,
                actor=self.village.staff[self.random.choice(("reviewer", "reviewer2"))],
                now=now,
            )
        )

    def publish(self, now: datetime) -> None:
        """Put up what was approved since the last notice."""
        attempt(
            lambda: make_notice(
                village=self.village.code,
                kind=NoticeKind.AWARDS,
                actor=self.village.staff["reviewer"],
                now=now,
            )
        )

    def run_shop(self, day: date) -> None:
        """Some households come to the counter; now and then one brings something back."""
        if day.weekday() not in MARKET_DAYS:
            return
        self.give_services(day)
        visitors = self.random.sample(self.village.households, len(self.village.households) // 10)
        for place, household in enumerate(visitors):
            now = at(day, 9 + place % 9, self.random.randint(0, 59))
            points = ledger.positions(self.village.code, [household.account_code])[
                household.account_code
            ].spendable
            basket = self.basket(points)
            db.session.rollback()
            if basket:
                self.sell(household, basket, now)

    def give_services(self, day: date) -> None:
        """Those who bought a service some days ago have it now."""
        ready = select(Voucher.number).where(
            Voucher.shop_id == self.shop_id,
            Voucher.status == VoucherStatus.ISSUED,
            Voucher.issued_on <= day - SERVED_AFTER,
        )
        numbers = list(db.session.scalars(ready.order_by(Voucher.id)))
        db.session.rollback()
        for number in numbers:
            attempt(
                partial(
                    serve_voucher,
                    shop_id=self.shop_id,
                    number=number,
                    actor=self.village.staff["shopkeeper"],
                    now=at(day, 8, 30),
                )
            )

    def basket(self, points: int) -> list[Item]:
        """A few different goods for at most these points, some saved for later."""
        budget = points if points < 30 else points * self.random.randint(40, 90) // 100
        chosen: list[Item] = []
        goods = list(self.village.goods.items())
        self.random.shuffle(goods)
        for good_id, price in goods:
            if len(chosen) == 3:
                break
            if price <= budget:
                chosen.append(Item(good_id, 1))
                budget -= price
        return chosen

    def sell(self, household: DemoHousehold, basket: list[Item], now: datetime) -> None:
        """A sale by scanned card and PIN."""
        redemption_id = new_id()

        def work() -> Sold:
            code = code_of(db.session.get_one(Card, household.card_id))
            return redeem(
                redemption_id=redemption_id,
                village=self.village.code,
                shop_id=self.shop_id,
                shown=by_code(code, now=now),
                items=basket,
                pin=household.pin,
                actor=self.village.staff["shopkeeper"],
                now=now,
            )

        if attempt(work) is None:
            return
        self.sold += 1
        if self.sold % REFUND_EVERY == 0:
            attempt(
                lambda: refund_redemption(
                    village=self.village.code,
                    redemption_id=redemption_id,
                    reason="包装破损，退回",
                    actor=self.village.staff["shopkeeper"],
                    now=now + timedelta(minutes=20),
                )
            )

    @property
    def shop_id(self) -> UUID:
        """The village's shop."""
        if self.village.shop_id is None:
            raise LookupError("the village has no shop yet")
        return self.village.shop_id

    def take_one_back(self, now: datetime) -> None:
        """One posted award turns out to have been entered twice."""
        posted = db.session.scalars(
            select(Award.id)
            .where(Award.village == self.village.code, Award.status == AwardStatus.POSTED)
            .order_by(Award.id.desc())
            .limit(1)
        ).one_or_none()
        db.session.rollback()
        if posted is not None:
            attempt(
                lambda: reverse_award(
                    village=self.village.code,
                    award_id=posted,
                    reason="与另一条登记重复",
                    actor=self.village.staff["reviewer"],
                    now=now,
                )
            )


def attempt(work: Callable[[], T]) -> T | None:
    """Run an act of the staff; None where it was refused, as happens on any day."""
    try:
        return transaction(work)
    except Refusal:
        return None
