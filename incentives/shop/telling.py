"""What others tell of the shop: the public book of settlements, statements of goods in English."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.extensions import db
from incentives.fund.purposes import SETTLEMENT
from incentives.fund.queries.book import MoreOfLine
from incentives.ledger import Event
from incentives.register.lines import goods_words
from incentives.shop.models import RedemptionLine, Settlement, SettlementReversal, Shop, Undone
from incentives.web.dates import month_word
from incentives.web.languages import in_language


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


def name_goods(redemption_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What was taken, by redemption, in the reader's language as far as goods are named in it."""
    goods: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for line in db.session.scalars(
        select(RedemptionLine)
        .where(RedemptionLine.redemption_id.in_(redemption_ids))
        .order_by(RedemptionLine.redemption_id, RedemptionLine.line)
    ):
        name = in_language(line.name_zh, line.name_en)
        goods[line.redemption_id].append({"name": name, "quantity": line.quantity})
    return {redemption_id: goods_words(lines) for redemption_id, lines in goods.items()}
