"""Days, months, years and instants as people say them, where no template does (when.html)."""

from datetime import date, datetime

from flask_babel import format_date, format_datetime, gettext

from incentives.clock import VILLAGE_TIME


def day_word(day: date) -> str:
    """A day as people say it: 2026年9月30日."""
    # Translators: Babel's pattern of a day with its year
    return str(format_date(day, gettext("d MMM y")))


def month_word(month: date) -> str:
    """A month as people say it: 2026年9月."""
    # Translators: Babel's pattern of a month
    return str(format_date(month, gettext("MMMM y")))


def year_word(year: int) -> str:
    """A year as people say it: 2026 年."""
    # Translators: Babel's pattern of a year
    return str(format_date(date(year, 1, 1), gettext("y")))


def month_of_year(month: int) -> str:
    """A month, 1 to 12, where the year is known: 9月."""
    return str(format_date(date(2000, month, 1), "LLL"))


def instant_word(at: datetime) -> str:
    """An instant in the villages' time, as people say it: 2026年9月3日 19:32."""
    # Translators: Babel's pattern of a day with its year
    pattern = gettext("d MMM y") + " HH:mm"
    return str(format_datetime(at.astimezone(VILLAGE_TIME), pattern, rebase=False))
