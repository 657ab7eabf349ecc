"""Acts on notices: make one of what waits, close it once its days are over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import CursorResult, func, or_, select, update

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import SYSTEM, Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.database import new_id
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.notices.fingerprint import fingerprint
from incentives.notices.models import (
    SUBJECTS,
    Notice,
    NoticeKind,
    NoticeLine,
    Objection,
    ObjectionStatus,
)
from incentives.notices.publishers import PUBLISHERS, Entry
from incentives.notices.queries import due_notices, find_notice, lines_of, subject_of
from incentives.notices.states import NOTICE_TRANSITIONS, NoticeAction
from incentives.register.policy import NoticeNames
from incentives.web.dates import day_word
from incentives.web.transaction import transaction

CLOSED_ALREADY = _("This notice is closed already")


def make_notice(*, village: str, kind: NoticeKind, actor: Actor, now: datetime) -> Notice:
    """Publish all that awaits it, as one numbered notice.

    It stays open for the longest days of publicity that one of its lines was promised, counted from
    tomorrow on; `closes_on` is the last of them. The printed sheet names people in full only where
    each line's policy says so. Refuses where nothing waits.
    """
    require(actor, "notice.make", village)
    ledger.hold([village])
    return open_notice(village, kind, PUBLISHERS[kind].waiting(village), actor=actor, now=now)


def open_notice(
    village: str, kind: NoticeKind, entries: Sequence[Entry], *, actor: Actor, now: datetime
) -> Notice:
    """Publish these records, under the village's lock; refuses where there is none."""
    if not entries:
        raise WrongState(_("Nothing waits to be published"))
    today = village_day(now)
    full = all(entry.full_names for entry in entries)
    notice = Notice(
        id=new_id(),
        village=village,
        number=next_number(village),
        year=today.year,
        number_in_year=next_number_in(village, today.year),
        kind=kind,
        names=NoticeNames.FULL if full else NoticeNames.MASKED,
        opened_on=today,
        closes_on=today + timedelta(days=max(entry.days for entry in entries)),
        opened_by=actor.person,
        opened_at=now,
    )
    lines = [line_for(notice, number, kind, entry) for number, entry in enumerate(entries, 1)]
    notice.fingerprint = fingerprint(notice, lines)
    db.session.add(notice)
    db.session.flush()
    db.session.add_all(lines)
    db.session.flush()
    PUBLISHERS[kind].publish(notice, [entry.id for entry in entries], now=now)
    audit.record(actor, audit.Tag.NOTICE_OPENED, village=village, subject=notice.id, now=now)
    return notice


def next_number(village: str) -> int:
    """The number of a village's next notice, under its lock."""
    last = db.session.scalar(select(func.max(Notice.number)).where(Notice.village == village))
    return (last or 0) + 1


def next_number_in(village: str, year: int) -> int:
    """The number in its year of a village's next notice, under its lock."""
    last = db.session.scalar(
        select(func.max(Notice.number_in_year)).where(
            Notice.village == village, Notice.year == year
        )
    )
    return (last or 0) + 1


def line_for(notice: Notice, number: int, kind: NoticeKind, entry: Entry) -> NoticeLine:
    """One line of a new notice."""
    return NoticeLine(
        notice_id=notice.id,
        line=number,
        **{SUBJECTS[kind]: entry.id},
        holder=entry.holder,
        what=entry.what,
        occurred_on=entry.occurred_on,
        quantity=entry.quantity,
        points=entry.points,
        amount_fen=entry.amount_fen,
        reason=entry.reason,
    )


def close_notice(*, village: str, number: int, actor: Actor, now: datetime) -> Notice:
    """Close a notice whose days are over: what nobody objects to goes on, in one post.

    Refuses until its last day in public is over, and what is closed. Closing decides nothing: what
    is objected to waits for the ruling.
    """
    require(actor, "notice.close", village)
    ledger.hold([village])
    notice = find_notice(village, number)
    db.session.refresh(notice)
    if notice.status not in NOTICE_TRANSITIONS[NoticeAction.CLOSE][0]:
        raise WrongState(CLOSED_ALREADY)
    if not notice.is_over(village_day(now)):
        day = day_word(notice.closes_on)
        raise WrongState(_("Its last day in public is %(day)s: it is closed after that", day=day))
    closed = db.session.execute(
        update(Notice)
        .where(Notice.id == notice.id, Notice.closed_at.is_(None))
        .values(closed_at=now, closed_by=actor.person)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", closed).rowcount == 0:
        raise WrongState(CLOSED_ALREADY)
    db.session.refresh(notice)
    subjects = [subject_of(line) for line in lines_of(notice)]
    free = without_objection(subjects)
    PUBLISHERS[notice.kind].conclude(village, free, actor=actor, now=now)
    audit.record(actor, audit.Tag.NOTICE_CLOSED, village=village, subject=notice.id, now=now)
    return notice


def without_objection(subjects: Sequence[UUID]) -> list[UUID]:
    """Those of these records to which no objection is open."""
    columns = [getattr(Objection, column) for column in SUBJECTS.values()]
    rows = db.session.execute(
        select(*columns).where(
            or_(*(column.in_(subjects) for column in columns)),
            Objection.status == ObjectionStatus.OPEN,
        )
    )
    objected = {each for row in rows for each in row if each is not None}
    return [each for each in subjects if each not in objected]


def close_due_notices(*, now: datetime) -> int:
    """Close every notice whose days are over, each in a transaction of its own; the daily job.

    Returns how many were closed.
    """
    closed = 0
    for village, number in due_notices(village_day(now)):
        try:
            transaction(
                partial(close_notice, village=village, number=number, actor=SYSTEM, now=now)
            )
        except WrongState:
            continue  # somebody closed it meanwhile
        closed += 1
    return closed
