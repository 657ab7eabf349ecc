"""What the fund paid for goods of the points supermarket."""

from sqlalchemy import select

from incentives.extensions import db
from incentives.fund.models import Disbursement, Status
from incentives.fund.purposes import STOCK

STANDING = (Status.PAID, Status.RECEIVED, Status.RETURNED)


def stock_payments(village: str) -> list[Disbursement]:
    """The disbursements for goods that were paid and not reversed, newest first.

    What each came to is `amount_fen` less `returned_fen`.
    """
    return list(
        db.session.scalars(
            select(Disbursement)
            .where(
                Disbursement.village == village,
                Disbursement.purpose == STOCK,
                Disbursement.status.in_(STANDING),
            )
            .order_by(Disbursement.id.desc())
        )
    )
