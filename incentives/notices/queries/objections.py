"""What is read about objections and their rulings."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, and_, exists, func, or_, select

from incentives.access.actor import Actor
from incentives.access.queries import person_names
from incentives.awards.models import Award, AwardStatus
from incentives.awards.states import FREED
from incentives.awards.timeline import link, step
from incentives.clock import village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.notices.models import SUBJECTS, Objection, ObjectionStatus
from incentives.notices.queries.kept import objector, without_kept
from incentives.notices.queries.notices import find_notice
from incentives.shop.models import Redemption, RedemptionLine
from incentives.shop.queries import redemptions
from incentives.web.dates import day_word

WAITING_AT_MOST = 500
SHOWN_AT_MOST = 50


class Matter(StrEnum):
    """What an objection is to."""

    AWARD = "award"
    DISBURSEMENT = "disbursement"
    OPENING = "opening"
    REDEMPTION = "redemption"
    CLEARING = "clearing"
    MISSING = "missing"


# In which column an objection names what it is to.
MATTERS = {
    Matter.AWARD: "award_id",
    Matter.DISBURSEMENT: "disbursement_id",
    Matter.OPENING: "opening_line_id",
    Matter.REDEMPTION: "redemption_id",
    Matter.CLEARING: "clearing_id",
    Matter.MISSING: "missing_resident_id",
}


def matter_of(objection: Objection) -> Matter:
    """What an objection is to."""
    return next(each for each, column in MATTERS.items() if getattr(objection, column) is not None)


def find_objection(village: str, objection_id: UUID) -> Objection:
    """An objection of that village; refuses what isn't there."""
    objection = db.session.get(Objection, objection_id)
    if objection is None or objection.village != village:
        raise NotFound()
    return objection


def objections(village: str) -> Select[Objection]:
    """A village's objections, to be paged newest first by id."""
    return select(Objection).where(Objection.village == village)


def still_open(village: str) -> Select[Objection]:
    """Those of a village that wait for a ruling."""
    return objections(village).where(Objection.status == ObjectionStatus.OPEN)


def newest_objections(
    village: str, household_id: UUID, most: int, reader: Actor | None
) -> list[Objection]:
    """A household's last objections, the newest first; for staff those that they may know of."""
    chosen = objections(village).where(Objection.household_id == household_id)
    chosen = without_kept(chosen, reader)
    return list(db.session.scalars(chosen.order_by(Objection.id.desc()).limit(most)))


def open_objections(division: str) -> list[Objection]:
    """What waits for a ruling in a division and below, the first due first; at most 500."""
    return list(
        db.session.scalars(
            select(Objection)
            .where(
                Objection.village.startswith(division, autoescape=True),
                Objection.status == ObjectionStatus.OPEN,
            )
            .order_by(Objection.due_on, Objection.id)
            .limit(WAITING_AT_MOST)
        )
    )


def ruled_objections(division: str, start: datetime, end: datetime) -> list[Objection]:
    """What was ruled on in a division and below from one moment until another, the last first."""
    return list(
        db.session.scalars(
            select(Objection)
            .where(
                Objection.village.startswith(division, autoescape=True),
                Objection.status != ObjectionStatus.OPEN,
                Objection.ruled_at >= start,
                Objection.ruled_at < end,
            )
            .order_by(Objection.ruled_at.desc(), Objection.id)
        )
    )


def overdue_objections(division: str, on: date) -> list[Objection]:
    """Those of them whose ruling was due before a day."""
    return [each for each in open_objections(division) if each.due_on < on]


def count_overdue(village: str, on: date) -> int:
    """How many rulings of a village are overdue on a day."""
    overdue = still_open(village).where(Objection.due_on < on)
    return db.session.scalar(select(func.count()).select_from(overdue.subquery())) or 0


def objectionable_awards(household_id: UUID, on: date) -> list[Award]:
    """The awards of a household to which it can object on a day, newest first."""
    found = db.session.scalars(
        select(Award)
        .where(
            Award.household_id == household_id,
            Award.status.in_((AwardStatus.PUBLISHED, AwardStatus.OBJECTED, AwardStatus.POSTED)),
        )
        .order_by(Award.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    return [
        award
        for award in found
        if award.posted_at is None
        or on <= village_day(award.posted_at) + timedelta(days=award.objection_days)
    ]


def disputable_redemptions(village: str, household_id: UUID, since: date) -> list[Redemption]:
    """What a household got at the shop since a day and wasn't all given back, newest first."""
    return list(
        db.session.scalars(
            redemptions(village)
            .where(Redemption.household_id == household_id, Redemption.redeemed_on >= since)
            .where(
                exists().where(
                    RedemptionLine.redemption_id == Redemption.id,
                    RedemptionLine.refunded < RedemptionLine.quantity,
                )
            )
            .order_by(Redemption.id.desc())
            .limit(SHOWN_AT_MOST)
        )
    )


def objections_to_clearing(clearing_id: UUID, household_id: UUID) -> list[Objection]:
    """A household's objections to what a clearing took from it, oldest first."""
    return list(
        db.session.scalars(
            select(Objection)
            .where(Objection.clearing_id == clearing_id, Objection.household_id == household_id)
            .order_by(Objection.id)
        )
    )


def open_objections_to(record_id: UUID) -> list[Objection]:
    """The objections to what a notice lists that wait for a ruling."""
    return list(
        db.session.scalars(
            select(Objection).where(
                or_(*(getattr(Objection, column) == record_id for column in SUBJECTS.values())),
                Objection.status == ObjectionStatus.OPEN,
            )
        )
    )


def objections_to_award(award_id: UUID) -> list[Objection]:
    """All objections to an award, oldest first."""
    return list(
        db.session.scalars(
            select(Objection).where(Objection.award_id == award_id).order_by(Objection.id)
        )
    )


def objections_to_claim(award: Award) -> list[Objection]:
    """All objections to a claim, oldest first, and those of its household that it is missing."""
    missing = and_(
        Objection.household_id == award.household_id,
        Objection.missing_rule_item == award.rule_code,
        Objection.missing_occurred_on == award.occurred_on,
        Objection.made_at >= award.proposed_at,
    )
    if award.resident_id is not None:
        missing = and_(missing, Objection.missing_resident_id == award.resident_id)
    return list(
        db.session.scalars(
            select(Objection)
            .where(or_(Objection.award_id == award.id, missing))
            .order_by(Objection.id)
        )
    )


def objections_of(award: Award) -> list[Objection]:
    """All objections to an award, oldest first; to a claim, or to a no, also that it is missing."""
    if award.claimed or award.status in FREED:
        return objections_to_claim(award)
    return objections_to_award(award.id)


def count_waiting(village: str) -> int:
    """How many objections wait for a ruling."""
    waiting = select(func.count()).select_from(still_open(village).subquery())
    return db.session.scalar(waiting) or 0


def steps_of_award(award: Award) -> list[dict[str, Any]]:
    """An award's notice, the objections to it and their rulings, for its timeline."""
    steps = []
    found = objections_of(award)
    granted = db.session.scalars(select(Objection).where(Objection.granted_award_id == award.id))
    found += [each for each in granted if each not in found]
    names = person_names(
        person for each in found for person in (each.made_by, each.on_behalf_of, each.ruled_by)
    )
    if award.notice is not None:
        notice = find_notice(award.village, award.notice)
        title = _("In notice %(number)s", number=notice.label)
        until = _("until %(day)s", day=day_word(notice.closes_on))
        url = f"/v/{award.village}/notices/{notice.number}"
        steps.append(
            step(
                title,
                notice.opened_at,
                names.get(notice.opened_by),
                until,
                kind="notice",
                notice=notice.number,
                links=[link(_("Read the notice"), url)],
            )
        )
    for each in found:
        name = objector(each, names)
        steps.append(step(_("Objection"), each.made_at, name, each.reason, kind="objection"))
        if each.ruled_at is not None:
            upheld = each.status is ObjectionStatus.UPHELD
            title = _("Objection upheld") if upheld else _("Objection not upheld")
            ruler = names.get(each.ruled_by) if each.ruled_by else None
            steps.append(step(title, each.ruled_at, ruler, each.ruling_reason, kind="ruling"))
    return steps
