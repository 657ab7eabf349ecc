"""What the shop has on paper and as a workbook: the price list, and a month of the shelf."""

import base64
from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from flask import Response
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from incentives.cards.paper import printed_checkpoint
from incentives.clock import now, village_day
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.files.models import File
from incentives.files.queries import thumbnail_bytes
from incentives.shop import queries
from incentives.shop.models import Category, Good, Shop
from incentives.shop.words import CATEGORIES, unit_word
from incentives.web.guard import get_village
from incentives.web.sheets import sheet_html, sheet_response
from incentives.web.workbooks import workbook_response

VILLAGE_CODE = 12
Group = tuple[Category, list[Good]]
Pictures = Callable[[Good], str]


def by_category(goods: Sequence[Good]) -> list[Group]:
    """Goods by category, in the order of the list, each category once."""
    return [
        (category, found)
        for category in Category
        if (found := [good for good in goods if good.category is category])
    ]


def price_list_sheet(village: str, today: date, pictures: Pictures) -> Markup:
    """The price list for the wall: what is in season, in Chinese with Tibetan headings.

    `pictures` gives the address of a good's picture.
    """
    shops: dict[UUID, tuple[Shop, list[Good]]] = {}
    for good, _stock, shop in queries.goods_for_village(village):
        if good.in_season(today):
            shops.setdefault(shop.id, (shop, []))[1].append(good)
    return sheet_html(
        "shop/prices_sheet.html",
        village=get_village(village),
        shops=[(shop, by_category(goods)) for shop, goods in shops.values()],
        categories=CATEGORIES,
        unit_word=unit_word,
        pictures=pictures,
        checkpoint=printed_checkpoint(village),
        today=today,
    )


def price_list_pdf(village: str, today: date) -> Response:
    """The price list as a PDF, its pictures within it."""
    ids = [
        good.photo_id
        for good, _stock, _shop in queries.goods_for_village(village)
        if good.photo_id is not None
    ]
    files = db.session.scalars(select(File).where(File.id.in_(ids), File.erased_at.is_(None)))
    held = {file.id: data_address(thumbnail_bytes(file)) for file in files}
    sheet = price_list_sheet(village, today, lambda good: held.get(good.photo_id or good.id, ""))
    name = f"prices-{village}-{today.isoformat()}"
    return sheet_response(sheet, title=name, name=f"{name}.pdf")


def data_address(picture: bytes) -> str:
    """A picture as an address that holds it."""
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


def month_of(text: str | None) -> date:
    """The first day of a month written as 2026-03; this month's without one."""
    if text is None:
        return village_day(now()).replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Invalid(errors=[FieldError("/month", _("Write a month as 2026-01"))]) from error


def month_paper(sheet: queries.MonthSheet) -> Markup:
    """The month's sheet, in Chinese with Tibetan headings."""
    return sheet_html(
        "shop/month_sheet.html",
        sheet=sheet,
        unit_word=unit_word,
        checkpoint=printed_checkpoint(sheet.shop.division)
        if len(sheet.shop.division) == VILLAGE_CODE
        else None,
    )


def month_name(sheet: queries.MonthSheet) -> str:
    """What a month's file is called."""
    return f"stock-{sheet.shop.division}-{sheet.month:%Y-%m}"


def month_pdf(sheet: queries.MonthSheet) -> Response:
    """The month's sheet as a PDF."""
    name = month_name(sheet)
    return sheet_response(month_paper(sheet), title=name, name=f"{name}.pdf")


def month_workbook(sheet: queries.MonthSheet) -> Response:
    """The month's sheet as an .xlsx file: quantities in pieces, costs in yuan."""
    heads = [_("Article number"), _("Name of the good"), _("Unit")]
    for title in (
        _("On the shelf at the beginning"),
        _("Goods came in"),
        _("Handed out"),
        _("Spoiled"),
        _("Back to the supplier"),
        _("Counted"),
    ):
        heads += [title, f"{title} ¥"]
    heads += [
        _("Cost changed ¥"),
        _("On the shelf at the end"),
        f"{_('On the shelf at the end')} ¥",
    ]
    rows = [row_of(line) for line in (*sheet.lines, sheet.total)]
    rows[-1][1] = _("Altogether")
    title = _("Stock of %(month)s", month=f"{sheet.month:%Y-%m}")
    return workbook_response(month_name(sheet), title, heads, rows)


def row_of(line: queries.MonthLine) -> list[object]:
    """A good's month as cells."""
    cells: list[object] = [line.sku, line.name_zh, unit_word(line.unit)]
    for each in (line.opening, *line.moved.values()):
        cells += [each.quantity, each.cost_fen / 100]
    cells += [line.revalued_fen / 100, line.closing.quantity, line.closing.cost_fen / 100]
    return cells
