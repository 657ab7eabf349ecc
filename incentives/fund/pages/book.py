"""The fund's public book."""

from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _

from incentives.fund import queries, schemas, words
from incentives.fund.pages.shared import blueprint
from incentives.web.pages import page, render
from incentives.web.pages.places import public_place
from incentives.web.parsing import load_query

public_place(_("The village's fund"), "/v/{village}/fund", order=40)


@blueprint.get("/v/<village>/fund")
@page(permission=None)
def public_book(village: str) -> Any:
    """The public book, by year and purpose, with what remained after each line."""
    query = load_query(schemas.BookQuery(), request.args)
    month = query.pop("month")
    found = queries.book(village, month, query)
    overview = queries.fund_overview(village)
    address: dict[str, Any] = {"village": village, "month": request.args.get("month")}
    return render(
        "fund/book.html",
        overview=overview,
        bars=year_bars(overview),
        lines=found["items"],
        months=queries.months_of(village),
        month=month,
        next_url=found["next"] and url_for(".public_book", **address, after=found["next"]),
        first_url=url_for(".public_book", **address) if query["after"] else None,
        words=words,
    )


def year_bars(overview: queries.Overview) -> list[tuple[str, list[int]]]:
    """Whole yuan that came in and went out, by year, oldest first."""
    return [
        (str(each.year), [max(0, each.income_fen) // 100, max(0, each.spent_fen) // 100])
        for each in reversed(overview.years)
    ]
