"""Acts of proposing: for one person or household, or for many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
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
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import CapExceeded, FieldError, Invalid
from incentives.extensions import db
from incentives.register.models import Household, Resident
from incentives.register.queries import residents_by_id

LINES_AT_MOST = 500


@dataclass(frozen=True)
class BatchLine:
    """One person of a batch, and how many times."""

    resident_id: UUID
    quantity: int = 1


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
    actor: Actor,
    now: datetime,
) -> list[Award]:
    """Propose the same act for many people: all or none, each bad line named by its pointer.

    Refuses as `propose_award` does, and a person who stands there twice.
    """
    require(actor, "award.propose", village)
    if not 1 <= len(lines) <= LINES_AT_MOST:
        detail = _("From 1 to %(most)s people", most=LINES_AT_MOST)
        raise Invalid(errors=[FieldError("/lines", detail)])
    ledger.hold([village])
    item, policy = rule_for(village, act, village_day(now))
    residents, households = people_of(village, lines)
    refuse_bad_lines(lines, residents, households)
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
    refuse_lines_over_cap(item, awards)
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


def refuse_bad_lines(
    lines: Sequence[BatchLine],
    residents: dict[UUID, Resident],
    households: dict[UUID, Household],
) -> None:
    """Refuse people who aren't here, have moved away, or stand there twice, each by line."""
    errors = []
    seen: set[UUID] = set()
    for index, line in enumerate(lines):
        resident = residents.get(line.resident_id)
        pointer = f"/lines/{index}/resident_id"
        if resident is None:
            errors.append(FieldError(pointer, _("Nobody here has this id")))
        elif resident.left_on or households[resident.household_id].departed_on:
            detail = _("%(name)s has moved away", name=resident.name)
            errors.append(FieldError(pointer, detail))
        elif line.resident_id in seen:
            detail = _("%(name)s stands here twice", name=resident.name)
            errors.append(FieldError(pointer, detail))
        seen.add(line.resident_id)
    if errors:
        raise Invalid(errors=errors)


def refuse_lines_over_cap(item: RuleItem, awards: Sequence[Award]) -> None:
    """Refuse a batch in which anybody would pass the cap, each by line with what is left."""
    if item.cap_points is None:
        return
    holders = [caps.holder_of(item, each.resident_id, each.household_id) for each in awards]
    wanted = list({each for each in holders if each is not None})
    had = caps.used(item, awards[0].occurred_on, wanted)
    errors = []
    for index, (award, holder) in enumerate(zip(awards, holders, strict=True)):
        left = caps.over_cap(item, had, holder, award.points)
        if left is not None:
            words = caps.left_words(item, left)
            errors.append(FieldError(f"/lines/{index}/resident_id", words))
    if errors:
        raise CapExceeded(errors[0].detail, errors=errors)
