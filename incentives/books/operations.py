"""What leaves the books is noted: a household's statement, and the whole log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import may, require
from incentives.books import queries
from incentives.errors import NotFound
from incentives.register.operations.looks import note_look_of_staff
from incentives.register.queries import find_household
from incentives.web.transaction import transaction


def hand_out_statement(
    *, village: str, household_id: UUID, actor: Actor, now: datetime
) -> dict[str, Any]:
    """A household's events with leaves and proofs (`queries.statement_of`).

    For the household itself, and for the village's supervisors, whose look the household sees.
    """
    own = actor.household_id == household_id
    require(actor, "leaf.read", village, own=True)
    if not own and not may(actor, "leaf.read", village):
        raise NotFound()
    note_look_of_staff(village=village, household_id=household_id, actor=actor, now=now)
    return queries.statement_of(find_household(village, household_id))


def note_export(*, village: str, details: bool, actor: Actor, now: datetime) -> None:
    """Note that a supervisor takes the whole log away; refuses anybody else."""
    require(actor, "ledger.audit", village)
    said = {"details": details}

    def work() -> None:
        audit.record(actor, audit.Tag.LOG_EXPORTED, village=village, now=now, details=said)

    transaction(work)
