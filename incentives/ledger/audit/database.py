"""What concerns the whole database: its guards, and rows that are no village's."""

from collections.abc import Iterator

from sqlalchemy import exists, select

from incentives.extensions import db
from incentives.ledger.audit.findings import Finding
from incentives.ledger.audit.reading import STRAYS_AT_MOST, raw
from incentives.ledger.guards import missing_guards, weak_settings
from incentives.ledger.models import (
    Account,
    ActorCode,
    Allowance,
    Checkpoint,
    Erasure,
    Event,
    EventDetail,
    Leaf,
    LogHead,
    Transfer,
)

OF_VILLAGES = (Account, Event, Transfer, Leaf, Checkpoint, Allowance, ActorCode)


def audit_database() -> list[Finding]:
    """Triggers, checks and settings that the database lacks, and rows that are no village's."""
    connection = db.session.connection()
    missing = missing_guards(connection) + weak_settings(connection)
    return [
        *(Finding("", "database", each, "guard", "present", "missing") for each in missing),
        *rows_of_no_village(),
        *details_of_no_event(),
    ]


def rows_of_no_village() -> Iterator[Finding]:
    """Villages that tables name and that have no log."""
    for table in OF_VILLAGES:
        for village in db.session.scalars(
            select(table.village)
            .where(table.village.not_in(select(LogHead.village)))
            .distinct()
            .limit(STRAYS_AT_MOST)
        ):
            name = table.__tablename__
            yield Finding(village, name, village, "village", "a village with a log", village)
    for village in db.session.scalars(
        select(LogHead.village).where(~exists().where(Account.village == LogHead.village))
    ):
        yield Finding(village, "log_head", village, "village", "accounts of its own", "none")


def details_of_no_event() -> Iterator[Finding]:
    """Details and erasures whose event isn't there."""
    for table in (EventDetail, Erasure):
        for (event,) in db.session.execute(
            select(raw(table.event_id))
            .where(~exists().where(Event.id == table.event_id))
            .limit(STRAYS_AT_MOST)
        ):
            name = table.__tablename__
            yield Finding("", name, str(event), "event_id", "an event", str(event))
