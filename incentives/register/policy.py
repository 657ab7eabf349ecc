"""A village's policy: what may be set, within what bounds, and what holds on a day.

Every name, default and value is the table of policies in `docs/domain.md`. Entries are dated and
never changed, so an award, a notice or a redemption can always be judged by the policy of its day.
"""

import calendar
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import BindParameter, ScalarSelect, func, select

from incentives.database import json_object_of
from incentives.extensions import db
from incentives.register.models import PolicyEntry


class Cycle(StrEnum):
    """When a round of awards becomes a notice by itself."""

    NONE = "none"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class NoticeNames(StrEnum):
    """How names stand on a printed notice."""

    MASKED = "masked"
    FULL = "full"


class CarryOver(StrEnum):
    """At the end of what period the points left over are cleared."""

    ALWAYS = "always"
    QUARTER = "quarter"
    YEAR = "year"


class IssuanceCover(StrEnum):
    """What happens when more points are out than shelf and budget cover."""

    OFF = "off"
    WARN = "warn"
    REFUSE = "refuse"


class Every(StrEnum):
    """What redemption days are counted in."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class RedemptionDays:
    """The days on which the village redeems: all, or those of the week (Monday is 1) or month.

    A day that a month doesn't have means its last.
    """

    every: Every | None = None
    days: tuple[int, ...] = ()

    def includes(self, day: date) -> bool:
        """Whether the village redeems on that day."""
        if self.every is None:
            return True
        if self.every is Every.WEEK:
            return day.isoweekday() in self.days
        last = calendar.monthrange(day.year, day.month)[1]
        return day.day in {min(number, last) for number in self.days}

    def next_from(self, day: date) -> date:
        """The first of them from a day on, be it that day."""
        while not self.includes(day):
            day += timedelta(days=1)
        return day

    @classmethod
    def read(cls, value: Any) -> Self:
        """From `"always"`, `{"week": [6, 7]}` or `{"month": [1, 15]}`; ValueError for all else."""
        if value == "always":
            return cls()
        if not isinstance(value, dict) or len(value) != 1:
            raise ValueError("redemption days")
        ((every, days),) = value.items()
        kind = Every(every)
        if not isinstance(days, list) or not days:
            raise ValueError("redemption days")
        most = 7 if kind is Every.WEEK else 31
        return cls(kind, tuple(sorted({whole(1, most)(day) for day in days})))

    def write(self) -> Any:
        """The value that `read` takes."""
        return "always" if self.every is None else {self.every.value: list(self.days)}


def whole(least: int, most: int) -> Callable[[Any], int]:
    """Reads a whole number between two bounds, both included."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError("out of bounds")
        return value

    return read


# Points are announced before they are cleared: nobody's go without a week's notice.
GRACE_AT_LEAST = 7


def whole_or_none(least: int, most: int) -> Callable[[Any], int | None]:
    """Reads a whole number between two bounds, or nothing."""
    read = whole(least, most)
    return lambda value: None if value is None else read(value)


def yes_or_no(value: Any) -> bool:
    """Reads a truth value."""
    if not isinstance(value, bool):
        raise ValueError("neither yes nor no")
    return value


@dataclass(frozen=True)
class Policy:
    """All policies of a village on a day; points are whole, money is in fen, spans in days."""

    cycle: Cycle = Cycle.MONTH
    reviewers: int = 1
    review_above: int | None = None
    publicity_days: int = 5
    notice_names: NoticeNames = NoticeNames.MASKED
    late_entry_days: int = 60
    carry_over: CarryOver = CarryOver.ALWAYS
    grace_days: int = 30
    fen_per_point: int = 100
    issuance_cover: IssuanceCover = IssuanceCover.WARN
    redemption_days: RedemptionDays = RedemptionDays()
    cash_top_up: bool = True
    pin_above: int = 50
    daily_redemption_cap: int = 500
    refund_days: int = 7
    offline_cap: int = 50
    second_approval_fen: int = 100_000
    objection_days: int = 30

    def values(self) -> dict[str, Any]:
        """Every policy by name, as JSON has it."""
        return {field.name: write_value(getattr(self, field.name)) for field in fields(self)}


READERS: dict[str, Callable[[Any], Any]] = {
    "cycle": Cycle,
    "reviewers": whole(0, 2),
    "review_above": whole_or_none(1, 1_000_000),
    "publicity_days": whole(0, 15),
    "notice_names": NoticeNames,
    "late_entry_days": whole(0, 366),
    "carry_over": CarryOver,
    "grace_days": whole(GRACE_AT_LEAST, 366),
    "fen_per_point": whole(1, 100_000),
    "issuance_cover": IssuanceCover,
    "redemption_days": RedemptionDays.read,
    "cash_top_up": yes_or_no,
    "pin_above": whole(0, 1_000_000),
    "daily_redemption_cap": whole(1, 1_000_000),
    "refund_days": whole(0, 366),
    "offline_cap": whole(0, 1_000_000),
    "second_approval_fen": whole(0, 10**12),
    "objection_days": whole(1, 366),
}
NAMES = tuple(READERS)


def read_value(name: str, value: Any) -> Any:
    """A policy's typed value from its JSON; KeyError for no policy, ValueError out of bounds."""
    return READERS[name](value)


def write_value(value: Any) -> Any:
    """A policy's typed value as JSON has it."""
    if isinstance(value, RedemptionDays):
        return value.write()
    return value.value if isinstance(value, StrEnum) else value


Entry = tuple[date, str, Any]


def entries_of(village: str) -> list[Entry]:
    """The village's entries, those that hold over others last."""
    rows = db.session.execute(
        select(PolicyEntry.effective_on, PolicyEntry.name, PolicyEntry.value)
        .where(PolicyEntry.village == village)
        .order_by(PolicyEntry.effective_on, PolicyEntry.entered_at, PolicyEntry.id)
    )
    return [(row.effective_on, row.name, row.value) for row in rows]


def coming_entries(village: str, today: date) -> list[PolicyEntry]:
    """What was decided and will hold from a later day, the soonest first."""
    found = db.session.scalars(
        select(PolicyEntry)
        .where(PolicyEntry.village == village, PolicyEntry.effective_on > today)
        .order_by(PolicyEntry.effective_on, PolicyEntry.entered_at, PolicyEntry.id)
    )
    # Of two decisions for one day the later one holds.
    return list({(each.effective_on, each.name): each for each in found}.values())


def policy_of(values: Mapping[str, Any]) -> Policy:
    """The policy with these values, as JSON has them, and the defaults for all others.

    A shorter grace than may be set now was adopted earlier: it counts as the shortest.
    """
    least = {"grace_days": GRACE_AT_LEAST}
    return Policy(
        **{
            name: read_value(name, max(value, least[name]) if name in least else value)
            for name, value in values.items()
        }
    )


def policy_among(entries: Sequence[Entry], day: date) -> Policy:
    """What holds on a day by a village's entries, as `entries_of` gives them."""
    return policy_of({name: value for on, name, value in entries if on <= day})


def policy_column(
    village: str | BindParameter[str], day: date | BindParameter[date]
) -> ScalarSelect[str]:
    """What holds in a village on a day, as another statement's column; `read_policy` reads it."""
    newest_first = (
        PolicyEntry.effective_on.desc(),
        PolicyEntry.entered_at.desc(),
        PolicyEntry.id.desc(),
    )
    place = func.row_number().over(partition_by=PolicyEntry.name, order_by=newest_first)
    entries = (
        select(PolicyEntry.name, PolicyEntry.value, place.label("place"))
        .where(PolicyEntry.village == village, PolicyEntry.effective_on <= day)
        .subquery()
    )
    return (
        select(json_object_of(entries.c.name, entries.c.value))
        .where(entries.c.place == 1)
        .scalar_subquery()
    )


def read_policy(column: str | None) -> Policy:
    """The policy that `policy_column` gave."""
    return policy_of(json.loads(column or "{}"))


def policy_on(village: str, day: date) -> Policy:
    """What holds in a village on a day: one statement."""
    return read_policy(db.session.scalar(select(policy_column(village, day))))


def resolutions(village: str, name: str) -> list[tuple[date, str | None]]:
    """The resolutions behind one policy of a village, each with its day, the last to hold last."""
    found = db.session.execute(
        select(PolicyEntry.effective_on, PolicyEntry.resolution)
        .where(PolicyEntry.village == village, PolicyEntry.name == name)
        .order_by(PolicyEntry.effective_on, PolicyEntry.entered_at, PolicyEntry.id)
    )
    return [(row.effective_on, row.resolution) for row in found]
