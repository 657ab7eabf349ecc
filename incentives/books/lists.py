"""The lists of the books, to be taken along: accounts, balances, events."""

from typing import Any

from flask_babel import lazy_gettext as _

from incentives.web.lists import Column, Kind, Listing

ACCOUNTS = Listing(
    "accounts",
    _("Accounts"),
    columns=[
        Column(_("Account"), "code"),
        Column(_("Unit"), lambda each: value_of(each, "unit")),
        Column(_("Balance"), "balance", Kind.NUMBER),
    ],
)


def value_of(item: Any, name: str) -> str:
    """A member of a row or a dict, as the API writes it."""
    found = item[name] if isinstance(item, dict) else getattr(item, name)
    return str(getattr(found, "value", found))


def moved(event: dict[str, Any]) -> str:
    """An event's transfers, one a line."""
    return "\n".join(
        f"{each['source']} > {each['target']}: {each['amount']} {value_of(each, 'unit')}"
        for each in event["transfers"]
    )


EVENTS = Listing(
    "events",
    _("Entries of the log"),
    columns=[
        Column(_("Voucher"), "voucher", Kind.NUMBER),
        Column(_("At"), "at", Kind.INSTANT),
        Column(_("On"), "occurred_on", Kind.DAY),
        Column(_("Kind"), lambda each: value_of(each, "kind")),
        Column(_("Moved"), moved, Kind.LONG),
        Column(_("Event"), "id", Kind.LONG),
        Column(_("Takes back"), "reverses"),
    ],
)
