"""One finding of the audit: the row and column that isn't as it must be."""

from dataclasses import asdict, dataclass
from typing import Any

OF_EVENTS = ("event", "event_detail", "erasure", "transfer", "leaf")


@dataclass(frozen=True)
class Finding:
    """One thing that isn't as it must be: where, what was expected, what was found.

    `place` is the row within the village's rows of the table: an event's `seq`, a transfer's
    `seq/line`, an account's code, a checkpoint's size.
    """

    village: str
    table: str
    place: str
    column: str
    expected: str
    found: str

    @property
    def seq(self) -> int | None:
        """The number in the log of the event that it is about, None where it is about none."""
        number = self.place.partition("/")[0]
        # Where a village has no log, the place is the village: digits, too.
        if self.table not in OF_EVENTS or not number.isdecimal() or number == self.village:
            return None
        return int(number)

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        return {**asdict(self), "seq": self.seq}
