"""The words of patrols."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from incentives.clock import now
from incentives.patrols.models import PatrolStatus
from incentives.patrols.queries import Outcome

STATES = {
    PatrolStatus.WALKING: _("on the way"),
    PatrolStatus.CLOSED: _("closed"),
    PatrolStatus.CANCELLED: _("cancelled"),
}

OUTCOMES = {
    Outcome.COMING: _("to come"),
    Outcome.WALKING: _("on the way"),
    Outcome.WALKED: _("walked"),
    Outcome.MISSED: _("nobody walked"),
    Outcome.CANCELLED: _("cancelled"),
}

FLAGS = {
    "offline": _("sent later"),
    "late": _("came after the end"),
    "pace": _("faster than one walks"),
    "clock": _("the phone's clock is wrong"),
    "off_route": _("not on the route"),
}

WEEKDAYS = {
    1: _("Monday"),
    2: _("Tuesday"),
    3: _("Wednesday"),
    4: _("Thursday"),
    5: _("Friday"),
    6: _("Saturday"),
    7: _("Sunday"),
}


def outcome_said(outcome: Outcome, starts_at: datetime) -> LazyString:
    """What became of a shift, or will; one that is on and that nobody has begun says so."""
    if outcome is Outcome.COMING and starts_at <= now():
        return _("not begun")
    return OUTCOMES[outcome]


def days_said(days: Sequence[date]) -> str:
    """The days of a month, each once: how often, where somebody walked more than once that day."""
    counted = Counter(day.day for day in days)
    return " ".join(
        str(day) if times == 1 else gettext("%(day)s (%(count)s times)", day=day, count=times)
        for day, times in counted.items()
    )


def one_line(text: str) -> str:
    """What was typed with line breaks, as lists and sheets show it."""
    return " ".join(text.split())
