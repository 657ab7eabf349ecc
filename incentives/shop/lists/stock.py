"""What came in and went out, and what the fund bought."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.extensions import db
from incentives.shop.lists.goods import named
from incentives.shop.models import (
    Good,
    StockMovement,
)
from incentives.shop.words import (
    KINDS,
    SOURCES,
)
from incentives.web.lists import (
    Column,
    Kind,
    Listing,
    choice,
    days,
    hidden,
    search,
)


def by_line(movements: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a page's movements, each with its good's name and what moved it."""
    ids = {line.good_id for each in movements for line in each["lines"]}
    goods = {row.id: row for row in db.session.scalars(select(Good).where(Good.id.in_(ids)))}
    return [
        each
        | {
            "sku": goods[line.good_id].sku,
            "name_zh": goods[line.good_id].name_zh,
            "name_en": goods[line.good_id].name_en,
            "quantity": line.quantity,
            "quantity_after": line.quantity_after,
            "unit_cost_fen": line.unit_cost_fen,
        }
        for each in movements
        for line in each["lines"]
    ]


MOVEMENT_LINES = Listing(
    "stock_movements",
    _("In and out"),
    columns=[
        Column(_("At"), "occurred_at", Kind.INSTANT),
        Column(_("What"), lambda each: KINDS[each["kind"]]),
        Column(_("From where"), lambda each: each["source"] and SOURCES[each["source"]]),
        Column(_("Voucher"), "voucher"),
        Column(_("Note"), "note", Kind.LONG),
        Column(_("Article number"), "sku"),
        Column(_("Name of the good"), named, Kind.LONG),
        Column(_("Quantity"), "quantity", Kind.NUMBER),
        Column(_("On the shelf then"), "quantity_after", Kind.NUMBER),
        Column(_("Cost of one (yuan)"), "unit_cost_fen", Kind.YUAN),
    ],
    filters=[
        choice("kind", _("What"), KINDS, StockMovement.kind),
        *days(StockMovement.occurred_at),
        hidden("good_id", _("One good")),
    ],
    rows=by_line,
)

PURCHASES = Listing(
    "purchases",
    _("What the fund paid for goods"),
    columns=[
        Column(_("Paid on"), "paid_on", Kind.DAY),
        Column(_("To whom"), "payee"),
        Column(_("Voucher"), "voucher"),
        Column(_("Paid (yuan)"), "paid_fen", Kind.YUAN),
        Column(_("Came in for it (yuan)"), "linked_fen", Kind.YUAN),
        Column(_("Difference (yuan)"), "difference_fen", Kind.YUAN),
    ],
    filters=[search(_("To whom or voucher"), "payee", "voucher"), *days("paid_on")],
    paged=False,
)
