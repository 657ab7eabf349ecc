"""What is done with files: keep one, erase one, sweep up what belongs to no record."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import select, update

from incentives.access import audit
from incentives.access.actor import SYSTEM, Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.files import store
from incentives.files.contents import clean
from incentives.files.models import File
from incentives.files.queries import carried, find_file, keepers
from incentives.web.dates import day_word
from incentives.web.transaction import transaction

SWEEP_AFTER = timedelta(days=1)
LEFT_OVER_AFTER = timedelta(days=90)


def keep_file(*, village: str, content: bytes, actor: Actor, now: datetime) -> File:
    """Keep a photo (JPEG, PNG, WebP: drawn anew, metadata gone) or a PDF of a village.

    Residents may in their own village. Refuses more than 10 MiB, pictures of too many pixels,
    other kinds, and what is damaged.
    """
    require(actor, "file.keep", village, own=True)
    kind, kept = clean(content)
    file = File(
        village=village,
        name=store.write(kept),
        kind=kind,
        size=len(kept),
        sha256=hashlib.sha256(kept).hexdigest(),
        uploaded_by=actor.person,
        uploaded_at=now,
    )
    db.session.add(file)
    db.session.flush()
    return file


def erase_file(*, village: str, file_id: UUID, actor: Actor, now: datetime) -> File:
    """Erase a file's bytes for good; the row stays and says when. Erasing twice changes nothing.

    Refuses a file that a record keeps for ever, as an assembly's minutes, and one that accounting
    keeps to a day that isn't over.
    """
    require(actor, "file.erase", village)
    file = find_file(village, file_id)
    if detail := why_kept(file, now):
        raise WrongState(detail)
    if file.erased_at is None:
        file.erased_at = now
        db.session.flush()
        audit.record(actor, audit.Tag.FILE_ERASED, village=village, subject=file.id, now=now)
    # Last, as nothing brings it back: had the transaction failed, the bytes were to go anyway.
    store.erase(file.name)
    return file


def erase_each(found: Collection[tuple[str, UUID]], *, now: datetime) -> int:
    """Erase files by the clock, given as village and id, each in a transaction of its own; how
    many."""
    for village, file_id in found:
        transaction(partial(erase_file, village=village, file_id=file_id, actor=SYSTEM, now=now))
    return len(found)


def erase_left_over(*, now: datetime) -> int:
    """Erase what was brought 90 days ago or earlier and no record carries: a photo taken out of a
    claim again, one that was never sent with anything. How many.
    """
    left = db.session.execute(
        select(File.village, File.id).where(
            File.erased_at.is_(None),
            File.kept_until.is_(None),
            File.uploaded_at < now - LEFT_OVER_AFTER,
            ~carried(),
        )
    )
    return erase_each([(village, file_id) for village, file_id in left], now=now)


def why_kept(file: File, now: datetime) -> LazyString | None:
    """Why a file may not be erased now, None where it may: a record keeps it for ever, as minutes,
    or accounting to a day that isn't over."""
    if file.kept_until is not None and village_day(now) <= file.kept_until:
        return _("Accounting keeps this file until %(day)s", day=day_word(file.kept_until))
    if any(keeps(file) for keeps in keepers):
        return _("This file is kept for ever")
    return None


def keep_until(file_ids: Iterable[UUID], day: date) -> None:
    """Keep these files up to a day, or longer where they are kept longer already."""
    db.session.execute(
        update(File)
        .where(File.id.in_(list(file_ids)), File.kept_until.is_(None) | (File.kept_until < day))
        .values(kept_until=day)
        .execution_options(synchronize_session="fetch")
    )


def sweep_files(*, now: datetime) -> int:
    """Remove bytes of a day or older that no row names (an upload undone), or whose row is erased.

    How many were removed.
    """
    kept = set(db.session.scalars(select(File.name).where(File.erased_at.is_(None))))
    store.sweep_thumbnails(kept)
    old = list(store.names_older_than((now - SWEEP_AFTER).timestamp()))
    orphans = [name for name in old if name not in kept]
    for name in orphans:
        store.remove(name)
    return len(orphans)
