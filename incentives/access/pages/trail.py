"""The audit trail, for those whose duty it is."""

from typing import Any

from incentives.access import lists, queries
from incentives.access.actor import SYSTEM_PERSON
from incentives.access.api import get_audit
from incentives.access.details import details_said
from incentives.access.pages.shared import blueprint, division_name
from incentives.access.tags import TAGS
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import page, render

ROWS_OF_THE_TRAIL = 50


@blueprint.get("/audit")
@page(permission="audit.read", village=False)
def show_trail() -> Any:
    """What was done in one's divisions: by whom, on what, when."""
    shown = ListPage(lists.AUDIT, get_audit, limit=ROWS_OF_THE_TRAIL)
    rows = shown.read()
    known = queries.known_divisions({row["village"] for row in rows if row["village"]})
    return render(
        "access/audit.html",
        rows=rows,
        list=shown,
        tags=TAGS,
        system=SYSTEM_PERSON,
        details=details_said,
        places={code: division_name(each) for code, each in known.items()},
    )


export_page(blueprint, "/audit", get_audit, lists.AUDIT)
