"""Public duties with a day by which an office owes them, as rooms tell them to the ledgers.

A duty stands on the blue ledger (蓝台账) while it is in time and on the red one (红台账) once it is
overdue, under the name of the office that owes it, never of a villager. Rooms put what their
records owe into `sources`, and what they did, which leaves the ledgers with a line that says how,
into `done_sources`; calls shows them with what it has itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext, ngettext
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Due:
    """What an office owes by a day, and where it concerns people (a division's code)."""

    division: str
    office: str | LazyString
    title: str | LazyString
    due_on: date


@dataclass(frozen=True)
class Done(Due):
    """What an office owed and did, when, and how it ended; no name and no reason."""

    done_at: datetime
    note: str | LazyString


Source = Callable[[str, date], Sequence[Due]]
DoneSource = Callable[[str, datetime, datetime], Sequence[Done]]

# Set by rooms: what is owed in a division and below, and not done by a day.
sources: list[Source] = []
# Set by rooms, too: what was done there from one moment until another, which isn't included.
done_sources: list[DoneSource] = []


def due_words(due_on: date, on: date) -> str:
    """How many days are left until a day, or how long it is over."""
    left = (due_on - on).days
    if left < 0:
        return ngettext("1 day overdue", "%(num)s days overdue", -left)
    if left == 0:
        return gettext("due today")
    return ngettext("1 day left", "%(num)s days left", left)
