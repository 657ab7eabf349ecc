"""What the register's pages let people type: policy as words and numbers."""

import re
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from marshmallow import fields, validate

from incentives.register.models import DOOR_LENGTH
from incentives.register.policy import NAMES, Policy
from incentives.register.schemas import DIVISION
from incentives.web.schemas import Day, Id, Schema

WHOLE = re.compile(r"\d{1,13}", re.ASCII)
DAYS = re.compile(r"(\D*)([\d,，、 ]+)", re.ASCII)
EVERY: dict[str, LazyString] = {"week": _("every week"), "month": _("every month")}
EVERY_DAY = _("every day")

POLICY_WORDS: dict[str, LazyString] = {
    "cycle": _("A round of awards becomes a notice"),
    "reviewers": _("How many review an award"),
    "review_above": _("Two review from so many points"),
    "publicity_days": _("Days in notice"),
    "notice_names": _("Names on paper notices"),
    "late_entry_days": _("Days after the act in which it may be entered"),
    "carry_over": _("Points left over are cleared at the end of"),
    "grace_days": _("Days of grace before they are cleared"),
    "fen_per_point": _("What a point is worth at cost, in fen"),
    "issuance_cover": _("When more points are out than shelf and budget cover"),
    "redemption_days": _("Days for redeeming"),
    "cash_top_up": _("Cash may cover what is short"),
    "pin_above": _("Points by card alone, without the PIN"),
    "daily_redemption_cap": _("Points a household may redeem a day"),
    "refund_days": _("Days in which goods can come back"),
    "offline_cap": _("Points a household may redeem without signal"),
    "second_approval_fen": _("Two supervisors approve money above, in fen"),
    "objection_days": _("Days for objections after posting"),
}
POLICY_OPTIONS: dict[str, list[tuple[str, LazyString]]] = {
    "cycle": [
        ("none", _("by hand")),
        ("week", _("every week")),
        ("month", _("every month")),
        ("quarter", _("every quarter")),
    ],
    "notice_names": [("masked", _("first character only")), ("full", _("in full"))],
    "carry_over": [
        ("always", _("never: they stay")),
        ("quarter", _("the quarter")),
        ("year", _("the year")),
    ],
    "issuance_cover": [("off", _("nothing")), ("warn", _("warn")), ("refuse", _("refuse"))],
    "cash_top_up": [("yes", _("allowed")), ("no", _("not allowed"))],
}


def typed_value(name: str, text: str) -> Any:
    """A policy's JSON value from what was typed; what fits nothing is left to be refused."""
    text = text.strip()
    if name == "cash_top_up":
        return {"yes": True, "no": False}.get(text, text)
    if name == "redemption_days":
        return typed_days(text)
    if not text:
        return None
    return int(text) if WHOLE.fullmatch(text) else text


def typed_days(text: str) -> Any:
    """Redemption days from words in the reader's language or the value's own."""
    found = DAYS.fullmatch(text)
    if found is None:
        return "always" if text.lower() in ("always", str(EVERY_DAY)) else text
    for every, words in EVERY.items():
        if found[1].strip(" :：").lower() in (every, str(words)):
            return {every: [int(day) for day in re.findall(r"\d+", found[2])]}
    return text


def shown_value(name: str, value: Any) -> str:
    """A policy's JSON value as it stands in the form."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        ((every, days),) = value.items()
        return f"{EVERY[every]}: {', '.join(str(day) for day in days)}"
    if name == "redemption_days":
        return str(EVERY_DAY)
    return "" if value is None else str(value)


def value_word(name: str, value: Any) -> str:
    """A policy's JSON value as people say it."""
    shown = shown_value(name, value)
    return str(dict(POLICY_OPTIONS.get(name, ())).get(shown, shown)) or "–"


def changed_values(typed: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """What differs from the policy that holds."""
    values = {name: typed_value(name, str(typed.get(name) or "")) for name in NAMES}
    held = policy.values()
    return {name: value for name, value in values.items() if value != held[name]}


PolicyForm: type[Schema] = type(
    "PolicyForm",
    (Schema,),
    {
        "__module__": __name__,
        "effective_on": Day(),
        "resolution": fields.String(required=True, validate=validate.Length(min=1, max=200)),
        **{name: fields.String(validate=validate.Length(max=100)) for name in NAMES},
    },
)


class HouseholdForm(Schema):
    """A household's door, grid, head and whether its balance is hidden, as a page shows them."""

    door = fields.String(required=True, validate=validate.Length(min=1, max=DOOR_LENGTH))
    grid = fields.String(load_default=None, validate=DIVISION)
    head_id = Id()
    hide_balance = fields.Boolean(load_default=False)


class OpeningForm(Schema):
    village = fields.String(required=True, validate=validate.Regexp(r"^\d{12}$"))


class ResidentForm(Schema):
    """A resident as a page shows them: what is empty is taken out."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=60))
    phone = fields.String(load_default=None, validate=validate.Regexp(r"^[0-9+ -]{3,20}$"))
    birth_year = fields.Integer(
        strict=True, load_default=None, validate=validate.Range(min=1900, max=2200)
    )
    minor = fields.Boolean(load_default=False)
    left_on = Day(load_default=None)
