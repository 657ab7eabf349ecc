"""What every act on awards shares: the rows under the lock, the change of state, the audit row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Update, select, true, update

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.awards.models import Award, RuleItem
from incentives.awards.states import TRANSITIONS, Action
from incentives.errors import NotFound, WrongState
from incentives.extensions import db


def read_again(village: str, award_ids: Sequence[UUID]) -> list[Award]:
    """These awards of a village as they are under its lock, in the order given.

    Refuses any that isn't there.
    """
    found = {
        award.id: award
        for award in db.session.scalars(
            select(Award)
            .where(Award.village == village, Award.id.in_(award_ids))
            .execution_options(populate_existing=True)
        )
    }
    if any(award_id not in found for award_id in award_ids):
        raise NotFound()
    return [found[award_id] for award_id in dict.fromkeys(award_ids)]


def refuse_wrong_state(awards: Sequence[Award], action: Action) -> None:
    """Refuse where an award can't take this action in its state."""
    before, _after = TRANSITIONS[action]
    if any(award.status not in before for award in awards):
        raise WrongState()


def change(
    awards: Sequence[Award],
    action: Action,
    *,
    if_still: ColumnElement[bool] | None = None,
    **values: Any,
) -> None:
    """Change the state of these awards by the table of states, all or none.

    Refuses where one isn't in a state for that, or isn't `if_still`, even if it was when it was
    read.
    """
    before, after = TRANSITIONS[action]
    changed = rows_changed(
        update(Award)
        .where(
            Award.id.in_([award.id for award in awards]),
            Award.status.in_(before),
            true() if if_still is None else if_still,
        )
        .values(status=after, **values)
    )
    if changed != len(awards):
        raise WrongState()
    refresh(awards)


def rows_changed(statement: Update) -> int:
    """Run an UPDATE past the session's objects; how many rows it changed."""
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def refresh(awards: Sequence[Award]) -> None:
    """Read these awards again, in one statement."""
    db.session.scalars(
        select(Award)
        .where(Award.id.in_([award.id for award in awards]))
        .execution_options(populate_existing=True)
    ).all()


def item_of(award: Award) -> RuleItem:
    """The rule that an award stands under."""
    return db.session.get_one(RuleItem, award.rule_item_id)


def record(
    awards: Sequence[Award],
    tag: audit.Tag,
    *,
    actor: Actor,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Leave a row for each award in the audit trail."""
    for award in awards:
        audit.record(actor, tag, village=award.village, subject=award.id, now=now, details=details)
