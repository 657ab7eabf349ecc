"""The sheet for the board that says that a village's log was opened anew."""

from flask import Response

from incentives.cards.paper import printed_checkpoint
from incentives.errors import NotFound
from incentives.recovery.queries import reopenings
from incentives.recovery.telling import tell_reopening
from incentives.web.guard import get_village
from incentives.web.sheets import for_the_wall, sheet_html, sheet_response


def reopened_pdf(village: str, voucher: int) -> Response:
    """The sheet of that voucher as a PDF; refuses one under which no log was opened anew."""
    found = next((each for each in reopenings(village) if each.voucher == voucher), None)
    if found is None:
        raise NotFound()
    with for_the_wall():
        sentence = tell_reopening(found)
    sheet = sheet_html(
        "notices/reopened_sheet.html",
        village=get_village(village),
        reopening=found,
        sentence=sentence,
        checkpoint=printed_checkpoint(village),
    )
    label = f"{village}-reopened-{voucher}"
    return sheet_response(sheet, title=label, name=f"{label}.pdf")
