"""What a row of the audit trail keeps besides, in words: its keys, its codes, its sums of money.

Codes of the rooms above, as a purpose's or a policy's, are told by them (`hooks.words_for`). A key
or a code without words stands as it is.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.access import hooks
from incentives.access.actor import Role
from incentives.access.queries import person_names
from incentives.access.words import ROLES
from incentives.errors import Refusal
from incentives.web.lists import TITLES
from incentives.web.schemas import UUID_TEXT

KEYS: dict[str, LazyString] = {
    "accepted": _("Accepted"),
    "added": _("Added"),
    "after": _("After"),
    "amount_fen": _("Amount"),
    "as": _("Signed as"),
    "attended": _("Who came"),
    "barcode": _("Barcode"),
    "basis": _("What is owed"),
    "before": _("Before"),
    "birth_year": _("Year of birth"),
    "cap_fen": _("At most for one payee"),
    "card": _("Card"),
    "cards": _("Cards"),
    "carried_fen": _("Of that carried over"),
    "category": _("Kind"),
    "caught_up": _("Put back after a restore"),
    "changed": _("Changed"),
    "cost_fen": _("Cost"),
    "counter": _("Where it was typed"),
    "details": _("With the details"),
    "difference_fen": _("Difference"),
    "digest": _("Fingerprint"),
    "disbursement": _("Payment"),
    "document": _("Paper"),
    "door": _("Door"),
    "dropped": _("Taken out"),
    "effective_on": _("Holds from"),
    "file": _("File"),
    "filters": _("Narrowed by"),
    "from": _("From"),
    "good_id": _("Good"),
    "grid": _("Grid"),
    "head_id": _("Head of household"),
    "hide_balance": _("Balance hidden"),
    "household_cap": _("At most for a household"),
    "language": _("Language"),
    "left_on": _("Left on"),
    "line": _("Line"),
    "lines": _("Lines"),
    "list": _("List"),
    "low_at": _("Low at"),
    "minor": _("Under age"),
    "minutes": _("Minutes for each step"),
    "month": _("Month"),
    "month_limit": _("At most in a month"),
    "name": _("Name"),
    "name_en": _("Name in English"),
    "name_zh": _("Name"),
    "names": _("Policies"),
    "notice": _("Notice"),
    "number": _("Number"),
    "objection": _("Objection"),
    "on_sale": _("On sale"),
    "people": _("People"),
    "phone": _("Phone"),
    "photo_id": _("Photo"),
    "points": _("Points"),
    "price_points": _("Price in points"),
    "purpose": _("For what"),
    "quantity": _("Quantity"),
    "reason": _("Reason"),
    "refused": _("Refused because"),
    "removed": _("Removed"),
    "resident_id": _("Resident"),
    "resolution": _("Resolution"),
    "role": _("Role"),
    "roles": _("Roles"),
    "rows": _("Rows"),
    "season_from": _("In season from"),
    "season_until": _("In season until"),
    "shifts": _("Shifts"),
    "source": _("From where"),
    "state": _("State"),
    "status": _("State"),
    "tag": _("What was done"),
    "to": _("Until"),
    "total_fen": _("Together"),
    "undone": _("Taken back"),
    "unit": _("Unit"),
    "upheld": _("Upheld"),
    "village": _("Village"),
    "voucher_days": _("Days that a voucher is good for"),
    "way": _("How it went on"),
    "who": _("Who"),
    "wrong": _("Wrong tries"),
    "year": _("Year"),
}
CODES: dict[str, LazyString] = {
    "approval": _("Approval"),
    "catch_up": _("Caught up from the sealed log"),
    "cost": _("Its cost"),
    "fen_per_point": _("What its points are worth"),
    "internet": _("From outside"),
    "payment": _("Payment"),
    "reopen": _("A log opened anew"),
    "resolved": _("The sealed log is there again"),
    "template": _("The county's template"),
    "terminal": _("At a shop's terminal"),
    "unfounded": _("It wasn't as reported"),
    "upheld": _("Upheld"),
    "user": _("At a counter"),
}
# What people typed stands as they did, even where it looks like a code.
TYPED = ("reason", "resolution", "name", "notice", "document", "name_zh", "name_en", "unit", "grid")


def details_said(row: dict[str, Any]) -> str:
    """What more is kept of an act, one a line."""
    return "\n".join(said(key, value) for key, value in (row["details"] or {}).items())


def said(key: str, value: Any) -> str:
    """A key with its value, in words."""
    words = gettext("%(name)s: %(what)s", name=KEYS.get(key, key), what=value_said(key, value))
    return str(words)


def value_said(key: str, value: Any) -> str:
    """A value in words: money in yuan, roles, people and codes by their names."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, dict):
        return "; ".join(pairs_said(value))
    if isinstance(value, list):
        return ", ".join(value_said(key, each) for each in value) or "–"
    if key.endswith("_fen") and isinstance(value, int):
        return gettext("%(yuan)s yuan", yuan=f"{value / 100:.2f}")
    return str(value) if key in TYPED else code_said(key, str(value))


def pairs_said(value: dict[str, Any]) -> Iterator[str]:
    """The pairs of a value that has some, as what each purpose gets."""
    for key, each in value.items():
        if isinstance(each, dict):
            yield f"{code_said('', key)} ({', '.join(pairs_said(each))})"
        elif key in KEYS:
            yield said(key, each)
        else:
            # What a year's budgets were before: a purpose's sum.
            amount = value_said("amount_fen", each)
            yield gettext("%(name)s: %(what)s", name=code_said("", key), what=amount)


def code_said(key: str, code: str) -> str:
    """A code in words, as it is where nobody has any."""
    if key == "people" and UUID_TEXT.fullmatch(code):
        return names_said(code)
    role, _blank, division = code.partition(" ")
    if key in ("roles", "before", "after", "role", "as") and role in set(Role):
        return f"{ROLES[Role(role)]} {division}".strip()
    if key == "refused":
        return str(refusals().get(code, code))
    if key == "list":
        return str(TITLES.get(code, code))
    if key in ("changed", "filters") and code in KEYS:
        return str(KEYS[code])
    told = (words(code) for words in hooks.words_for)
    return next((each for each in told if each), str(CODES.get(code, code)))


def names_said(person: str) -> str:
    """A person by name."""
    return person_names([UUID(person)]).get(UUID(person)) or gettext("no longer known")


@cache
def refusals() -> dict[str, str | LazyString]:
    """What each refusal says, by its name."""
    found: dict[str, str | LazyString] = {}
    waiting = [Refusal]
    while waiting:
        one = waiting.pop()
        found[one.name] = one.title
        waiting += one.__subclasses__()
    return found
