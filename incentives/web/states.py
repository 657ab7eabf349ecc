"""The word and the chip of each state: the same everywhere, so they stand here once."""

from collections.abc import Iterable
from enum import Enum
from typing import Any, TypeVar

from flask import Flask
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

State = TypeVar("State", bound=Enum)

# Of one thing (`award.proposed`), where the word or the chip isn't what it is of most.
OWN: dict[str, tuple[LazyString, str]] = {
    "award.proposed": (_("To be reviewed"), "review"),
    "award.reviewed": (_("Approved"), "review"),
    "disbursement.to_publish": (_("To be put in notice"), "review"),
    "disbursement.published": (_("In notice"), "notice"),
    "notice.open": (_("In notice"), "notice"),
    "notice.closed": (_("Notice over"), "plain"),
    "objection.open": (_("To be ruled on"), "objection"),
    "call.reported": (_("To be looked at"), "review"),
    "call.pushed": (_("Sent to the office"), "notice"),
    "call.accepted": (_("Taken on"), "notice"),
    "call.on_site": (_("Somebody is there"), "notice"),
    "call.resolved": (_("Put right"), "done"),
    "call.answered": (_("Answered"), "done"),
    "call.merged": (_("Same as another"), "plain"),
    "call.struck": (_("Not taken"), "plain"),
    "opening.drafted": (_("Not sent yet"), "review"),
    "opening.submitted": (_("To be checked"), "review"),
    "opening.checked": (_("Checked by two"), "review"),
    "opening.posted": (_("Taken over"), "done"),
    "settlement.submitted": (_("To be checked"), "review"),
    "settlement.checked": (_("To be approved"), "review"),
    "settlement.approved": (_("To be paid"), "review"),
    "settlement.paid": (_("Paid, not confirmed yet"), "notice"),
    "settlement.confirmed": (_("Paid and received"), "done"),
    "sheets.waiting": (_("Waiting"), "review"),
    "sheets.making": (_("Being laid out"), "notice"),
    "sheets.ready": (_("Ready"), "done"),
    "sheets.failed": (_("Didn't work"), "objection"),
    "terminal.suspended": (_("Stopped"), "objection"),
    "terminal.replaced": (_("Exchanged"), "plain"),
    "rulebook.draft": (_("Draft"), "review"),
    "rulebook.coming": (_("Yet to come"), "notice"),
    "rulebook.discarded": (_("Discarded"), "plain"),
    "terminal.active": (_("In use"), "done"),
    "vouch.waiting": (_("Waiting"), "review"),
    "vouch.confirmed": (_("Confirmed"), "done"),
    "vouch.refused": (_("Refused"), "objection"),
    "vouch.expired": (_("Nobody answered"), "plain"),
}
COMMON: dict[str, tuple[LazyString, str]] = {
    "proposed": (_("To be reviewed"), "review"),
    "reviewed": (_("Approved"), "review"),
    "published": (_("In notice"), "notice"),
    "objected": (_("Objected"), "objection"),
    "posted": (_("Points given"), "done"),
    "reversed": (_("Taken back"), "objection"),
    "rejected": (_("Not approved"), "plain"),
    "withdrawn": (_("Withdrawn"), "plain"),
    "applied": (_("To be evaluated"), "review"),
    "evaluated": (_("To be approved"), "review"),
    "approved": (_("To be paid"), "review"),
    "paid": (_("Paid"), "done"),
    "received": (_("Received"), "done"),
    "returned": (_("Returned"), "objection"),
    "upheld": (_("Upheld"), "objection"),
    "overruled": (_("Not upheld"), "plain"),
    "redeemed": (_("Handed over"), "done"),
    "refunded": (_("Refunded"), "objection"),
    "active": (_("In use"), "done"),
    "suspended": (_("Reported lost"), "objection"),
    "revoked": (_("No longer valid"), "plain"),
    "adopted": (_("Adopted"), "done"),
    "in_force": (_("In force"), "done"),
    "superseded": (_("Replaced"), "plain"),
}


def state_of(value: Any, of: str = "") -> tuple[Any, str]:
    """The word of a state and the kind of its chip; a state without a word stays as it is."""
    text = str(value.value if isinstance(value, Enum) else value)
    return OWN.get(f"{of}.{text}") or COMMON.get(text) or (text, "plain")


def state_words(of: str, states: Iterable[State]) -> dict[State, Any]:
    """The words of all states of a thing, as lists and their filters have them."""
    return {each: state_of(each, of)[0] for each in states}


def init_app(app: Flask) -> None:
    """Let templates say states (`components/chip.html`)."""
    app.jinja_env.globals["state_of"] = state_of
