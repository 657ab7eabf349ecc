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
        return int(number) if self.table in OF_EVENTS and number.isdecimal() else None

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        return {**asdict(self), "seq": self.seq}
