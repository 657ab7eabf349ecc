"""One writing transaction a request: key, savepoint, operation, answer, commit.

On SQLite the driver sends no BEGIN before SELECT and SAVEPOINT, so the transaction is opened
here, by `BEGIN IMMEDIATE`, before anything is read; a savepoint goes to a connection that is
already in that transaction. A refusal rolls back to the savepoint only: what must stay of it
(its kept answer, its failure counter, its audit row) is written after that and committed.
"""

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from sqlalchemy.exc import DBAPIError

from incentives.errors import Refusal, Unavailable
from incentives.extensions import db

T = TypeVar("T")

ATTEMPTS = 5
SERIALISATION_FAILURE = "40001"
DEADLOCK = "40P01"
LOCK_NOT_AVAILABLE = "55P03"
CHECK_VIOLATION = "23514"
SQLITE_BUSY = 5

# What refuses to write at all just now; a transaction that is `in_recovery` doesn't ask.
before_writing: list[Callable[[], None]] = []

# What the ledger makes of a database error while posting: a refusal, or None.
map_database_error: list[Callable[[DBAPIError], Refusal | None]] = []


class Concluded(Exception):
    """Raised by `first` where the answer is known before the operation runs."""

    def __init__(self, answer: Any) -> None:
        super().__init__("concluded")
        self.answer = answer


def transaction(
    work: Callable[[], T],
    *,
    first: Callable[[], None] | None = None,
    last: Callable[[T | Refusal], None] | None = None,
    in_recovery: bool = False,
) -> T:
    """Run an operation in a writing transaction and commit it; raises its refusal after that.

    `first` runs before the savepoint (an idempotency key) and may raise `Concluded` or a
    refusal; `last` gets the result or the refusal before the commit (the kept answer). `work`
    may run more than once, as serialisation failures and deadlocks are tried again up to five
    times with jitter; then, and where SQLite stays busy, `Unavailable` is raised. A failed CHECK
    that shows only at the commit, as what is queued isn't waited for before, is tried again with
    each statement waited for: it shows in the savepoint then. Objects loaded before are expired:
    pass ids. While the books wait for their recovery it refuses all work (`log_rolled_back`) that
    doesn't say it belongs there (`in_recovery`: to sign in, to catch up, to note who looked).
    """
    plain = False
    for attempt in range(ATTEMPTS):
        try:
            return attempt_once(work, first, last, in_recovery=in_recovery, plain=plain)
        except DBAPIError as error:
            db.session.rollback()
            if is_busy(error) or is_lost(error):
                break
            if sqlstate(error) == CHECK_VIOLATION and not plain:
                plain = True
                continue
            if sqlstate(error) not in (SERIALISATION_FAILURE, DEADLOCK):
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 -- jitter, no secret
        except BaseException:
            db.session.rollback()
            raise
    raise Unavailable(headers={"Retry-After": "1"})


def attempt_once(
    work: Callable[[], T],
    first: Callable[[], None] | None,
    last: Callable[[T | Refusal], None] | None,
    *,
    in_recovery: bool,
    plain: bool,
) -> T:
    """One try of `transaction`; a `plain` one waits for each statement."""
    db.session.rollback()
    db.session.connection(execution_options={"write": True, "plain": plain})
    if not in_recovery:
        for refuse in before_writing:
            refuse()
    if first is not None:
        try:
            first()
        except Concluded:
            db.session.rollback()
            raise
    outcome = in_savepoint(work)
    if isinstance(outcome, Refusal):
        for afterwards in outcome.afterwards:
            afterwards()
    if last is not None:
        last(outcome)
    db.session.commit()
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def in_savepoint(work: Callable[[], T]) -> T | Refusal:
    """The result of the work, or the refusal that it ended in, everything else undone."""
    savepoint = db.session.begin_nested()
    try:
        result = work()
        db.session.flush()
    except Refusal as refusal:
        savepoint.rollback()
        return refusal
    except DBAPIError as error:
        mapped = next((found for map_ in map_database_error if (found := map_(error))), None)
        if mapped is None:
            raise
        savepoint.rollback()
        return mapped
    savepoint.commit()
    return result


def sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's five characters for an error, None elsewhere."""
    return getattr(error.orig, "sqlstate", None)


def is_lost(error: DBAPIError) -> bool:
    """Whether the database went away, or can't be reached: it stops, starts, or is down."""
    # An error of PostgreSQL's without a code of its own comes from the way to it.
    unreachable = isinstance(error.orig, psycopg.OperationalError) and error.orig.sqlstate is None
    return error.connection_invalidated or unreachable


def is_busy(error: DBAPIError) -> bool:
    """Whether the database gave up waiting for another writer."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF == SQLITE_BUSY or sqlstate(error) == LOCK_NOT_AVAILABLE
