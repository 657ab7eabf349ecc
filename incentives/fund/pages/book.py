"""The fund's public book."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from incentives.fund import queries, schemas, words
from incentives.fund.book_papers import book_pdf, book_workbook, hands_of, side_of
from incentives.fund.pages.shared import blueprint
from incentives.web.dates import month_of_year
from incentives.web.pages import page, render
from incentives.web.pages.places import public_place
from incentives.web.parsing import load_query

public_place(_("The village's fund"), "/v/{village}/fund", order=40)

MONTHS_SHOWN = 12
LINES_SHOWN = 20
PART = ("month", "year", "purpose")


@blueprint.get("/v/<village>/fund")
@page(permission=None)
def public_book(village: str) -> Any:
    """The public book, by month, year and purpose, with what remained after each line."""
    given = {"limit": str(LINES_SHOWN)} | {
        name: text for name, text in request.args.items() if text
    }
    query = load_query(schemas.BookQuery(), MultiDict(given))
    part = query.pop("part")
    found = queries.book(village, part, query)
    overview = queries.fund_overview(village)
    asked = {name: request.args[name] for name in PART if request.args.get(name)}
    address: dict[str, Any] = {"village": village, **asked}
    months = queries.months_in(village, part)[-MONTHS_SHOWN:]
    spent_on = {code for year in overview.years for code in year.spending}
    return render(
        "fund/book.html",
        overview=overview,
        bars=year_bars(overview),
        month_bars=[
            (
                month_of_year(each.month.month),
                [max(0, each.in_fen) // 100, max(0, each.out_fen) // 100],
            )
            for each in months
        ],
        months_of_money=months,
        by_purpose=queries.by_purpose(village, overview, part),
        differing=queries.bank_differences(village, part),
        side_of=side_of,
        hands_of=hands_of,
        spent_on=queries.in_order(spent_on),
        lines=found["items"],
        months=queries.months_of(village),
        part=part,
        asked=asked,
        next_url=found["next"] and url_for(".public_book", **address, after=found["next"]),
        first_url=url_for(".public_book", **address) if query["after"] else None,
        pdf_url=url_for(".public_book_pdf", **address),
        xlsx_url=url_for(".public_book_workbook", **address),
        json_url=url_for("fund.get_book", **address),
        ledger_url=url_for("books_pages.show_books", village=village),
        words=words,
    )


@blueprint.get("/v/<village>/fund.pdf")
@page(permission=None)
def public_book_pdf(village: str) -> Response:
    """The book on paper."""
    return book_pdf(village, load_query(schemas.BookPart(), request.args)["part"])


@blueprint.get("/v/<village>/fund.xlsx")
@page(permission=None)
def public_book_workbook(village: str) -> Response:
    """The book as a workbook."""
    return book_workbook(village, load_query(schemas.BookPart(), request.args)["part"])


def year_bars(overview: queries.Overview) -> list[tuple[str, list[int]]]:
    """Whole yuan that came in and went out, by year, oldest first."""
    return [
        (str(each.year), [max(0, each.income_fen) // 100, max(0, each.spent_fen) // 100])
        for each in reversed(overview.years)
    ]
