"""What is read about notices and their lines."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from incentives.clock import village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.notices.models import (
    SUBJECTS,
    Notice,
    NoticeKind,
    NoticeLine,
    Objection,
)
from incentives.notices.publishers import PUBLISHERS
from incentives.web.languages import reading

SHOWN_DAYS = 30


@dataclass(frozen=True)
class ShownLine:
    """A line as the public sees it: the state of what it lists, and the rulings on objections.

    `title` is what it lists in the reader's language, in Chinese what stands in the line.
    """

    line: NoticeLine
    title: str
    status: str
    objected: bool
    rulings: list[Objection]


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
    """A village's notices, to be paged newest first."""
    return select(Notice).where(Notice.village == village)


def open_notices(village: str) -> list[Notice]:
    """The notices that are not closed, oldest first."""
    return list(
        db.session.scalars(
            notices(village).where(Notice.closed_at.is_(None)).order_by(Notice.number)
        )
    )


def due_notices(on: date) -> list[tuple[str, int]]:
    """Village and number of every notice whose last day is over and that is not closed."""
    rows = db.session.execute(
        select(Notice.village, Notice.number)
        .where(Notice.closed_at.is_(None), Notice.closes_on < on)
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
    publisher, subjects = PUBLISHERS[notice.kind], [subject_of(line) for line in lines]
    statuses = publisher.statuses(subjects)
    titles = {} if reading() == "zh" else publisher.titles(subjects)
    objections = objections_to_lines(notice)
    shown = [
        ShownLine(
            line,
            titles.get(subject_of(line), line.what),
            statuses[subject_of(line)],
            objected=any(each.ruled_at is None for each in objections[line.line]),
            rulings=[each for each in objections[line.line] if each.ruled_at is not None],
        )
        for line in lines
    ]
    return NoticeView(notice, shown, lines_gone=False)


def objections_to_lines(notice: Notice) -> dict[int, list[Objection]]:
    """The objections to what a notice lists, by line, oldest first."""
    found: dict[int, list[Objection]] = defaultdict(list)
    for each in db.session.scalars(
        select(Objection).where(Objection.notice_id == notice.id).order_by(Objection.id)
    ):
        if each.line is not None:
            found[each.line].append(each)
    return found


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


def notice_labels(ids: Sequence[UUID]) -> dict[UUID, str]:
    """The numbers that people quote of these notices."""
    found = db.session.scalars(select(Notice).where(Notice.id.in_(ids)))
    return {notice.id: notice.label for notice in found}


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
