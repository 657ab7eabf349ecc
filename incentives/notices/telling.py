"""What a household's statement says of points that came back as an objection was right."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.access.queries import person_names
from incentives.extensions import db
from incentives.notices.models import Objection, ObjectionStatus
from incentives.shop.models import Refund, RefundCause


def tell_given_back(objection_ids: Sequence[UUID]) -> dict[UUID, str]:
    """A sentence by objection, why and by whom it was ruled right: two statements in all."""
    found = list(db.session.scalars(select(Objection).where(Objection.id.in_(objection_ids))))
    names = person_names(each.ruled_by for each in found)
    return {each.id: tell_ruling(each, names) for each in found}


def tell_refunds(refund_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The same by refund, of those that a ruling made and not goods that were brought back."""
    rows = db.session.execute(
        select(Refund.id, Objection)
        .join(Objection, Objection.redemption_id == Refund.redemption_id)
        .where(
            Refund.id.in_(refund_ids),
            Refund.cause != RefundCause.RETURN,
            Objection.status == ObjectionStatus.UPHELD,
        )
    ).all()
    names = person_names(objection.ruled_by for _refund_id, objection in rows)
    return {refund_id: tell_ruling(objection, names) for refund_id, objection in rows}


def title_refunds(refund_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What a refund is called that a ruling made: no goods came back."""
    ruled = select(Refund.id).where(Refund.id.in_(refund_ids), Refund.cause != RefundCause.RETURN)
    return dict.fromkeys(db.session.scalars(ruled), _("Given back by the shop"))


def tell_ruling(objection: Objection, names: dict[UUID, str]) -> str:
    """One objection's sentence."""
    told = _("the objection was right: %(reason)s", reason=objection.ruling_reason)
    if objection.ruled_by in names:
        told += " · " + _("decided by %(name)s", name=names[objection.ruled_by])
    return told
