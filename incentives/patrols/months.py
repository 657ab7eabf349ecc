"""Months as addresses have them."""

from datetime import date, datetime, timedelta

from incentives.clock import village_day


def month_of(text: str | None, now: datetime) -> tuple[date, date]:
    """The first and last day of a month `YYYY-MM`, else of the one that it is now."""
    today = village_day(now)
    first = today.replace(day=1) if text is None else date.fromisoformat(f"{text}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
