"""Faults planted in what serves: each is what a test of this folder's users must catch."""

import os
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.sql.selectable import GenerativeSelect

from incentives import database
from incentives.extensions import db
from incentives.ledger import posting
from incentives.ledger.sql import HEAD, HEADS
from incentives.web import idempotency, transaction

PAUSE = 0.02  # seconds: long enough for another thread to come between


def no_lock() -> None:
    """`hold` takes no row lock, and whoever posts pauses between reading and writing."""
    write = posting.write

    def pause_and_write(*arguments: Any, **named: Any) -> Any:
        time.sleep(PAUSE)
        return write(*arguments, **named)

    GenerativeSelect.with_for_update = lambda self, **_options: self  # type: ignore[method-assign]
    for each in (HEAD, HEADS):
        each.postgresql = each.postgresql.removesuffix(" FOR UPDATE")
    posting.write = pause_and_write


def no_key() -> None:
    """Keys are read by nobody and kept for nobody."""
    idempotency.claim_key = lambda _request: None
    idempotency.conclude = lambda *_arguments: None


def key_first() -> None:
    """The key is committed by itself, before what it stands for."""
    claim = idempotency.claim_key

    def claim_and_commit(request: Any) -> None:
        claim(request)
        db.session.commit()
        db.session.connection(execution_options={"write": True})

    idempotency.claim_key = claim_and_commit


def key_last() -> None:
    """RELEASE ends the transaction, and key and answer come in another one.

    So it would be on SQLite with the driver's own handling, where SAVEPOINT sends no BEGIN.
    """

    def attempt(
        work: Callable[[], Any],
        first: Callable[[], None] | None,
        last: Callable[[Any], None] | None,
        **_options: bool,
    ) -> Any:
        db.session.rollback()
        db.session.connection(execution_options={"write": True})
        outcome = transaction.in_savepoint(work)
        db.session.commit()
        db.session.connection(execution_options={"write": True})
        if first is not None:
            first()
        if last is not None:
            last(outcome)
        db.session.commit()
        return outcome

    transaction.attempt_once = attempt


def synchronous_normal() -> None:
    """SQLite syncs its log at checkpoints only, not at each commit."""
    database.SQLITE_PRAGMAS["synchronous"] = "NORMAL"


def seals_unsynced() -> None:
    """The seals are written, but the disk is never waited for."""
    os.fsync = lambda _descriptor: None


FAULTS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (no_lock, no_key, key_first, key_last, synchronous_normal, seals_unsynced)
}


def plant(fault: str | None) -> None:
    """Plant a fault of this list in the process that calls, or none."""
    if fault is not None:
        FAULTS[fault]()
