"""The act of setting a village's policy by resolution."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.clock import village_day
from incentives.errors import FieldError, Invalid
from incentives.extensions import db
from incentives.register.models import PolicyEntry
from incentives.register.policy import (
    GRACE_AT_LEAST,
    Policy,
    entries_of,
    policy_among,
    policy_on,
    read_value,
    write_value,
)
from incentives.register.queries.divisions import find_village
from incentives.texts import is_blank

ALLOWED: dict[str, LazyString] = {
    "cycle": _("Allowed: none, week, month, quarter"),
    "reviewers": _("Allowed: 0, 1, 2"),
    "review_above": _("A whole number of points, or empty for never"),
    "publicity_days": _("Allowed: 0 to 15 days"),
    "notice_names": _("Allowed: masked, full"),
    "carry_over": _("Allowed: always, quarter, year"),
    "grace_days": _("From %(least)s to 366 days", least=GRACE_AT_LEAST),
    "issuance_cover": _("Allowed: off, warn, refuse"),
    "redemption_days": _("Always, or days of the week (1 to 7) or of the month (1 to 31)"),
    "cash_top_up": _("Yes or no"),
    "fen_per_point": _("A whole number of fen, 1 or more"),
}
ELSE = _("A whole number in reasonable bounds")


def set_policy(
    *,
    village: str,
    values: Mapping[str, Any],
    effective_on: date | None,
    resolution: str,
    actor: Actor,
    now: datetime,
) -> Policy:
    """Enter policies, as JSON has them, that hold from a day on (today unless said otherwise).

    `resolution` is what the village resolved it by; each entry keeps it. Refuses to set anything
    without one, days that have passed, values that the table of policies doesn't allow, and 0
    reviewers together with 0 days of publicity on any day from then on. Returns what holds then.
    """
    require(actor, "policy.set", village)
    find_village(village)
    today = village_day(now)
    day = effective_on or today
    refuse_bad_entry(values, resolution, day, today)
    ledger.hold([village])
    db.session.add_all(
        PolicyEntry(
            village=village,
            name=name,
            value=write_value(read_value(name, value)),
            effective_on=day,
            resolution=resolution,
            entered_by=actor.person,
            entered_at=now,
        )
        for name, value in values.items()
    )
    db.session.flush()
    refuse_unchecked_points(village, day)
    audit.record(
        actor,
        audit.Tag.POLICY_SET,
        village=village,
        subject=None,
        now=now,
        details={"names": sorted(values), "effective_on": day.isoformat()},
    )
    return policy_on(village, day)


def refuse_bad_entry(values: Mapping[str, Any], resolution: str, day: date, today: date) -> None:
    """Refuse nothing at all, no resolution, a day that has passed, no policy, a bad value."""
    errors = []
    if is_blank(resolution):
        errors.append(FieldError("/resolution", _("Say by which resolution")))
    if not values:
        errors.append(FieldError("", _("Say which policy is to change")))
    if day < today:
        errors.append(FieldError("/effective_on", _("This day has passed")))
    for name, value in values.items():
        try:
            read_value(name, value)
        except KeyError:
            errors.append(FieldError(f"/{name}", _("There is no such policy")))
        except (ValueError, TypeError):
            errors.append(FieldError(f"/{name}", ALLOWED.get(name, ELSE)))
    if errors:
        raise Invalid(errors=errors)


def refuse_unchecked_points(village: str, day: date) -> None:
    """Refuse 0 reviewers with 0 days of publicity, on that day or on any later day of change."""
    entries = entries_of(village)
    days = sorted({day, *(changed for changed, _, _ in entries if changed > day)})
    for each in days:
        policy = policy_among(entries, each)
        if policy.reviewers == 0 and policy.publicity_days == 0:
            detail = _("Points that nobody reviews must be published: 0 and 0 can't go together")
            raise Invalid(errors=[FieldError("/publicity_days", detail)])
