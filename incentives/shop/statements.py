"""A settlement's statement on paper and as a workbook: by page and API alike."""

import io
from dataclasses import replace
from typing import Any

from flask import Response
from flask_babel import gettext as _
from markupsafe import Markup

from incentives.access.queries import person_names
from incentives.cards.paper import printed_checkpoint, printed_receipt
from incentives.shop.models import SettlementLine
from incentives.shop.operations.settling import month_text
from incentives.shop.queries.settlements import SettlementView
from incentives.shop.words import SETTLEMENT_STATES, unit_word
from incentives.web.guard import get_village
from incentives.web.languages import in_language
from incentives.web.sheets import sheet_html, sheet_response
from incentives.web.workbooks import XLSX, Head, write_workbook


def statement_sheet(view: SettlementView) -> Markup:
    """The sheet: lines by good, what is owed, who took which step; paid, its receipt's code."""
    row = view.settlement
    hands = (row.submitted_by, row.checked_by, row.approved_by, row.paid_by, row.confirmed_by)
    paid = row.paid_event_id
    return sheet_html(
        "shop/statement_sheet.html",
        village=get_village(row.village),
        view=view,
        row=row,
        names=person_names(hands),
        printed=printed_receipt(row.village, paid) if paid else None,
        checkpoint=printed_checkpoint(row.village),
        name_of_line=name_of_line,
        unit_word=unit_word,
    )


def statement_pdf(view: SettlementView) -> Response:
    """The sheet as a PDF."""
    name = name_of(view)
    return sheet_response(statement_sheet(view), title=name, name=f"{name}.pdf")


def statement_workbook(view: SettlementView) -> Response:
    """The lines as an .xlsx file, what is owed below them."""
    row = view.settlement
    counted, yuan = [Head("", 12.0, "0")] * 4, Head(_("Yuan"), 14.0, "0.00")
    words = (_("Handed out"), _("Brought back"), _("Not owed, by a ruling"), _("Points"))
    heads = [
        Head(_("Goods"), 30.0),
        Head(_("Unit"), 8.0),
        *(replace(head, text=word) for head, word in zip(counted, words, strict=True)),
        yuan,
    ]
    points = sum(line.price_points for line in view.lines)
    empty: list[Any] = [None] * 4
    cells = [
        *(line_cells(line) for line in view.lines),
        [_("Together"), *empty, points, row.goods_fen / 100],
        [_("Paid in cash by households"), *empty, None, -row.cash_fen / 100],
        [
            _("Paid") if row.paid_event_id else _("To be paid"),
            *empty,
            row.points,
            row.amount_fen / 100,
        ],
        [str(SETTLEMENT_STATES[row.status]), *empty, None, None],
    ]
    content = io.BytesIO()
    title = f"{view.shop.name} {month_text(row.month)}"
    write_workbook(content, title, heads, cells)
    response = Response(content.getvalue(), mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name_of(view)}.xlsx"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def line_cells(line: SettlementLine) -> list[Any]:
    """A good's line as cells."""
    return [
        name_of_line(line),
        unit_word(line.unit),
        line.handed_out,
        line.brought_back,
        line.not_owed,
        line.price_points,
        line.goods_fen / 100,
    ]


def name_of_line(line: Any) -> str:
    """A line's good in the reader's language, or what stands for lost receipts."""
    if line.good_id is None:
        return _("Sales whose receipts were lost in a restore")
    return in_language(line.name_zh, line.name_en)


def name_of(view: SettlementView) -> str:
    """The file's name: village, shop's number there, month."""
    row = view.settlement
    return f"settlement-{row.village}-{view.number}-{month_text(row.month)}"
