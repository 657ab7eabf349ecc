"""Sheets of cards laid out in the background, part by part.

A job's row is its lock: whoever works at it holds it for two minutes by a conditional UPDATE, and
a part counts only if they hold it still. A worker that was stopped leaves parts that the next one
goes on from.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import force_locale, gettext
from sqlalchemy import Select, or_, select, update

from incentives.cards import kept_sheets, layout, queries
from incentives.cards.models import Card, CardIssue, CardStatus, SheetJob, SheetStatus
from incentives.cards.numbers import in_fours
from incentives.cards.operations.sheets import AT_WORK
from incentives.cards.qr import card_url
from incentives.database import rows_changed
from incentives.extensions import db
from incentives.installation import get_installation
from incentives.register.models import Household
from incentives.register.names import masked
from incentives.register.queries import divisions_by_code, find_village
from incentives.web.sheets import CHINESE, TIBETAN
from incentives.web.transaction import transaction

HELD_FOR = timedelta(minutes=2)
PAGES_A_PART = 5
GIVE_UP_AFTER = 3


@dataclass(frozen=True)
class Part:
    """The next pages of a job: what stands on them, who holds it, what can't be printed."""

    job_id: UUID
    held_by: str
    begins: int
    ends: int
    last: bool
    pages: list[list[layout.PrintedCard]]
    running: list[str]
    numbers: list[str]
    unprintable: list[dict[str, Any]]


def lay_out_next(*, now: datetime) -> bool:
    """Lay out the next part of the oldest job that nobody works at; whether there was one.

    Runs outside any transaction, with some of its own. What fails three times is given up.
    """
    if not is_work_waiting(now=now):
        return False
    held = transaction(lambda: take_job(now=now))
    if held is None:
        return False
    job_id, held_by = held
    try:
        part = read_part(job_id, held_by)
        words = [words_in(language) for language in (CHINESE, TIBETAN)]
        db.session.rollback()
        kept = True
        if part.pages:
            content = layout.lay_out(part.pages, part.running, *words)
            kept_sheets.write(kept_sheets.name_of(job_id, part.ends), content)
            kept = transaction(lambda: keep_part(part, now=now))
        if kept and part.last:
            finish(part, now=now)
    except Exception:
        db.session.rollback()
        transaction(lambda: count_failure(job_id, held_by))
        raise
    return True


def words_in(language: str) -> layout.Words:
    """What all cards say, in that language."""
    with force_locale(language):
        return layout.Words(
            kind=gettext("Points card"),
            found=gettext("Whoever finds it: please bring it to the village office"),
        )


def is_work_waiting(*, now: datetime) -> bool:
    """Whether there is a job to work at, without a word to the writers' queue."""
    found = db.session.scalar(free_jobs(now).limit(1))
    db.session.rollback()
    return found is not None


def free_jobs(now: datetime) -> Select[UUID]:
    """The jobs that are to be worked at and that nobody holds, the oldest first."""
    free = or_(SheetJob.held_until.is_(None), SheetJob.held_until <= now)
    return select(SheetJob.id).where(SheetJob.status.in_(AT_WORK), free).order_by(SheetJob.id)


def take_job(*, now: datetime) -> tuple[UUID, str] | None:
    """Hold the oldest free job; None where others were quicker."""
    for job_id in db.session.scalars(free_jobs(now)).all():
        held_by = secrets.token_hex(16)
        taken = db.session.execute(
            update(SheetJob)
            .where(SheetJob.id.in_(free_jobs(now).where(SheetJob.id == job_id)))
            .values(held_by=held_by, held_until=now + HELD_FOR, status=SheetStatus.MAKING)
            .execution_options(synchronize_session=False)
        )
        if rows_changed(taken):
            return job_id, held_by
    return None


def read_part(job_id: UUID, held_by: str) -> Part:
    """What stands on the next pages; cards that went out of use meanwhile leave a gap."""
    job = db.session.get_one(SheetJob, job_id, populate_existing=True)
    begins, ends = job.pages_done, min(job.pages_done + PAGES_A_PART, len(job.pages))
    ids = [[UUID(card_id) for card_id in page] for page in job.pages[begins:ends]]
    found = {
        card.id: card
        for card in db.session.scalars(
            select(Card).where(
                Card.id.in_([card_id for page in ids for card_id in page]),
                Card.status == CardStatus.ACTIVE,
            )
        )
    }
    names = queries.holder_names(list(found.values()))
    village, url = find_village(job.village).short_name, get_installation().url
    printed = {
        card.id: layout.PrintedCard(
            village,
            masked(names[card.id]),
            in_fours(card.number),
            card_url(url, queries.code_of(card)),
        )
        for card in found.values()
    }
    grids = grids_of_pages(ids)
    return Part(
        job_id=job.id,
        held_by=held_by,
        begins=begins,
        ends=ends,
        last=ends == len(job.pages),
        pages=[[printed[each] for each in page if each in printed] for page in ids],
        running=[
            " · ".join([village, *filter(None, [grid]), f"{number}/{len(job.pages)}"])
            for number, grid in enumerate(grids, start=begins + 1)
        ],
        numbers=[card.number for card in found.values()],
        unprintable=[
            {"card_id": str(card_id), "holder": card.holder, "number": card.number, "letters": lost}
            for card_id, card in printed.items()
            if (lost := layout.missing_letters(card.holder + card.village))
        ],
    )


def grids_of_pages(pages: Sequence[Sequence[UUID]]) -> list[str | None]:
    """The name of each page's grid: all of its cards are of one."""
    rows = db.session.execute(
        select(Card.id, Household.grid)
        .join(Household, Household.id == Card.household_id)
        .where(Card.id.in_([page[0] for page in pages]))
    )
    codes: dict[UUID, str | None] = {row.id: row.grid for row in rows}
    names = divisions_by_code([code for code in codes.values() if code])
    found = (names.get(codes.get(page[0]) or "") for page in pages)
    return [grid.name_zh if grid else None for grid in found]


def keep_part(part: Part, *, now: datetime) -> bool:
    """Count a part that was written, if the job is held still; else another has gone on."""
    job = db.session.get_one(SheetJob, part.job_id, populate_existing=True)
    kept = db.session.execute(
        update(SheetJob)
        .where(
            SheetJob.id == part.job_id,
            SheetJob.held_by == part.held_by,
            SheetJob.pages_done == part.begins,
        )
        .values(
            pages_done=part.ends,
            cards_done=sum(map(len, job.pages[: part.ends])),
            unprintable=job.unprintable + part.unprintable,
            failures=0,
            held_by=part.held_by if part.last else None,
            held_until=now + HELD_FOR if part.last else None,
        )
        .execution_options(synchronize_session=False)
    )
    if rows_changed(kept) == 0:
        return False
    db.session.execute(
        update(CardIssue)
        .where(CardIssue.number.in_(part.numbers))
        .values(printed_at=now)
        .execution_options(synchronize_session=False)
    )
    return True


def finish(part: Part, *, now: datetime) -> None:
    """Join a job's parts into what is fetched, and delete them.

    Parts that are missing (a database was restored without them) are made again from the start.
    """
    ends = {*range(PAGES_A_PART, part.ends, PAGES_A_PART), part.ends}
    names = [kept_sheets.name_of(part.job_id, end) for end in sorted(ends)]
    parts = [kept_sheets.read(name) for name in names]
    whole = [content for content in parts if content is not None]
    if len(whole) < len(parts):
        transaction(lambda: begin_anew(part))
        return
    kept_sheets.write(kept_sheets.name_of(part.job_id), layout.join(whole))
    transaction(lambda: end_job(part, now=now))
    kept_sheets.delete(names)


def begin_anew(part: Part) -> None:
    """Let a job be laid out from its first page."""
    db.session.execute(
        update(SheetJob)
        .where(SheetJob.id == part.job_id, SheetJob.held_by == part.held_by)
        .values(pages_done=0, cards_done=0, unprintable=[], held_by=None, held_until=None)
        .execution_options(synchronize_session=False)
    )


def end_job(part: Part, *, now: datetime) -> None:
    """Say that a job's sheets can be fetched."""
    db.session.execute(
        update(SheetJob)
        .where(SheetJob.id == part.job_id, SheetJob.held_by == part.held_by)
        .values(status=SheetStatus.READY, ready_at=now, held_by=None, held_until=None)
        .execution_options(synchronize_session=False)
    )


def count_failure(job_id: UUID, held_by: str) -> None:
    """Let a job be tried again, or give it up."""
    job = db.session.get_one(SheetJob, job_id, populate_existing=True)
    if job.held_by != held_by:
        return
    job.failures += 1
    job.held_by = job.held_until = None
    if job.failures >= GIVE_UP_AFTER:
        job.status = SheetStatus.FAILED
    db.session.flush()
