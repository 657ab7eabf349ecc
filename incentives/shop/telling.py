"""What the fund's public book says of a settlement: to which shop, for which month, who decided."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.extensions import db
from incentives.fund.purposes import SETTLEMENT
from incentives.fund.queries.book import MoreOfLine
from incentives.ledger import Event
from incentives.shop.models import Settlement, SettlementReversal, Shop, Undone
from incentives.web.dates import month_word


def tell_settlements(events: Sequence[Event]) -> dict[UUID, MoreOfLine]:
    """What the public book says of these events, as far as they paid a shop or took that back."""
    records = {event.record for event in events if event.record is not None}
    rows = db.session.execute(
        select(Settlement, Shop.name)
        .join(Shop, Shop.id == Settlement.shop_id)
        .where(Settlement.id.in_(records))
    )
    found = {settlement.id: (settlement, name) for settlement, name in rows}
    undone: dict[UUID, SettlementReversal] = {}
    for reversal in db.session.scalars(
        select(SettlementReversal).where(
            SettlementReversal.settlement_id.in_(found),
            SettlementReversal.undone == Undone.PAYMENT,
        )
    ):
        undone[reversal.event_id] = undone[reversal.undone_event_id] = reversal
    return {
        event.id: tell(*found[event.record], undone.get(event.id))
        for event in events
        if event.record in found
    }


def tell(settlement: Settlement, shop: str, undone: SettlementReversal | None) -> MoreOfLine:
    """A payment that stands, or one that was taken back and the taking back."""
    month = month_word(settlement.month)
    payer = undone.done_by if undone else settlement.paid_by
    return MoreOfLine(
        purpose=SETTLEMENT,
        payee=_("%(shop)s, %(month)s", shop=shop, month=month),
        paper=undone.voucher if undone else settlement.voucher,
        steps=(
            ("asked", settlement.submitted_by),
            ("checked", settlement.checked_by),
            ("approved", settlement.approved_by),
            ("paid", payer),
        ),
        reversal=("reversed", undone.reversed_by) if undone else None,
        reversal_reason=undone.reason if undone else None,
    )
