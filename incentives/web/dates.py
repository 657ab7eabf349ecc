"""Months as people say them, where no template writes them (components/when.html)."""

from datetime import date

from flask_babel import format_date, gettext


def month_word(month: date) -> str:
    """A month as people say it: 2026年9月."""
    # Translators: Babel's pattern of a month
    return str(format_date(month, gettext("MMMM y")))
