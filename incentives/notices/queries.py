"""What is read about notices and objections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, or_, select, tuple_

from incentives.access.actor import Actor
from incentives.access.queries import person_names
from incentives.awards.models import Award, AwardStatus
from incentives.awards.timeline import link, step
from incentives.clock import village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.notices.models import (
    SUBJECTS,
    Notice,
    NoticeKind,
    NoticeLine,
    Objection,
    ObjectionStatus,
)
from incentives.notices.publishers import PUBLISHERS

SHOWN_DAYS = 30


@dataclass(frozen=True)
class ShownLine:
    """A line as the public sees it, with the state of what it lists."""

    line: NoticeLine
    status: str
    objected: bool


@dataclass(frozen=True)
class NoticeView:
    """A notice as the public sees it; 30 days after closing its lines are gone from the web."""

    notice: Notice
    lines: list[ShownLine]
    lines_gone: bool

    @property
    def is_open(self) -> bool:
        """Whether objections can still be made to its lines before they count."""
        return self.notice.closed_at is None


def find_notice(village: str, number: int) -> Notice:
    """A village's notice by its number; refuses what isn't there."""
    notice = db.session.scalar(
        select(Notice).where(Notice.village == village, Notice.number == number)
    )
    if notice is None:
        raise NotFound()
    return notice


def notices(village: str) -> Select[Notice]:
    """A village's notices, to be paged newest first by number."""
    return select(Notice).where(Notice.village == village)


def open_notices(village: str) -> list[Notice]:
    """The notices that are not closed, oldest first."""
    return list(
        db.session.scalars(
            notices(village).where(Notice.closed_at.is_(None)).order_by(Notice.number)
        )
    )


def due_notices(on: date) -> list[tuple[str, int]]:
    """Village and number of every notice whose days are over and that is not closed."""
    rows = db.session.execute(
        select(Notice.village, Notice.number)
        .where(Notice.closed_at.is_(None), Notice.closes_on <= on)
        .order_by(Notice.village, Notice.number)
    )
    return [(village, number) for village, number in rows]


def lines_of(notice: Notice) -> list[NoticeLine]:
    """All lines of a notice, in order, whether the public still sees them or not."""
    return list(
        db.session.scalars(
            select(NoticeLine).where(NoticeLine.notice_id == notice.id).order_by(NoticeLine.line)
        )
    )


def is_gone(notice: Notice, now: datetime) -> bool:
    """Whether its lines have left the web."""
    if notice.closed_at is None:
        return False
    return village_day(now) > village_day(notice.closed_at) + timedelta(days=SHOWN_DAYS)


def notice_view(village: str, number: int, now: datetime) -> NoticeView:
    """A notice as the public sees it now; refuses what isn't there."""
    notice = find_notice(village, number)
    if is_gone(notice, now):
        return NoticeView(notice, [], lines_gone=True)
    lines = lines_of(notice)
    statuses = PUBLISHERS[notice.kind].statuses([subject_of(line) for line in lines])
    objected = set(
        db.session.scalars(
            select(Objection.line).where(
                Objection.notice_id == notice.id, Objection.status == ObjectionStatus.OPEN
            )
        )
    )
    shown = [ShownLine(line, statuses[subject_of(line)], line.line in objected) for line in lines]
    return NoticeView(notice, shown, lines_gone=False)


def subject_of(line: NoticeLine) -> UUID:
    """The id of what a line lists."""
    found = listed(line)
    if found is None:
        raise LookupError("a line without a subject")
    return found[1]


def listed(row: NoticeLine | Objection) -> tuple[NoticeKind, UUID] | None:
    """The kind and id of what a notice lists and this names; None for any other matter."""
    for kind, column in SUBJECTS.items():
        subject: UUID | None = getattr(row, column)
        if subject is not None:
            return kind, subject
    return None


def line_of_award(award_id: UUID) -> NoticeLine | None:
    """The line that lists an award, or None."""
    return db.session.scalar(select(NoticeLine).where(NoticeLine.award_id == award_id))


def notice_numbers(ids: Sequence[UUID]) -> dict[UUID, int]:
    """The numbers of these notices."""
    rows = db.session.execute(select(Notice.id, Notice.number).where(Notice.id.in_(ids)))
    return dict(rows.all())


def labels_of(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The numbers that people quote of notices, by village and running number: one statement."""
    found = db.session.scalars(
        select(Notice).where(tuple_(Notice.village, Notice.number).in_(list(wanted)))
    )
    return {(notice.village, notice.number): notice.label for notice in found}


def counts(found: Sequence[Notice]) -> dict[UUID, tuple[int, int, int]]:
    """How many lines each of these notices has, and their points and fen in all."""
    rows = db.session.execute(
        select(
            NoticeLine.notice_id,
            func.count(),
            func.coalesce(func.sum(NoticeLine.points), 0),
            func.coalesce(func.sum(NoticeLine.amount_fen), 0),
        )
        .where(NoticeLine.notice_id.in_([each.id for each in found]))
        .group_by(NoticeLine.notice_id)
    )
    return {notice: (lines, int(points or 0), int(fen or 0)) for notice, lines, points, fen in rows}


def find_objection(village: str, objection_id: UUID) -> Objection:
    """An objection of that village; refuses what isn't there."""
    objection = db.session.get(Objection, objection_id)
    if objection is None or objection.village != village:
        raise NotFound()
    return objection


def objections(
    village: str, *, status: ObjectionStatus | None = None, household_id: UUID | None = None
) -> Select[Objection]:
    """A village's objections, to be paged newest first by id."""
    chosen = select(Objection).where(Objection.village == village)
    if status is not None:
        chosen = chosen.where(Objection.status == status)
    if household_id is not None:
        chosen = chosen.where(Objection.household_id == household_id)
    return chosen


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
    refused = award.status is AwardStatus.REJECTED
    if award.claimed or refused:
        return objections_to_claim(award)
    return objections_to_award(award.id)


def count_waiting(village: str) -> int:
    """How many objections wait for a ruling."""
    waiting = select(func.count()).select_from(
        objections(village, status=ObjectionStatus.OPEN).subquery()
    )
    return db.session.scalar(waiting) or 0


def is_of(objection: Objection, actor: Actor) -> bool:
    """Whether an objection is the actor's own or their household's."""
    return objection.made_by == actor.person or (
        actor.household_id is not None and objection.household_id == actor.household_id
    )


def steps_of_award(award: Award) -> list[dict[str, Any]]:
    """An award's notice, the objections to it and their rulings, for its timeline."""
    steps = []
    found = objections_of(award)
    names = person_names(person for each in found for person in (each.made_by, each.ruled_by))
    if award.notice is not None:
        notice = find_notice(award.village, award.notice)
        title = _("In notice %(number)s", number=notice.label)
        until = _("until %(day)s", day=notice.closes_on.isoformat())
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
        made = step(
            _("Objection"), each.made_at, names.get(each.made_by), each.reason, kind="objection"
        )
        steps.append(made)
        if each.ruled_at is not None:
            upheld = each.status is ObjectionStatus.UPHELD
            title = _("Objection upheld") if upheld else _("Objection not upheld")
            ruler = names.get(each.ruled_by) if each.ruled_by else None
            steps.append(step(title, each.ruled_at, ruler, each.ruling_reason, kind="ruling"))
    return steps
