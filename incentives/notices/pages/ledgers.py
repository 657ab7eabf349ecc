"""The red and the blue ledger of a village, for anyone: what its offices owe, and since when."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import ngettext

from incentives.clock import now, village_day
from incentives.notices import lists
from incentives.notices.api import get_duties
from incentives.notices.described import due_words
from incentives.notices.pages.shared import blueprint
from incentives.register.dues import dues_of
from incentives.web.lists import ListPage, export_page
from incentives.web.pages import page, public_place, render


def overdue_here(village: str) -> str | None:
    """How much is overdue in a village, in words; None where nothing is."""
    today = village_day(now())
    red = sum(due.ledger(today) == "red" for due in dues_of(village, today))
    return ngettext("1 duty is overdue", "%(num)s duties are overdue", red) if red else None


public_place(_("Red ledger"), "/v/{village}/duties", order=70, summary=overdue_here)


@blueprint.get("/v/<village>/duties")
@page(permission=None)
def list_duties(village: str) -> Any:
    """What offices owe the public: overdue on the red ledger, in time on the blue one."""
    shown = ListPage(lists.DUTIES, get_duties)
    today = village_day(now())
    found = shown.read()
    return render(
        "notices/duties.html",
        red=[each for each in found if each["ledger"] == "red"],
        blue=[each for each in found if each["ledger"] == "blue"],
        list=shown,
        due_words=lambda due_on: due_words(due_on, today),
    )


export_page(blueprint, "/v/<village>/duties", get_duties, lists.DUTIES)
