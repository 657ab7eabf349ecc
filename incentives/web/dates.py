"""Months and instants as people say them, where no template writes them (components/when.html)."""

from datetime import date, datetime

from flask_babel import format_date, format_datetime, gettext

from incentives.clock import VILLAGE_TIME


def month_word(month: date) -> str:
    """A month as people say it: 2026年9月."""
    # Translators: Babel's pattern of a month
    return str(format_date(month, gettext("MMMM y")))


def instant_word(at: datetime) -> str:
    """An instant in the villages' time, as people say it: 2026年9月3日 19:32."""
    # Translators: Babel's pattern of a day with its year
    pattern = gettext("d MMM y") + " HH:mm"
    return str(format_datetime(at.astimezone(VILLAGE_TIME), pattern, rebase=False))
