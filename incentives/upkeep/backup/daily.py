"""The daily backup, where `JISHAN_BACKUPS` says where to: in a thread beside the worker's loop.

A large one takes minutes, and the logs are to be signed within one. A failure is logged as a failed
job and tried again an hour later; readiness doesn't hang on it, as a service that serves is better
than none.
"""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, current_app

from incentives.clock import now as clock_now
from incentives.clock import village_day
from incentives.extensions import db
from incentives.installation import get_installation
from incentives.upkeep.backup.encryption import read_recipient
from incentives.upkeep.backup.making import make_backup
from incentives.upkeep.backup.names import backups_in, short
from incentives.upkeep.backup.pruning import prune_backups, read_keep

AGAIN_AFTER = timedelta(hours=1)

log = structlog.get_logger()


def configured_recipients() -> list[Any]:
    """The recipients of `JISHAN_BACKUP_RECIPIENTS`; refuses what is none."""
    return [read_recipient(each) for each in current_app.config["JISHAN_BACKUP_RECIPIENTS"]]


def make_daily_backup(*, now: datetime) -> int:
    """Make today's backup, unless there is one, and prune the others; how many were made."""
    folder: Path | None = current_app.config["JISHAN_BACKUPS"]
    if folder is None:
        return 0
    keep, recipients = read_keep(current_app.config["JISHAN_BACKUP_KEEP"]), configured_recipients()
    own = short(get_installation().id.hex)
    db.session.rollback()
    if any(
        each.installation == own and village_day(each.made_at) == village_day(now)
        for each in backups_in(folder)
    ):
        return 0
    made = make_backup(folder=folder, recipients=recipients, now=now)
    for finding in made.manifest.findings:
        log.error("backup has a finding", backup=made.path.name, **finding)
    pruned = prune_backups(folder, keep)
    size = made.path.stat().st_size
    log.info("backup made", backup=made.path.name, bytes=size, pruned=len(pruned))
    return 1


class DailyBackup:
    """Begins the day's backup in a thread of its own, unless one is at work or has just failed."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self.begin_at: datetime | None = None

    def begin_if_due(self, app: Flask, *, now: datetime) -> bool:
        """Begin it if it is time; whether it was begun."""
        if app.config["JISHAN_BACKUPS"] is None:
            return False
        if self.thread is not None and self.thread.is_alive():
            return False
        if self.begin_at is not None and now < self.begin_at:
            return False
        self.begin_at = now + AGAIN_AFTER
        self.thread = threading.Thread(target=self.work, args=(app,), daemon=True)
        self.thread.start()
        return True

    def work(self, app: Flask) -> None:
        """Make it; a failure is logged."""
        with app.app_context():
            try:
                make_daily_backup(now=clock_now())
            except Exception:
                log.exception("job failed", job="backup")
            finally:
                db.session.remove()
