"""A month of the shelf: on a page, on paper, as a workbook."""

from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for

from incentives.clock import now, village_day
from incentives.shop import queries
from incentives.shop.pages.shared import blueprint, shop_here
from incentives.shop.sheets import month_of, month_paper, month_pdf, month_workbook
from incentives.shop.words import in_language, unit_word
from incentives.web.pages import page, render


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
        names=[in_language(line.name_zh, line.name_en) for line in sheet.lines],
        unit_word=unit_word,
        before_url=month_url(sheet, before),
        following_url=month_url(sheet, following) if following <= village_day(now()) else None,
    )


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
