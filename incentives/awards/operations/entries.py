"""What entering an award rests on: whose it is, the rule of its day, its policy and points."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.awards import cover
from incentives.awards.models import Award, AwardStatus, CapPer, RuleItem
from incentives.awards.operations import caps, records
from incentives.awards.operations.evidence import keep_evidence, refuse_missing_evidence
from incentives.awards.queries import rule_in_force
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import FieldError, Invalid, NoRuleInForce, NotFound
from incentives.extensions import db
from incentives.register.models import Household, Resident
from incentives.register.policy import Policy
from incentives.register.queries import find_household, resident_at_home


@dataclass(frozen=True)
class Act:
    """What was done: by which rule item (its code), on which day, and how it is shown."""

    rule_item: str
    occurred_on: date
    note: str | None = None
    evidence: Sequence[UUID] = field(default_factory=tuple)


def holder_in(
    village: str, resident_id: UUID | None, household_id: UUID | None
) -> tuple[Household, Resident | None]:
    """Whose points they are to be; refuses who isn't there or has moved away, and both or none."""
    if (resident_id is None) == (household_id is None):
        detail = _("Say who earned it: a person or a household")
        raise Invalid(errors=[FieldError("/resident_id", detail)])
    if resident_id is not None:
        found = found_or_invalid(resident_at_home, village, resident_id, "/resident_id")
        resident, household = found
        if resident.left_on is not None or household.departed_on is not None:
            detail = _("This person has moved away")
            raise Invalid(errors=[FieldError("/resident_id", detail)])
        return household, resident
    household = found_or_invalid(find_household, village, household_id, "/household_id")
    if household.departed_on is not None:
        detail = _("This household has moved away")
        raise Invalid(errors=[FieldError("/household_id", detail)])
    return household, None


def found_or_invalid(find: Any, village: str, wanted: Any, pointer: str) -> Any:
    """What is found in the register; in a body, what isn't there is a bad field."""
    try:
        return find(village, wanted)
    except NotFound as missing:
        detail = _("Nobody here has this id")
        raise Invalid(errors=[FieldError(pointer, detail)]) from missing


def enter(
    village: str,
    act: Act,
    quantity: int,
    household: Household,
    resident: Resident | None,
    *,
    actor: Actor,
    now: datetime,
    check: Callable[[RuleItem, Award], None] | None = None,
    proposer: UUID | None = None,
) -> Award:
    """Keep one proposed award, its rule, day and cap checked; `check` refuses what else is bad.

    `proposer` is who stands for it where the actor doesn't.
    """
    item, policy = rule_for(village, act, village_day(now))
    refuse_nobody(item, resident)
    award = award_of(item, policy, household, resident, act, quantity, actor=actor, now=now)
    award.proposed_by = proposer or actor.person
    if check is not None:
        check(item, award)
    caps.refuse_over_cap(item, award)
    cover.refuse_uncovered(village, award.points, village_day(now), policy)
    db.session.add(award)
    db.session.flush()
    if act.evidence:
        keep_evidence(award, act.evidence, actor)
    if award.reviews_needed == 0:
        refuse_missing_evidence([award], "/evidence")
    records.record([award], audit.Tag.AWARD_PROPOSED, actor=actor, now=now)
    return award


def rule_for(
    village: str, act: Act, today: date, *, in_time: bool = False
) -> tuple[RuleItem, Policy]:
    """The item in force on the day of the act, and the policy of today.

    Refuses a day to come or, unless it was asked for `in_time`, too long ago, a day without rules,
    and a code that the rules of that day don't have.
    """
    policy, in_force, item = rule_in_force(village, act.occurred_on, act.rule_item, today)
    if act.occurred_on > today:
        detail = _("This day is still to come")
        raise Invalid(errors=[FieldError("/occurred_on", detail)])
    if not in_time and act.occurred_on < today - timedelta(days=policy.late_entry_days):
        detail = _("This is too long ago: at most %(days)s days", days=policy.late_entry_days)
        raise Invalid(errors=[FieldError("/occurred_on", detail)])
    if not in_force:
        raise NoRuleInForce()
    if item is None:
        raise Invalid(errors=[FieldError("/rule_item", caps.NO_SUCH_ITEM)])
    return item, policy


def refuse_nobody(item: RuleItem, resident: Resident | None) -> None:
    """Refuse a household alone where the cap counts each person's points."""
    if item.cap_per is CapPer.PERSON and resident is None:
        detail = _("This rule counts by person: say who of the household")
        raise Invalid(errors=[FieldError("/resident_id", detail)])


def award_of(
    item: RuleItem,
    policy: Policy,
    household: Household,
    resident: Resident | None,
    act: Act,
    quantity: int,
    *,
    actor: Actor,
    now: datetime,
) -> Award:
    """A new award under an item and the policy of the day, not yet kept."""
    points = item.points * quantity
    return Award(
        id=new_id(),
        village=household.village,
        household_id=household.id,
        resident_id=resident.id if resident else None,
        rule_item_id=item.id,
        rule_code=item.code,
        occurred_on=act.occurred_on,
        quantity=quantity,
        points=points,
        note=act.note,
        status=AwardStatus.PROPOSED,
        reviewers=policy.reviewers,
        review_above=policy.review_above,
        reviews_needed=reviews_needed(policy.reviewers, policy.review_above, points),
        publicity_days=policy.publicity_days,
        objection_days=policy.objection_days,
        notice_names=policy.notice_names,
        proposed_by=actor.person,
        proposed_at=now,
    )


def reviews_needed(reviewers: int, review_above: int | None, points: int) -> int:
    """How many must approve: the policy's number, and two from `review_above` points on."""
    return 2 if review_above is not None and points >= review_above else reviewers
