"""Whether the books wait for their recovery: asked before everything that writes.

The state is the one waiting row of `recovery`. While the books wait a process asks the database
each time, so that all see the end of it; that nothing waits holds for some seconds, so that serving
costs nothing and all hear of what another process found (`flask ledger catch-up`). The database
itself takes no event meanwhile (`ledger/triggers`); a process that learns of it that way refuses
everything from then on.
"""

from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.errors import LogRolledBack
from incentives.extensions import db
from incentives.ledger.triggers import WAITS, WAITS_FOR_RECOVERY
from incentives.recovery.models import Recovery

KEY = "jishan-recovery"  # when this process last heard that nothing waits
HOLDS = timedelta(seconds=20)


def waiting() -> Recovery | None:
    """The recovery that the books wait for, read anew; None where there is none."""
    return db.session.scalars(
        select(Recovery).where(Recovery.waiting.is_(True)).execution_options(populate_existing=True)
    ).one_or_none()


def reads_only() -> bool:
    """Whether the service can only be read just now."""
    asked_at, at = current_app.extensions.get(KEY), now()
    if asked_at is not None and asked_at <= at < asked_at + HOLDS:
        return False
    waits = waiting() is not None
    current_app.extensions[KEY] = None if waits else at
    return waits


def ask_again() -> None:
    """Have this process ask the database anew: the state may have changed."""
    current_app.extensions.pop(KEY, None)


def refuse_while_waiting() -> None:
    """Refuse to write while the books wait for their recovery."""
    if reads_only():
        raise LogRolledBack()


def refusal_of_waiting(error: DBAPIError) -> LogRolledBack | None:
    """The refusal that the database's own means, None for any other error."""
    if getattr(error.orig, "sqlstate", None) != WAITS_FOR_RECOVERY and WAITS not in str(error.orig):
        return None
    ask_again()
    return LogRolledBack()
