"""What both the open and the done duties say of one: what it came of, whose it is, what, where.

A call stands there by what it is about, never by what anybody wrote.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from incentives.calls.models import Call, Duty
from incentives.calls.words import CATEGORIES
from incentives.register import dues


class DutySource(StrEnum):
    """What a duty came of."""

    HAND = "hand"
    CALL = "call"
    OBJECTION = "objection"


@dataclass(frozen=True)
class Line:
    """A duty under its office's name. `id` and `office_id` are None for other rooms' duties."""

    source: DutySource
    id: UUID | None
    division: str
    title: Any
    office: Any
    office_id: UUID | None


def line_of_duty(duty: Duty, office: str) -> Line:
    """A duty entered by hand."""
    return Line(DutySource.HAND, duty.id, duty.division, duty.title, office, duty.office_id)


def line_of_call(call: Call, office_id: UUID, office: str) -> Line:
    """An office's call."""
    title = CATEGORIES[call.category]
    return Line(DutySource.CALL, call.id, call.village, title, office, office_id)


def line_of_other(due: dues.Due) -> Line:
    """What another room's records owe."""
    return Line(DutySource.OBJECTION, None, due.division, due.title, due.office, None)
