"""What every step of a disbursement is made of."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import update

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.duties import refuse_own_household
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid, NotFound, OwnHousehold, WrongState
from incentives.extensions import db
from incentives.fund.models import Disbursement
from incentives.fund.queries.payees import paid_to
from incentives.fund.states import TRANSITIONS, Action
from incentives.web.dates import day_word

AMOUNT_AT_MOST = 10**12


def find_for_step(village: str, disbursement_id: UUID) -> Disbursement:
    """A disbursement of that village as it now is; refuses what isn't there."""
    disbursement = db.session.get(Disbursement, disbursement_id, populate_existing=True)
    if disbursement is None or disbursement.village != village:
        raise NotFound()
    return disbursement


def move_on(disbursement: Disbursement, action: Action, **values: Any) -> None:
    """Change a disbursement's state by the table of states, and these columns with it.

    `status` among them is one that the table leaves to the operation.

    Refuses where it isn't in a state for that, even if it was when it was read.
    """
    refuse_wrong_state(disbursement, action)
    before = disbursement.status
    changed: Any = db.session.execute(
        update(Disbursement)
        .where(Disbursement.id == disbursement.id, Disbursement.status == before)
        .values({"status": TRANSITIONS[action][before]} | values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount == 0:
        raise WrongState()
    db.session.refresh(disbursement)


def refuse_wrong_state(disbursement: Disbursement, action: Action) -> None:
    """Refuse an action that the disbursement's state doesn't take."""
    if disbursement.status not in TRANSITIONS[action]:
        raise WrongState()


def refuse_payee(actor: Actor, disbursement: Disbursement) -> None:
    """Refuse the payee, somebody of the payee's household, or of a household of a team's member."""
    paid = paid_to([disbursement])[disbursement.id]
    refuse_own_household(actor, paid.homes)
    if actor.person in paid.people:
        raise OwnHousehold()


def check_amount(amount_fen: int, pointer: str = "/amount_fen") -> None:
    """Refuse an amount that isn't more than nothing, or is past every fund's size."""
    if not 0 < amount_fen <= AMOUNT_AT_MOST:
        raise Invalid(errors=[FieldError(pointer, _("Write an amount above 0"))])


def check_day(day: date, pointer: str, now: datetime) -> None:
    """Refuse a day that is still to come."""
    if day > village_day(now):
        raise Invalid(errors=[FieldError(pointer, _("This day is still to come"))])


def refuse_unapproved_day(paid_on: date, approved_at: datetime) -> None:
    """Refuse a payment dated before the day, in the village, on which it was approved."""
    approved_on = village_day(approved_at)
    if paid_on < approved_on:
        detail = _("It was approved on %(day)s only", day=day_word(approved_on))
        raise Invalid(errors=[FieldError("/paid_on", detail)])


def record(
    disbursement: Disbursement,
    tag: audit.Tag,
    *,
    actor: Actor,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Leave a row of what was done with a disbursement in the audit trail."""
    audit.record(
        actor, tag, village=disbursement.village, subject=disbursement.id, now=now, details=details
    )
