"""A sign-up sheet: printed before the act, ticked by hand, keyed in by ticking in its order.

The sheet is kept nowhere. Its QR says of which village, act, day and grid it is and when it was
printed, and whoever was registered then stands in the same order with the same number. It holds
full names, for the village's own meeting: only who may register points prints it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from flask import Response
from flask_babel import gettext as _
from markupsafe import Markup

from incentives.awards import batches, words
from incentives.cards.paper import picture
from incentives.installation import get_installation
from incentives.register.queries import divisions_by_code
from incentives.web.guard import get_village
from incentives.web.sheets import for_the_wall, sheet_html, sheet_response

COLUMNS = 2


@dataclass(frozen=True)
class SignUp:
    """Which act, on which day, of whom, printed when."""

    village: str
    rule_item: str
    occurred_on: date
    printed_at: datetime
    grid: str | None = None

    @property
    def path(self) -> str:
        """The page on which the sheet is keyed in."""
        asked = {
            "village": self.village,
            "rule_item": self.rule_item,
            "occurred_on": self.occurred_on.isoformat(),
            "grid": self.grid,
            "printed": int(self.printed_at.timestamp()) + 1,
        }
        given = {name: value for name, value in asked.items() if value is not None}
        return f"/desk/awards/new?{urlencode(given)}"


def printed_at(text: str | None) -> datetime | None:
    """When a sheet was printed, from its address; None for none or a text that isn't a time."""
    if not text or not (text.isascii() and text.isdecimal()) or len(text) > 10:
        return None
    return datetime.fromtimestamp(int(text), UTC)


def sign_up_sheet(sheet: SignUp) -> Markup:
    """The sheet's text, in Chinese with Tibetan headings; refuses an item not in force that day."""
    item = batches.item_on(sheet.village, sheet.rule_item, sheet.occurred_on)
    people = batches.people_of(sheet.village, grid=sheet.grid)
    half = -(-len(people) // COLUMNS)
    numbered = list(enumerate(people, start=1))
    grids = divisions_by_code([sheet.grid] if sheet.grid else [])
    return sheet_html(
        "awards/sign_up_sheet.html",
        village=get_village(sheet.village),
        grid=grids.get(sheet.grid or ""),
        item=item,
        day=sheet.occurred_on,
        rows=[numbered[place::half] for place in range(half)],
        count=len(people),
        qr=picture(get_installation().url + sheet.path),
        words=words,
    )


def sign_up_pdf(sheet: SignUp) -> Response:
    """The sheet as a PDF."""
    name = f"sign-up-{sheet.grid or sheet.village}-{sheet.occurred_on.isoformat()}"
    text = sign_up_sheet(sheet)
    with for_the_wall():
        title = _("Sign-up sheet")
    return sheet_response(text, title=title, name=f"{name}.pdf")
