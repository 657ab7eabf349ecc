"""Public duties with a day by which an office owes them: the red ledger and the blue one.

A duty stands on the blue ledger (蓝台账) while it is in time and on the red one (红台账) once it is
overdue, under the name of the office that owes it, never of a villager. Rooms above put what their
records owe into `sources`; whoever shows the ledgers asks `dues_of`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Due:
    """What an office owes by a day; `url` is where who may reads more.

    `is_late` says that it is past its hour, though not yet past its day.
    """

    office: str | LazyString
    title: str | LazyString
    due_on: date
    url: str | None = None
    is_late: bool = False

    def days_overdue(self, on: date) -> int:
        """By how many days it is late; 0 while it is in time."""
        return max(0, (on - self.due_on).days)

    def ledger(self, on: date) -> str:
        """`red` once it is overdue, `blue` before."""
        return "red" if self.is_late or self.days_overdue(on) else "blue"


Source = Callable[[str, date], Sequence[Due]]

# Set by rooms above: what is owed in a division and not done by a day.
sources: list[Source] = []


def dues_of(division: str, on: date) -> list[Due]:
    """All that is owed in a division on a day, the first due first."""
    found = [due for source in sources for due in source(division, on)]
    return sorted(found, key=lambda due: due.due_on)
