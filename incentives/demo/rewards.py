"""The year's rewards of a demo village: thirty families on one list, decided on by its sum."""

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from incentives.access.actor import Actor
from incentives.demo.calendar import at
from incentives.demo.history import attempt
from incentives.demo.people import DemoVillage
from incentives.fund.models import Decision, DisbursementList, Method
from incentives.fund.operations import (
    ListLine,
    PayeeChoice,
    apply_for_list,
    approve_list,
    evaluate_list,
    pay_list,
)
from incentives.notices.models import NoticeKind
from incentives.notices.operations import make_notice
from incentives.web.transaction import transaction

APPLIED, EVALUATED, PUBLISHED, APPROVED, PAID = 86, 87, 88, 95, 96
FAMILIES = 30
REWARD_FEN = 20_000


class Step(Protocol):
    """A decision on a whole list."""

    def __call__(
        self, *, village: str, list_id: UUID, decision: Decision, actor: Actor, now: datetime
    ) -> DisbursementList: ...


class Rewards:
    """Lives through the days of the list: asked for by a cadre, paid by the treasurer."""

    def __init__(self, village: DemoVillage) -> None:
        self.village = village
        self.list_id: UUID | None = None

    def live(self, number: int, day: date) -> None:
        """The list's step of a day, if it has one."""
        now = at(day, 17, 30)
        if number == APPLIED:
            self.list_id = transaction(lambda: self.apply(now))
        elif number == EVALUATED:
            self.decide(evaluate_list, "reviewer2", now)
        elif number == PUBLISHED:
            self.publish(now)
        elif number == APPROVED:
            self.decide(approve_list, "supervisor", now)
            self.decide(approve_list, "township_supervisor", now)
        elif number == PAID:
            self.pay(day, now)

    def apply(self, now: datetime) -> UUID:
        """A cadre asks for all of it at once."""
        chosen = self.village.households[10 : 10 + FAMILIES]
        return apply_for_list(
            village=self.village.code,
            title=f"{now.year}年好家风奖励",
            purpose="family",
            reason="村民推荐、评议小组评选的好家风家庭",
            lines=[ListLine(PayeeChoice(household_id=each.id), REWARD_FEN) for each in chosen],
            actor=self.village.staff["cadre"],
            now=now,
        ).id

    def decide(self, step: Step, hand: str, now: datetime) -> None:
        """Say yes to the whole list."""
        attempt(
            lambda: step(
                village=self.village.code,
                list_id=self.asked,
                decision=Decision.APPROVE,
                actor=self.village.staff[hand],
                now=now,
            )
        )

    def publish(self, now: datetime) -> None:
        """Put the list up in a notice."""
        attempt(
            lambda: make_notice(
                village=self.village.code,
                kind=NoticeKind.DISBURSEMENTS,
                actor=self.village.staff["reviewer"],
                now=now,
            )
        )

    def pay(self, day: date, now: datetime) -> None:
        """Pay every family, each with a voucher and a receipt of its own."""
        attempt(
            lambda: pay_list(
                village=self.village.code,
                list_id=self.asked,
                paid_on=day,
                method=Method.BANK,
                voucher=f"JL{day:%m%d}",
                actor=self.village.staff["treasurer"],
                now=now,
            )
        )

    @property
    def asked(self) -> UUID:
        """The list that was asked for."""
        if self.list_id is None:
            raise LookupError("the list isn't asked for yet")
        return self.list_id
