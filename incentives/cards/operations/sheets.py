"""Sheets of cards: asked for, fetched once `printing` has laid them out, forgotten after a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import delete, func, literal, select

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.cards import kept_sheets, queries
from incentives.cards.models import SheetJob, SheetStatus
from incentives.cards.operations.issuing import grid_of
from incentives.database import Instant
from incentives.errors import Invalid, NotFound, WrongState
from incentives.extensions import db
from incentives.register.queries import find_household
from incentives.web.transaction import transaction

KEPT_FOR = timedelta(days=1)
AT_WORK = (SheetStatus.WAITING, SheetStatus.MAKING)


def ask_for_sheets(
    *,
    village: str,
    grid: str | None = None,
    household_ids: Sequence[UUID] | None = None,
    new_only: bool = False,
    actor: Actor,
    now: datetime,
) -> SheetJob:
    """Ask for the cards in use of a village, a grid or some households, to be printed and cut.

    They are laid out in the background, by grid and door. `new_only` leaves out what was laid out
    before. Refuses a grid or household that isn't there, and where there is no card to print.
    """
    require(actor, "card.print", village)
    grid_of(village, grid)
    for household_id in household_ids or ():
        find_household(village, household_id)
    pages = queries.pages_to_print(
        village, grid=grid, household_ids=household_ids, new_only=new_only
    )
    if not pages:
        raise Invalid(_("There is no card to print: make cards first"))
    job = SheetJob(
        village=village,
        grid=grid,
        asked_by=actor.person,
        asked_at=now,
        pages=[[str(card_id) for card_id in page] for page in pages],
        cards=sum(map(len, pages)),
    )
    db.session.add(job)
    db.session.flush()
    audit.record(
        actor,
        audit.Tag.CARD_SHEETS_ASKED,
        village=village,
        subject=job.id,
        now=now,
        details={"cards": job.cards},
    )
    return job


def sheets_pdf(*, village: str, job_id: UUID, actor: Actor, now: datetime) -> bytes:
    """The finished sheets as PDF, for a day; refuses what isn't finished, or is deleted."""
    require(actor, "card.print", village)
    job = queries.find_sheet_job(village, job_id)
    if job.status is not SheetStatus.READY or job.ready_at is None:
        raise WrongState(_("These sheets aren't finished yet"))
    content = None if is_old(job, now=now) else kept_sheets.read(kept_sheets.name_of(job.id))
    if content is None:
        raise NotFound(
            _("These sheets are deleted, as each shows a card's code: ask for them anew")
        )
    return content


def is_old(job: SheetJob, *, now: datetime) -> bool:
    """Whether a job's sheets are past their day."""
    return now >= (job.ready_at or job.asked_at) + KEPT_FOR


def forget_sheets(*, now: datetime) -> int:
    """Delete sheets that are past their day, and files of no job; how many files.

    Runs outside any transaction, with one of its own.
    """
    kept = transaction(lambda: forget_jobs(now=now))
    return kept_sheets.delete_all_but(kept)


def forget_jobs(*, now: datetime) -> set[UUID]:
    """Delete the jobs that are past their day; those that are left."""
    over = SheetJob.status.not_in(AT_WORK)
    since = func.coalesce(SheetJob.ready_at, SheetJob.asked_at)
    db.session.execute(
        delete(SheetJob)
        .where(over, since <= literal(now - KEPT_FOR, Instant))
        .execution_options(synchronize_session=False)
    )
    return set(db.session.scalars(select(SheetJob.id)))
