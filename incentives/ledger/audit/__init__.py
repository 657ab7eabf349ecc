"""The audit: balances, versions, leaves and roots recomputed from the rows alone."""

from collections.abc import Iterator

from sqlalchemy import select

from incentives.extensions import db
from incentives.ledger.audit.accounts import audit_accounts
from incentives.ledger.audit.checkpoints import audit_checkpoints
from incentives.ledger.audit.findings import Finding
from incentives.ledger.audit.logs import audit_log
from incentives.ledger.guards import missing_guards, weak_settings
from incentives.ledger.models import Account, Checkpoint, Event, Leaf, LogHead, Transfer

__all__ = ["Finding", "audit", "audit_guards"]


def audit_guards() -> list[Finding]:
    """The triggers, checks and settings that the database lacks."""
    connection = db.session.connection()
    missing = missing_guards(connection) + weak_settings(connection)
    return [Finding("", "database", each, "guard", "present", "missing") for each in missing]


def audit(village: str) -> list[Finding]:
    """All that is wrong in a village's books; empty where everything holds.

    It reads one snapshot, in a transaction of its own: events without gaps and rising in time,
    their leaves and details, transfers against balances and versions, floors, reversals, the tree
    and its checkpoints.
    """
    begin_snapshot()
    try:
        return [*audit_log(village), *audit_accounts(village), *audit_checkpoints(village)]
    except (ValueError, LookupError):
        findings = list(unreadable(village))
        if not findings:
            raise
        return findings


def begin_snapshot() -> None:
    """Begin a transaction that sees the books of one moment, whatever is posted meanwhile."""
    db.session.rollback()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def unreadable(village: str) -> Iterator[Finding]:
    """The columns that hold what their type doesn't know, such as a kind of event of no list."""
    for table in (LogHead, Account, Event, Transfer, Leaf, Checkpoint):
        for column in table.__table__.columns:
            try:
                db.session.scalars(select(column).where(table.village == village)).all()
            except (ValueError, LookupError) as error:
                place = table.__tablename__
                yield Finding(village, place, village, column.key, "a known value", str(error))
