"""What happens in a demo village on which day: the rhythm of four months, from a seed.

Nothing here writes: it says who does what and when, and `history` does it by the operations
that staff use.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from incentives.clock import VILLAGE_TIME

HISTORY_DAYS = 120
NOTICE_DAYS = (5, 20)
STOCKING_DAY = 3


@dataclass(frozen=True)
class Occasion:
    """A voluntary act that many take part in: which rule item, how many people, how often.

    `weekday` is the day of the week (Monday is 0), or None with `day`, a day of the month.
    """

    rule_item: str
    people: int
    weekday: int | None = None
    day: int | None = None

    def falls_on(self, today: date) -> bool:
        """Whether it takes place on that day."""
        return today.weekday() == self.weekday if self.day is None else today.day == self.day


OCCASIONS = (
    Occasion("PA01", 8, weekday=2),
    Occasion("PA01", 7, weekday=5),
    Occasion("PA02", 4, weekday=6),
    Occasion("CL01", 14, day=15),
    Occasion("NE04", 3, day=8),
    Occasion("CO01", 24, day=10),
    Occasion("LE01", 15, day=18),
    Occasion("NE02", 8, day=6),
    Occasion("NE01", 5, day=12),
    Occasion("PU01", 9, day=22),
    Occasion("CU01", 12, day=26),
    Occasion("ME01", 2, day=17),
    Occasion("SA01", 2, day=24),
)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant of a village's day, in UTC."""
    return datetime.combine(day, time(hour, minute), VILLAGE_TIME).astimezone(UTC)


def days_before(today: date) -> list[date]:
    """The days of the history, oldest first, up to and without today."""
    return [today - timedelta(days=back) for back in range(HISTORY_DAYS, 0, -1)]
