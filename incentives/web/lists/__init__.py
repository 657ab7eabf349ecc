"""Lists that people narrow, page through and take along: declared once for page, API and Excel.

    NOTICES = Listing(
        "notices",
        _("Public notices"),
        columns=[Column(_("Number"), "label"), Column(_("Closes on"), "closes_on", Kind.DAY)],
        filters=[Filter("kind", _("Of what"), Look.CHOICE, options=KINDS)],
    )
    export_api(blueprint, f"{VILLAGE}/notices", get_notices, NOTICES)
    export_page(pages_blueprint, "/v/<village>/notices", get_notices, NOTICES)

A filter is a parameter of the list's query, by its name there: the page's bar, the JSON list and
the workbook read it by the same schema. The workbook has what the JSON list would give to the same
caller under the same permission, all pages of it up to `ROWS_AT_MOST`; that somebody took names
along is left in the audit trail. Texts are neutralised in `web/workbooks.py`.
"""

from incentives.web.lists.exporting import export_api, export_page, export_rows
from incentives.web.lists.listing import Column, Filter, Kind, Listing, Look, member, words
from incentives.web.lists.queries import narrowing_of
from incentives.web.lists.shown import ListPage

__all__ = [
    "Column",
    "Filter",
    "Kind",
    "ListPage",
    "Listing",
    "Look",
    "export_api",
    "export_page",
    "export_rows",
    "member",
    "narrowing_of",
    "words",
]
