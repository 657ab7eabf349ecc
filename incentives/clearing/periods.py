"""The periods at whose end points are cleared (`carry_over` of the policy)."""

from collections.abc import Iterator
from datetime import date, timedelta

from incentives.register.policy import CarryOver, Policy

A_YEAR = timedelta(days=366)  # a period that ended longer ago isn't announced any more


def ends_period(policy: Policy, day: date) -> bool:
    """Whether points are cleared that are left on this day, by the policy that holds on it."""
    if policy.carry_over is CarryOver.QUARTER:
        return is_end_of_quarter(day)
    return policy.carry_over is CarryOver.YEAR and (day.month, day.day) == (12, 31)


def is_end_of_quarter(day: date) -> bool:
    """Whether a day is the last of March, June, September or December."""
    tomorrow = day + timedelta(days=1)
    return tomorrow.day == 1 and tomorrow.month % 3 == 1


def quarter_ends(after: date, until: date) -> Iterator[date]:
    """The last days of quarters after one day and up to another, oldest first."""
    day = after + timedelta(days=1)
    while day <= until:
        if is_end_of_quarter(day):
            yield day
        day += timedelta(days=1)
