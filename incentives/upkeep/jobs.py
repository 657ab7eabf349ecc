"""What happens by the clock: logs are signed, notices close, what is old is forgotten."""

import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from incentives.access.lockout import forget_old_failures
from incentives.access.tokens import forget_tokens
from incentives.awards.operations import erase_old_evidence
from incentives.calls.operations import forget_calls
from incentives.cards.operations import forget_phone_codes, forget_sheets, lay_out_next
from incentives.clearing.operations import clear_villages
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.files.operations import erase_left_over, sweep_files
from incentives.ledger.seals import LogInconsistent, seal_all
from incentives.notices.operations import close_due_notices, publish_ended_rounds
from incentives.recovery.operations import check_books
from incentives.recovery.state import ask_again, reads_only
from incentives.shop.operations import expire_vouchers
from incentives.upkeep.backup.daily import DailyBackup
from incentives.web.idempotency import forget_answers
from incentives.web.transaction import transaction

SEAL_EVERY = 20.0  # seconds; a change is to be signed within 60
LOOK_EVERY = 2.0  # seconds; who asked for sheets of cards looks on

log = structlog.get_logger()

T = TypeVar("T")


def do_daily_jobs(*, now: datetime) -> dict[str, int]:
    """Publish ended rounds, close notices that are due, forget and sweep up; how many each."""
    transaction(lambda: forget_tokens(now=now))
    transaction(lambda: forget_old_failures(now=now))
    return {
        **clear_villages(now=now),
        "notices_made": publish_ended_rounds(now=now),
        "notices_closed": close_due_notices(now=now),
        "vouchers_expired": expire_vouchers(now=now),
        "answers_forgotten": transaction(lambda: forget_answers(now)),
        "evidence_erased": erase_old_evidence(now=now),
        "files_left_over": erase_left_over(now=now),
        "files_swept": sweep_files(now=now),
        "calls_forgotten": forget_calls(now=now),
        "phone_codes_forgotten": transaction(lambda: forget_phone_codes(now=now)),
    }


def run_worker(stop: threading.Event, *, alive: Callable[[], bool] = lambda: True) -> None:
    """Sign what has changed every 20 seconds, do the daily jobs once a day, until told to stop.

    In between it lays out sheets of cards, part by part, so that signing is never kept waiting. It
    also ends once what it works for isn't `alive` any more. While the books wait for their
    recovery it does nothing. The day's backup is made beside.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    done_on: date | None = None
    backup = DailyBackup()
    attempt("check", lambda: check_books(now=now()))
    while not stop.is_set() and alive():
        if may_write():
            attempt("seal", seal)
            today = village_day(now())
            if done_on != today:
                counts = attempt("daily", lambda: do_daily_jobs(now=now()))
                done_on = done_on if counts is None else today
            attempt("backup", lambda: backup.begin_if_due(app, now=now()))
            attempt("sheets", lambda: forget_sheets(now=now()))
        lay_out_sheets(stop, alive, until=time.monotonic() + SEAL_EVERY)


def lay_out_sheets(stop: threading.Event, alive: Callable[[], bool], *, until: float) -> None:
    """Lay out what sheets are asked for until it is time to sign again, or to stop."""
    while (left := until - time.monotonic()) > 0 and not stop.is_set() and alive():
        if not (may_write() and attempt("sheets", lambda: lay_out_next(now=now()))):
            stop.wait(min(LOOK_EVERY, left))


def may_write() -> bool:
    """Whether the books may be written, asked anew; not where the database doesn't say."""
    try:
        ask_again()
        return not reads_only()
    except SQLAlchemyError:
        log.exception("job failed", job="read the state")
        return False
    finally:
        db.session.remove()


def seal() -> None:
    """Sign what has changed; books that don't go on from their seals then wait for recovery."""
    try:
        seal_all(now=now())
    except LogInconsistent:
        check_books(now=now(), thorough=True)
        raise


def attempt(name: str, job: Callable[[], T]) -> T | None:
    """Do a job, and what came of it; what fails is logged, gives None, and is tried again."""
    try:
        return job()
    except Exception:
        log.exception("job failed", job=name)
        return None
    finally:
        db.session.remove()
