"""What notices do with disbursements; who may is asked by the notice's own operation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from incentives.access.actor import Actor
from incentives.errors import NotFound, WrongState
from incentives.extensions import db
from incentives.fund.models import Disbursement, Status
from incentives.fund.operations.deciding import end
from incentives.fund.states import TRANSITIONS, Action


def publish_disbursements(ids: Sequence[UUID], notice_id: UUID, now: datetime) -> None:
    """Put evaluated disbursements into a notice; refuses if one isn't evaluated any more."""
    ((before, after),) = TRANSITIONS[Action.PUBLISH].items()
    changed: Any = db.session.execute(
        update(Disbursement)
        .where(Disbursement.id.in_(ids), Disbursement.status == before)
        .values(status=after, notice_id=notice_id)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != len(set(ids)):
        raise WrongState()
    forget(ids)


def conclude_publication(ids: Sequence[UUID], now: datetime) -> None:
    """Let these go on to approval: their notice is over and no objection to them is open.

    Those that were rejected or withdrawn meanwhile stay as they are.
    """
    db.session.execute(
        update(Disbursement)
        .where(
            Disbursement.id.in_(ids),
            Disbursement.status == Status.PUBLISHED,
            Disbursement.concluded_at.is_(None),
        )
        .values(concluded_at=now)
        .execution_options(synchronize_session=False)
    )
    forget(ids)


def reject_upheld(disbursement_id: UUID, reason: str, actor: Actor, now: datetime) -> Disbursement:
    """Reject a disbursement, as an objection to it was upheld; refuses one that is paid or over."""
    disbursement = db.session.get(Disbursement, disbursement_id, populate_existing=True)
    if disbursement is None:
        raise NotFound()
    return end(disbursement, reason, actor=actor, now=now)


def forget(ids: Sequence[UUID]) -> None:
    """Have these read again where they were loaded before."""
    for disbursement_id in ids:
        loaded = db.session.identity_map.get(
            db.session().identity_key(Disbursement, disbursement_id)
        )
        if loaded is not None:
            db.session.expire(loaded)
