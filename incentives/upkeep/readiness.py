"""Whether the service may start and serve: its database, its guards, its settings."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from incentives.extensions import db
from incentives.installation import SettingRefused, get_installation
from incentives.ledger.guards import GuardMissing, require_guards
from incentives.recovery.operations import check_books
from incentives.recovery.state import ask_again, reads_only
from incentives.upkeep.backup.marker import UNFINISHED, read_marker
from incentives.upkeep.schema import why_not_migrated


class NotReady(RuntimeError):
    """The service must not start; the message says why."""


def require_ready(*, only_loopback: bool, now: datetime) -> bool:
    """Refuse a database that isn't restored to its end, migrated, made or guarded.

    Returns whether it may be written.

    Books that don't go on from their seals can be read, and wait for their recovery.
    `only_loopback` says that nothing but this machine can reach the service, which a demo needs.
    """
    if read_marker() is not None:
        raise NotReady(UNFINISHED)
    try:
        if (reason := why_not_migrated()) is not None:
            raise NotReady(reason)
        installation = get_installation()
        if installation.loading:
            raise NotReady("the demo county was not loaded to its end: run `make run`")
        if installation.demo and not only_loopback:
            raise NotReady("a demo installation listens to this machine only (127.0.0.1)")
        require_guards(db.engine)
        return check_books(now=now) is None
    except (GuardMissing, SettingRefused, LookupError) as refusal:
        raise NotReady(str(refusal)) from refusal
    finally:
        db.session.remove()
        db.engine.dispose()


def readiness() -> str | None:
    """`ready`, or `read_only` while the books wait for their recovery; asked anew each time.

    None where the database doesn't answer or isn't of the shape that the code wants.
    """
    try:
        db.session.execute(text("SELECT 1"))
        if why_not_migrated() is not None:
            return None
        ask_again()
        return "read_only" if reads_only() else "ready"
    except SQLAlchemyError:
        return None
