"""Days and months as people say them, where no template writes them (components/when.html)."""

from datetime import date

from flask_babel import format_date, gettext


def day_word(day: date) -> str:
    """A day as people say it: 2026年9月30日."""
    # Translators: Babel's pattern of a day with its year
    return str(format_date(day, gettext("d MMM y")))


def month_word(month: date) -> str:
    """A month as people say it: 2026年9月."""
    # Translators: Babel's pattern of a month
    return str(format_date(month, gettext("MMMM y")))
