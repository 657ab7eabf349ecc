"""The demo village's micro-fund: what came in, what was budgeted, what was asked for and paid."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from incentives.demo.calendar import at
from incentives.demo.history import attempt
from incentives.demo.people import DemoVillage
from incentives.demo.rewards import Rewards
from incentives.fund.models import Decision, Disbursement, Method, Place, Source, Status
from incentives.fund.operations import (
    BudgetLine,
    PayeeChoice,
    Vote,
    apply_for_disbursement,
    approve_disbursement,
    evaluate_disbursement,
    move_money,
    pay_disbursement,
    record_income,
    set_budgets,
)
from incentives.notices.models import NoticeKind
from incentives.notices.operations import make_notice
from incentives.web.transaction import transaction

BUDGETS = {
    "conduct": 200_000,
    "family": 1_000_000,
    "village": 300_000,
    "relief": 800_000,
    "commons": 600_000,
    "stock": 1_500_000,
    "settlement": 1_200_000,
}


@dataclass(frozen=True)
class Wish:
    """A disbursement of the history: on which day of it, for what, how much, how far it comes."""

    day: int
    purpose: str
    amount_fen: int
    reason: str
    payee: str | None
    until: Status = Status.PAID


WISHES = (
    Wish(4, "stock", 960_000, "积分超市第一批货品采购", "乡城县供销社"),
    Wish(30, "family", 50_000, "好家风家庭，评议小组推荐", None),
    Wish(47, "relief", 200_000, "家人住院，一次性帮扶", None),
    Wish(66, "stock", 420_000, "积分超市补货", "乡城县供销社"),
    Wish(82, "family", 50_000, "好家风家庭，评议小组推荐", None),
    Wish(95, "commons", 86_000, "更换村口路灯两盏", "乡城县五金店"),
    Wish(110, "relief", 150_000, "房屋受损，一次性帮扶", None, until=Status.PUBLISHED),
    Wish(117, "family", 50_000, "好家风家庭，评议小组推荐", None, until=Status.EVALUATED),
    Wish(119, "commons", 38_000, "村活动室桌椅修理", "乡城县木工店", until=Status.APPLIED),
)
STEPS = (Status.APPLIED, Status.EVALUATED, Status.PUBLISHED, Status.APPROVED, Status.PAID)
WAITS = {Status.EVALUATED: 1, Status.PUBLISHED: 2, Status.APPROVED: 9, Status.PAID: 10}
GIFT_DAYS = (21, 75)
INTEREST_DAY = 21  # of a quarter's last month


class Fund:
    """Lives through the fund's days of one village."""

    def __init__(self, village: DemoVillage) -> None:
        self.village = village
        self.random = village.random
        self.begun: dict[int, UUID] = {}
        self.rewards = Rewards(village)

    def begin(self, day: date) -> None:
        """The year's budgets, by the assembly, and the money that the fund starts with."""
        for year in sorted({day.year, (day + timedelta(days=120)).year}):
            work = partial(
                set_budgets,
                village=self.village.code,
                year=year,
                lines={purpose: BudgetLine(amount) for purpose, amount in BUDGETS.items()},
                vote=Vote(
                    held_on=day,
                    present=64,
                    in_favour=59,
                    against=1,
                    resolution=f"{day.year}年村民会议决议",
                ),
                actor=self.village.staff["treasurer"],
                now=at(day, 16),
            )
            transaction(work)
        self.receive(Source.COLLECTIVE, 3_000_000, Method.BANK, "村集体经济组织", day, "SR0001")
        self.receive(Source.SUBSIDY, 1_200_000, Method.BANK, "县乡村治理补助", day, "SR0002")

    def receive(
        self, source: Source, amount: int, method: Method, giver: str, day: date, voucher: str
    ) -> None:
        """Money that came in."""
        transaction(
            lambda: record_income(
                village=self.village.code,
                source=source,
                amount_fen=amount,
                received_on=day,
                voucher=voucher,
                method=method,
                giver=giver,
                actor=self.village.staff["treasurer"],
                now=at(day, 16, 30),
            )
        )

    def live(self, number: int, day: date) -> None:
        """The fund's part of a day: a gift now and then, and each wish a step on when it is due."""
        if number in GIFT_DAYS:
            self.receive(Source.DONATION, 200_000, Method.CASH, "在外乡友", day, f"SR{number:04d}")
            self.bank_cash(150_000, day)
        if day.month % 3 == 0 and day.day == INTEREST_DAY:
            self.receive(Source.INTEREST, 1_260, Method.BANK, "县农商银行", day, f"SR{number:04d}")
        self.rewards.live(number, day)
        for place, wish in enumerate(WISHES):
            if number == wish.day:
                self.begun[place] = self.apply(wish, at(day, 15))
            for step, wait in WAITS.items():
                if number == wish.day + wait and STEPS.index(step) <= STEPS.index(wish.until):
                    attempt(self.step(step, self.begun[place], day))

    def bank_cash(self, amount: int, day: date) -> None:
        """Bring cash to the bank."""
        transaction(
            lambda: move_money(
                village=self.village.code,
                from_place=Place.CASH,
                to_place=Place.BANK,
                amount_fen=amount,
                moved_on=day,
                actor=self.village.staff["treasurer"],
                now=at(day, 17),
            )
        )

    def apply(self, wish: Wish, now: datetime) -> UUID:
        """A cadre applies for a household, the treasurer for what is bought."""
        if wish.payee is not None:
            payee, actor = PayeeChoice(name=wish.payee), "treasurer"
        else:
            household = self.random.choice(self.village.households[10:])
            payee, actor = PayeeChoice(household_id=household.id), "cadre"

        def work() -> UUID:
            return apply_for_disbursement(
                village=self.village.code,
                purpose=wish.purpose,
                payee=payee,
                amount_fen=wish.amount_fen,
                reason=wish.reason,
                actor=self.village.staff[actor],
                now=now,
            ).id

        return transaction(work)

    def step(self, step: Status, disbursement_id: UUID, day: date) -> Callable[[], object]:
        """The work that takes a disbursement to a state."""
        village, staff, now = self.village.code, self.village.staff, at(day, 17)

        def work() -> object:
            if step is Status.EVALUATED:
                return evaluate_disbursement(
                    village=village,
                    disbursement_id=disbursement_id,
                    decision=Decision.APPROVE,
                    reason="情况属实",
                    actor=staff["reviewer2"],
                    now=now,
                )
            if step is Status.PUBLISHED:
                return make_notice(
                    village=village, kind=NoticeKind.DISBURSEMENTS, actor=staff["reviewer"], now=now
                )
            if step is Status.APPROVED:
                return self.approve(disbursement_id, now)
            return pay_disbursement(
                village=village,
                disbursement_id=disbursement_id,
                paid_on=day,
                method=Method.BANK,
                voucher=f"ZC{day:%m%d}",
                actor=staff["treasurer"],
                now=now,
            )

        return work

    def approve(self, disbursement_id: UUID, now: datetime) -> Disbursement:
        """The village's supervisor approves, and where two are needed the township's too."""
        for hand in ("supervisor", "township_supervisor"):
            disbursement = approve_disbursement(
                village=self.village.code,
                disbursement_id=disbursement_id,
                decision=Decision.APPROVE,
                actor=self.village.staff[hand],
                now=now,
            )
            if disbursement.status is Status.APPROVED:
                break
        return disbursement
