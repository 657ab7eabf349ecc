"""The lists of the books, to be taken along: accounts, balances, events."""

from typing import Any

from flask_babel import lazy_gettext as _

from incentives.web.lists import Column, Kind, Listing, member

ACCOUNTS = Listing(
    "accounts",
    _("Accounts"),
    columns=[
        Column(_("Account"), "code"),
        Column(_("Unit"), lambda each: member(each, "unit").value),
        Column(_("Balance"), "balance", Kind.NUMBER),
    ],
)


def moved(event: dict[str, Any]) -> str:
    """An event's transfers, one a line."""
    return "\n".join(
        f"{each['source']} > {each['target']}: {each['amount']} {each['unit'].value}"
        for each in event["transfers"]
    )


EVENTS = Listing(
    "events",
    _("Entries of the log"),
    columns=[
        Column(_("Voucher"), "voucher", Kind.NUMBER),
        Column(_("At"), "at", Kind.INSTANT),
        Column(_("On"), "occurred_on", Kind.DAY),
        Column(_("Kind"), lambda each: member(each, "kind").value),
        Column(_("Moved"), moved, Kind.LONG),
        Column(_("Event"), "id", Kind.LONG),
        Column(_("Takes back"), "reverses"),
    ],
)
