"""Acts of proposing: for one person or household, or for many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.awards import cover
from incentives.awards.models import Award, RuleItem
from incentives.awards.operations import caps, records
from incentives.awards.operations.entries import (
    Act,
    award_of,
    enter,
    holder_in,
    rule_for,
)
from incentives.awards.operations.evidence import keep_evidence, refuse_missing_evidence
from incentives.awards.queries import entered_of, standing_words, who_stands
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import CapExceeded, Duplicate, FieldError, Invalid
from incentives.extensions import db
from incentives.register.models import Household, Resident
from incentives.register.queries import residents_by_id
from incentives.web.schemas import instant_text

LINES_AT_MOST = 500


@dataclass(frozen=True)
class BatchLine:
    """One person of a batch, and how many times."""

    resident_id: UUID
    quantity: int = 1


@dataclass(frozen=True)
class LineCheck:
    """What a line would come to: its points, what its cap left before it, what is wrong."""

    resident_id: UUID
    name: str | None
    points: int
    left: int | None
    problem: LazyString | None


@dataclass(frozen=True)
class Wanted:
    """Points that count towards a cap: the person's or the household's."""

    resident_id: UUID | None
    household_id: UUID
    points: int


def propose_award(
    *,
    village: str,
    act: Act,
    quantity: int = 1,
    resident_id: UUID | None = None,
    household_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Award:
    """Propose points for a resident or a household; they count towards its cap from now on.

    Refuses who has moved away, a rule that isn't in force on the day, a day to come or too long
    ago, and more than the cap leaves.
    """
    require(actor, "award.propose", village)
    ledger.hold([village])
    household, resident = holder_in(village, resident_id, household_id)
    return enter(village, act, quantity, household, resident, actor=actor, now=now)


def propose_batch(
    *,
    village: str,
    act: Act,
    lines: Sequence[BatchLine],
    once: bool = False,
    actor: Actor,
    now: datetime,
) -> list[Award]:
    """Propose the same act for many people: all or none, each bad line named by its pointer.

    Refuses as `propose_award` does, a person who stands there twice, and where it is to be entered
    `once` (a printed sheet is), a list of which anybody has points for that act and day already.
    """
    require(actor, "award.propose", village)
    refuse_length(lines)
    ledger.hold([village])
    item, policy = rule_for(village, act, village_day(now))
    residents, households = people_of(village, lines)
    bad, over = problems_of(item, act.occurred_on, lines, residents, households)
    if bad:
        raise Invalid(errors=at_lines(bad | over))
    if once:
        refuse_entered_already(village, act, lines)
    if over:
        errors = at_lines(over)
        raise CapExceeded(errors[0].detail, errors=errors)
    batch_id = new_id()
    awards = []
    for line in lines:
        resident = residents[line.resident_id]
        household = households[resident.household_id]
        award = award_of(
            item, policy, household, resident, act, line.quantity, actor=actor, now=now
        )
        award.batch_id = batch_id
        awards.append(award)
    points = sum(each.points for each in awards)
    cover.refuse_uncovered(village, points, village_day(now), policy)
    db.session.add_all(awards)
    db.session.flush()
    if act.evidence:
        for award in awards:
            keep_evidence(award, act.evidence, actor)
    refuse_missing_evidence([each for each in awards if not each.reviews_needed], "/evidence")
    records.record(awards, audit.Tag.AWARD_PROPOSED, actor=actor, now=now)
    db.session.flush()
    return awards


def people_of(
    village: str, lines: Sequence[BatchLine]
) -> tuple[dict[UUID, Resident], dict[UUID, Household]]:
    """The people of a batch and their households by id, in two statements."""
    found = residents_by_id([line.resident_id for line in lines])
    residents = {each.id: each for each in found.values() if each.village == village}
    wanted = {each.household_id for each in residents.values()}
    households = {
        each.id: each
        for each in db.session.scalars(select(Household).where(Household.id.in_(wanted)))
    }
    return residents, households


def check_batch(
    *,
    village: str,
    act: Act,
    lines: Sequence[BatchLine],
    actor: Actor,
    now: datetime,
) -> list[LineCheck]:
    """What `propose_batch` would say to each line, with what its cap leaves; nothing is kept.

    Refuses what concerns the whole: the permission, the rule and the day, no or too many lines.
    """
    require(actor, "award.propose", village)
    refuse_length(lines)
    item, _policy = rule_for(village, act, village_day(now))
    residents, households = people_of(village, lines)
    bad, over = problems_of(item, act.occurred_on, lines, residents, households)
    problems = bad | over
    before = caps.used(item, act.occurred_on, holders_of(item, wanted_of(item, lines, residents)))
    checks = []
    for index, line in enumerate(lines):
        resident = residents.get(line.resident_id)
        left = None
        if resident is not None and item.cap_points is not None:
            holder = caps.holder_of(item, resident.id, resident.household_id)
            left = max(0, item.cap_points - before.get(holder, 0)) if holder else None
        checks.append(
            LineCheck(
                resident_id=line.resident_id,
                name=resident.name if resident else None,
                points=item.points * line.quantity,
                left=left,
                problem=problems.get(index),
            )
        )
    return checks


def refuse_length(lines: Sequence[BatchLine]) -> None:
    """Refuse a batch of nobody, or of too many."""
    if not 1 <= len(lines) <= LINES_AT_MOST:
        detail = _("From 1 to %(most)s people", most=LINES_AT_MOST)
        raise Invalid(errors=[FieldError("/lines", detail)])


def refuse_entered_already(village: str, act: Act, lines: Sequence[BatchLine]) -> None:
    """Refuse a sheet on which somebody has these points already: who, and in which batch most."""
    named = (village, act.rule_item, act.occurred_on, [line.resident_id for line in lines])
    standing = who_stands(*named)
    if not standing:
        return
    entered = entered_of(*named)
    batch: dict[str, Any] = (
        {}
        if entered is None
        else {
            "batch_id": entered.batch_id,
            "entered_by": entered.entered_by,
            "entered_at": instant_text(entered.entered_at),
        }
    )
    raise Duplicate(standing_words(standing), resident_ids=list(standing), **batch)


def problems_of(
    item: RuleItem,
    day: date,
    lines: Sequence[BatchLine],
    residents: dict[UUID, Resident],
    households: dict[UUID, Household],
) -> tuple[dict[int, LazyString], dict[int, LazyString]]:
    """What is wrong by line: who can't be named, and of all others where a cap would be passed."""
    bad = bad_lines(lines, residents, households)
    good = [index for index in range(len(lines)) if index not in bad]
    wanted = wanted_of(item, [lines[index] for index in good], residents)
    over = lines_over_cap(item, day, wanted)
    return bad, {good[place]: words for place, words in over.items()}


def wanted_of(
    item: RuleItem, lines: Sequence[BatchLine], residents: dict[UUID, Resident]
) -> list[Wanted]:
    """The points that these lines ask for, of the people that there are."""
    return [
        Wanted(each.id, each.household_id, item.points * line.quantity)
        for line in lines
        if (each := residents.get(line.resident_id))
    ]


def bad_lines(
    lines: Sequence[BatchLine],
    residents: dict[UUID, Resident],
    households: dict[UUID, Household],
) -> dict[int, LazyString]:
    """What is wrong, by line: people who aren't here, have moved away, or stand there twice."""
    found: dict[int, LazyString] = {}
    seen: set[UUID] = set()
    for index, line in enumerate(lines):
        resident = residents.get(line.resident_id)
        if resident is None:
            found[index] = _("Nobody here has this id")
        elif resident.left_on or households[resident.household_id].departed_on:
            found[index] = _("%(name)s has moved away", name=resident.name)
        elif line.resident_id in seen:
            found[index] = _("%(name)s stands here twice", name=resident.name)
        seen.add(line.resident_id)
    return found


def holders_of(item: RuleItem, wanted: Sequence[Wanted]) -> list[UUID]:
    """Whose points the item's cap counts, each once."""
    holders = (caps.holder_of(item, each.resident_id, each.household_id) for each in wanted)
    return list({each for each in holders if each is not None})


def lines_over_cap(item: RuleItem, day: date, wanted: Sequence[Wanted]) -> dict[int, LazyString]:
    """What is left, by line, where a line would pass the cap with those before it."""
    if item.cap_points is None:
        return {}
    had = caps.used(item, day, holders_of(item, wanted))
    found = {}
    for index, each in enumerate(wanted):
        holder = caps.holder_of(item, each.resident_id, each.household_id)
        left = caps.over_cap(item, had, holder, each.points)
        if left is not None:
            found[index] = caps.left_words(item, left)
    return found


def at_lines(problems: dict[int, LazyString]) -> list[FieldError]:
    """Problems of lines, each at its line's person."""
    return [
        FieldError(f"/lines/{index}/resident_id", problems[index]) for index in sorted(problems)
    ]
