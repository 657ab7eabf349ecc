"""The shape of a publisher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from incentives.access.actor import Actor
from incentives.notices.models import Notice


@dataclass(frozen=True)
class Entry:
    """A record that awaits publication, as its line will say it, and what its policy asks.

    `ready_at` is when the last decision was made that it needed, `title` is what it is in the
    reader's language; the line is in Chinese, as it is signed with the notice.
    """

    id: UUID
    ready_at: datetime
    holder: str | None
    what: str
    days: int
    full_names: bool
    occurred_on: date | None = None
    quantity: int | None = None
    points: int | None = None
    amount_fen: int | None = None
    reason: str | None = None
    title: str = ""


@dataclass(frozen=True)
class Hands:
    """Who may not rule on a record: whose it is, who entered it, who decided on it before."""

    households: frozenset[UUID]
    entered: frozenset[UUID]
    decided: frozenset[UUID]


class Publisher(Protocol):
    """What a notice needs to know and do about the records of one kind.

    All of it runs under the village's lock, by an actor whose permission was checked.
    """

    def waiting(self, village: str) -> list[Entry]:
        """What awaits publication, oldest first."""
        ...

    def publish(self, notice: Notice, ids: Sequence[UUID], *, now: datetime) -> None:
        """Put these records into a notice."""
        ...

    def conclude(self, village: str, ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
        """Let these go on, as their notice is over and nobody objects."""
        ...

    def take_objection(self, village: str, record_id: UUID, *, now: datetime) -> None:
        """Hold a record back until the ruling; refuse where it is too late for an objection."""
        ...

    def dismiss(
        self, village: str, record_id: UUID, *, closed: bool, actor: Actor, now: datetime
    ) -> None:
        """Let a record go on, as no objection to it is open any more."""
        ...

    def uphold(
        self, village: str, record_id: UUID, *, reason: str, actor: Actor, now: datetime
    ) -> None:
        """Reject a record, or take it back."""
        ...

    def hands(self, village: str, record_id: UUID) -> Hands:
        """Who may not rule on an objection to it."""
        ...

    def households(self, ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
        """Whose each of these records is."""
        ...

    def statuses(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The states of these records."""
        ...

    def titles(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """What these records are in the reader's language, where they are named in it."""
        ...

    def full_names(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The names for a printed sheet whose policy names people in full; minors left out."""
        ...
