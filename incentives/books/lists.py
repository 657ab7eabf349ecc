"""The lists of the books, to be taken along: accounts, balances, events, signatures."""

from dataclasses import replace
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from marshmallow import fields, validate

from incentives.ledger.codes import write_checkpoint
from incentives.ledger.kinds import Kind as EventKind
from incentives.ledger.kinds import Unit
from incentives.ledger.models import Account, Checkpoint, Event
from incentives.register import lines
from incentives.web.lists import Column, Filter, Kind, Listing, choice, days, member, search

# The kinds of event in words: those of points as a statement says them, and those of money.
KINDS = lines.KINDS | {
    EventKind.INCOME: _("Income of the fund"),
    EventKind.MONEY_MOVE: _("Between cash and bank"),
    EventKind.DISBURSEMENT: _("Payment by the fund"),
    EventKind.PAYMENT_RETURN: _("Money brought back"),
    EventKind.SETTLEMENT_APPROVED: _("Settlement approved"),
    EventKind.SETTLEMENT_PAID: _("Settlement paid"),
    EventKind.REOPEN: _("Log opened anew"),
}
UNITS = {Unit.POINT: _("points"), Unit.FEN: _("fen")}


def an_account(**given: Any) -> fields.String:
    """The code of an account."""
    return fields.String(validate=validate.Regexp(r"^[a-z0-9._]{1,64}\Z"), **given)


ACCOUNTS = Listing(
    "accounts",
    _("Accounts"),
    columns=[
        Column(_("Account"), "code"),
        Column(_("Unit"), lambda each: UNITS[member(each, "unit")]),
        Column(_("Balance"), "balance", Kind.NUMBER),
    ],
    filters=[search(_("Account"), Account.code), choice("unit", _("Unit"), UNITS, Account.unit)],
)
TRIAL_BALANCE = replace(
    ACCOUNTS,
    name="trial_balance",
    title=_("Trial balance"),
    filters=[search(_("Account"), "code"), choice("unit", _("Unit"), UNITS, "unit")],
    paged=False,
)


def moved(event: dict[str, Any]) -> str:
    """An event's transfers, one a line."""
    return "\n".join(
        f"{each['source']} > {each['target']}: {each['amount']} {UNITS[each['unit']]}"
        for each in event["transfers"]
    )


EVENTS = Listing(
    "events",
    _("Entries of the log"),
    columns=[
        Column(_("Voucher"), "voucher", Kind.NUMBER),
        Column(_("At"), "at", Kind.INSTANT),
        Column(_("On"), "occurred_on", Kind.DAY),
        Column(_("Kind"), lambda each: KINDS[member(each, "kind")]),
        Column(_("Moved"), moved, Kind.LONG),
        Column(_("Event"), "id", Kind.LONG),
        Column(_("Takes back"), "reverses"),
    ],
    filters=[
        choice("kind", _("Kind"), KINDS, Event.kind),
        Filter("account", _("Account"), field=an_account),
        *days(Event.at),
    ],
)


def root_of(checkpoint: Checkpoint) -> str:
    """The root that a signed note stands for: its third line (c2sp.org/tlog-checkpoint)."""
    return checkpoint.note.split("\n", 3)[2]


CHECKPOINTS = Listing(
    "checkpoints",
    _("Signatures of the log"),
    columns=[
        Column(_("Entries that it stands for"), "size", Kind.NUMBER),
        Column(_("Signed at"), "at", Kind.INSTANT),
        Column(_("Fingerprint of these entries"), root_of, Kind.LONG),
        Column(_("Name of the log"), "origin", Kind.LONG),
    ],
    filters=[*days(Checkpoint.at, _("Signed from"), _("Signed until"))],
    url=lambda each: f"{url_for('books_pages.verify')}#{write_checkpoint(each.note)}",
)
