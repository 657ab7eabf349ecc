"""The calendar's periods in which caps count, by days of the villages."""

from datetime import date, timedelta

from incentives.awards.models import CapPeriod

MONTHS = {CapPeriod.MONTH: 1, CapPeriod.QUARTER: 3, CapPeriod.YEAR: 12}


def period_of(period: CapPeriod, day: date) -> tuple[date, date]:
    """The first and last day of the calendar's period that a day lies in."""
    if period is CapPeriod.DAY:
        return day, day
    months = MONTHS[period]
    first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    following = first.month + months
    after = date(first.year + (following > 12), (following - 1) % 12 + 1, 1)
    return first, after - timedelta(days=1)
