"""What the tests of awards and notices begin with: a village with rules, people and staff."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from incentives import ledger
from incentives.access.actor import Actor, Role
from incentives.awards import operations as awards
from incentives.awards.models import Award, AwardStatus, Decision
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.register.models import Household, Resident
from tests.factories import VILLAGE, act, make_household, make_village, staff

LONG_AGO = timedelta(days=200)


def adopt_rules(village: str = VILLAGE, **changes: Any) -> int:
    """Adopt the county's template, in force since 200 days ago; its number."""
    cadre = staff(Role.CADRE, village)
    day = village_day(now()) - LONG_AGO
    adoption = awards.Adoption(
        **{
            "held_on": day,
            "present": 40,
            "in_favour": 31,
            "against": 2,
            "effective_on": day,
            **changes,
        }
    )

    def work() -> int:
        rulebook = awards.draft_rulebook(village=village, source=None, actor=cadre, now=now())
        awards.adopt_rulebook(
            village=village, number=rulebook.number, adoption=adoption, actor=cadre, now=now()
        )
        return rulebook.number

    return act(work)


@dataclass
class Scene:
    """A village with adopted rules, two households, and one of each staff."""

    household: Household
    other: Household
    village: str = VILLAGE
    cadre: Actor = field(default_factory=lambda: staff(Role.CADRE))
    reviewer: Actor = field(default_factory=lambda: staff(Role.REVIEWER))
    second: Actor = field(default_factory=lambda: staff(Role.REVIEWER))
    third: Actor = field(default_factory=lambda: staff(Role.REVIEWER))

    @property
    def today(self) -> date:
        return village_day(now())

    def people(self, household: Household | None = None) -> list[Resident]:
        """Who lives in a household, the head first."""
        home = household or self.household
        found = db.session.query(Resident).filter_by(household_id=home.id).all()
        return sorted(found, key=lambda each: each.id != home.head_id)

    def act_of(self, code: str = "CL01", on: date | None = None) -> awards.Act:
        return awards.Act(rule_item=code, occurred_on=on or self.today)

    def propose(
        self,
        code: str = "CL01",
        *,
        on: date | None = None,
        quantity: int = 1,
        person: UUID | None = None,
        actor: Actor | None = None,
    ) -> Award:
        who = person or self.household.head_id
        return act(
            lambda: awards.propose_award(
                village=self.village,
                act=self.act_of(code, on),
                quantity=quantity,
                resident_id=who,
                actor=actor or self.cadre,
                now=now(),
            )
        )

    def review(
        self,
        award: Award,
        decision: Decision = Decision.APPROVE,
        *,
        reason: str | None = None,
        actor: Actor | None = None,
    ) -> Award:
        award_id = award.id
        return act(
            lambda: awards.review_award(
                village=self.village,
                award_id=award_id,
                decision=decision,
                reason=reason,
                actor=actor or self.reviewer,
                now=now(),
            )
        )

    def withdraw(self, award: Award, actor: Actor | None = None) -> Award:
        award_id = award.id
        return act(
            lambda: awards.withdraw_award(
                village=self.village, award_id=award_id, actor=actor or self.cadre, now=now()
            )
        )

    def edit(self, award: Award, actor: Actor | None = None, **changes: Any) -> Award:
        award_id = award.id
        return act(
            lambda: awards.edit_award(
                village=self.village,
                award_id=award_id,
                changes=changes,
                actor=actor or self.cadre,
                now=now(),
            )
        )

    def reverse(self, award: Award, actor: Actor | None = None) -> Award:
        award_id = award.id
        return act(
            lambda: awards.reverse_award(
                village=self.village,
                award_id=award_id,
                reason="wrong day",
                actor=actor or self.reviewer,
                now=now(),
            )
        )

    def reinstate(self, award: Award, actor: Actor | None = None) -> Award:
        award_id = award.id
        return act(
            lambda: awards.reinstate_award(
                village=self.village,
                award_id=award_id,
                reason="it was right",
                actor=actor or self.reviewer,
                now=now(),
            )
        )

    def status(self, award: Award) -> AwardStatus:
        """The award's state as the database has it."""
        db.session.rollback()
        return db.session.get_one(Award, award.id).status

    def points(self, household: Household | None = None) -> int:
        """What a household owns."""
        db.session.rollback()
        code = (household or self.household).account_code
        return ledger.positions(self.village, [code])[code].balance

    def debt(self) -> int:
        db.session.rollback()
        code = self.household.account_code
        return ledger.positions(self.village, [code])[code].debt


def make_scene(**policy: Any) -> Scene:
    """The scene, under a policy; by default reviewers 1, publicity 0: an approval posts."""
    make_village(**{"publicity_days": 0, **policy})
    adopt_rules()
    return Scene(
        household=make_household(VILLAGE, "扎西彭措", "洛绒卓玛", "次仁央宗", door="1"),
        other=make_household(VILLAGE, "王建国", "李小红", door="2"),
    )
