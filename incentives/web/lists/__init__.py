"""Lists that people narrow, page through and take along: declared once for page, API and Excel.

    NOTICES = Listing(
        "notices",
        _("Public notices"),
        columns=[Column(_("Number"), "label"), Column(_("In public from"), "opened_on", Kind.DAY)],
        filters=[choice("kind", _("Of what"), KINDS, Notice.kind), year(Notice.opened_on)],
    )

    @blueprint.route(f"{VILLAGE}/notices")
    @reads(schemas.NoticePage, query=NOTICES.query, permission=None)
    def get_notices(village: str, query: dict[str, Any]) -> dict[str, Any]:
        return page(NOTICES.narrow(queries.notices(village), query), KEYS, query)

    export_api(blueprint, f"{VILLAGE}/notices", get_notices, NOTICES)
    list_page(pages_blueprint, "/v/<village>/notices", get_notices, NOTICES)

A page with more on it than the list makes its own `ListPage`, and `export_page` for its sheet. The
workbook has what the JSON list would give to the same caller under the same permission, all pages
of it up to `ROWS_AT_MOST`; that somebody took names along is left in the audit trail. Texts are
neutralised in `web/workbooks.py`.
"""

from incentives.web.lists.exporting import export_api, export_page, export_rows
from incentives.web.lists.filters import (
    YES_OR_NO,
    Filter,
    Look,
    Words,
    choice,
    days,
    hidden,
    is_there,
    member,
    month,
    search,
    words,
    year,
)
from incentives.web.lists.listing import TITLES, Column, Kind, Listing
from incentives.web.lists.pages import list_page
from incentives.web.lists.queries import Place, narrowing_of
from incentives.web.lists.shown import ListPage

__all__ = [
    "TITLES",
    "YES_OR_NO",
    "Column",
    "Filter",
    "Kind",
    "ListPage",
    "Listing",
    "Look",
    "Place",
    "Words",
    "choice",
    "days",
    "export_api",
    "export_page",
    "export_rows",
    "hidden",
    "is_there",
    "list_page",
    "member",
    "month",
    "narrowing_of",
    "search",
    "words",
    "year",
]
