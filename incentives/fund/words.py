"""The fund's words on pages: where money comes from and lies, what a line of the book is."""

from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from incentives.fund.models import Status
from incentives.fund.purposes import purpose_name, purposes
from incentives.web.lists import member
from incentives.web.states import state_of, state_words

SOURCES = {
    "donation": _("Donation"),
    "collective": _("From the collective"),
    "subsidy": _("Subsidy"),
    "interest": _("Interest"),
    "opening": _("At the beginning"),
    "difference": _("Difference found"),
}
PLACES = {
    "cash": _("Cash"),
    "bank": _("Bank account"),
    "difference": _("A difference that was found"),
}
STATES = state_words("disbursement", Status) | {
    Status.EVALUATED: _("Evaluated"),
    Status.PUBLISHED: _("Published in a notice"),
}
KINDS = {
    "opening": _("At the beginning"),
    "income": _("Came in"),
    "money_move": _("Money moved"),
    "disbursement": _("Paid"),
    "payment_return": _("Came back"),
    "reversal": _("Taken back"),
    "settlement_paid": _("Paid to the shop"),
}
STEPS = {
    "applied": _("Applied for by"),
    "asked": _("Asked for by (shopkeeper)"),
    "evaluated": _("Evaluated by (review group)"),
    "approved": _("Approved by (supervision committee)"),
    "approved_above": _("Approved by (township)"),
    "paid": _("Paid by (treasurer)"),
    "entered": _("Entered by (treasurer)"),
    "explained": _("Explained by"),
    "confirmed": _("Confirmed by"),
    "reversed": _("Taken back by (treasurer)"),
    "taken_over": _("Taken over from the paper book by"),
    "checked": _("Checked by"),
    "given_back": _("Taken back by (review group)"),
}

CAP_PER = {
    "household": _("At most for one household in the year"),
    "person": _("At most for one person in the year"),
    "team": _("At most for one team in the year"),
    "purchase": _("At most for one purchase"),
}

STATEMENTS = {
    "income": _("Income and expenditure"),
    "trial-balance": _("Trial balance"),
    "account": _("An account's page"),
}
SENT_UP = {
    "too_small": _("The village has too few people who may decide it."),
    "role": _("The payee holds a role in the village: the township approves too."),
}
ACCOUNTS = {
    "cash": _("Cash"),
    "bank": _("Bank account"),
    "payable": _("Owed to shops"),
    "surplus": _("Surplus of earlier years"),
}


def stage(disbursement: Any) -> str:
    """The state of a disbursement as its chip says it: in notice and over it are told apart."""
    status = member(disbursement, "status")
    if status is Status.EVALUATED and member(disbursement, "publicity_days"):
        return "to_publish"
    if status is Status.PUBLISHED and member(disbursement, "concluded_at"):
        return "evaluated"
    return str(status.value)


def stage_word(disbursement: Any) -> Any:
    """The word for where a disbursement stands."""
    return state_of(stage(disbursement), "disbursement")[0]


def account_name(code: str) -> str:
    """An account of money as a statement names it."""
    kind, _dot, name = code.partition(".")
    if kind == "income":
        return gettext("Income: %(what)s", what=SOURCES.get(name, name))
    if kind == "spending":
        return gettext("Spending: %(what)s", what=purpose_word(name))
    return f"{ACCOUNTS.get(kind, kind)} {name}".strip()


def purpose_word(code: str) -> str:
    """A purpose in the reader's language, on a sheet for the wall in Chinese."""
    return purpose_name(code, str(get_locale()))


def known_purpose_word(code: str) -> str | None:
    """A purpose in the reader's language, None for what is none."""
    return purpose_word(code) if code in purposes() else None


def purpose_options() -> list[tuple[str, str]]:
    """The purposes that can be applied for, as a field's options."""
    return [
        (each.code, purpose_word(each.code))
        for each in purposes().values()
        if each.can_be_applied_for
    ]
