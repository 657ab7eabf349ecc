"""A month of the shelf: on a page, on paper, as a workbook."""

from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for
from markupsafe import Markup

from incentives.clock import now, village_day
from incentives.shop import queries
from incentives.shop.pages.shared import blueprint, shop_here
from incentives.shop.queries.month import Moved
from incentives.shop.sheets import month_of, month_paper, month_pdf, month_workbook
from incentives.web.languages import in_language
from incentives.web.pages import page, render
from incentives.web.pieces import number, yuan


def asked_sheet() -> queries.MonthSheet:
    """The month asked for of the shop asked for; refuses what is no month."""
    return queries.month_sheet(shop_here("stock.read"), month_of(request.args.get("month")))


@blueprint.get("/stock/month")
@page(permission="stock.read")
def month() -> Any:
    """A month of the shelf: opening, what moved, closing, good by good."""
    sheet = asked_sheet()
    before = (sheet.month - timedelta(days=1)).replace(day=1)
    following = (sheet.month + timedelta(days=32)).replace(day=1)
    return render(
        "shop/month.html",
        sheet=sheet,
        lines=[cells_of(line) for line in sheet.lines],
        before_url=month_url(sheet, before),
        following_url=month_url(sheet, following) if following <= village_day(now()) else None,
    )


def cells_of(line: queries.MonthLine) -> list[Any]:
    """A good's month as a row of the table."""
    went = line.moved
    return [
        in_language(line.name_zh, line.name_en),
        moved(line.opening),
        moved(went["came_in"]),
        moved(went["handed_out"]),
        moved(went["spoiled"]),
        moved(went["returned"]),
        moved(went["counted"]),
        yuan(line.revalued_fen) if line.revalued_fen else "0",
        moved(line.closing),
    ]


def moved(what: Moved) -> Markup:
    """A quantity, and what it is worth."""
    worth = f" <small>{yuan(what.cost_fen)}</small>" if what.cost_fen else ""
    return Markup(f"{number(what.quantity)}{worth}")  # noqa: S704 -- numbers alone


def month_url(sheet: queries.MonthSheet, month: date) -> str:
    """The page of another month."""
    return url_for("shop_pages.month", shop=sheet.shop.id, month=f"{month:%Y-%m}")


@blueprint.get("/stock/month/print")
@page(permission="stock.read")
def print_month() -> Any:
    """The month's sheet, to be printed."""
    sheet = asked_sheet()
    return render("shop/month_print.html", month=sheet, sheet=month_paper(sheet))


@blueprint.get("/stock/month.pdf")
@page(permission="stock.read")
def download_month() -> Response:
    """The month's sheet as a PDF."""
    return month_pdf(asked_sheet())


@blueprint.get("/stock/month.xlsx")
@page(permission="stock.read")
def download_month_workbook() -> Response:
    """The month's sheet as a workbook."""
    return month_workbook(asked_sheet())
