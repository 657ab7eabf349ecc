"""Opening balances in notices: posted already, so an objection holds nothing back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access.actor import Actor
from incentives.clock import village_day
from incentives.errors import NotFound, WrongState
from incentives.extensions import db
from incentives.notices.models import Notice
from incentives.notices.publishers import Entry, Hands
from incentives.openings.entries import heads_of
from incentives.openings.models import Opening, OpeningLine, OpeningStatus
from incentives.openings.operations.checking import checks_of, entered_by
from incentives.openings.operations.reversing import take_back_line
from incentives.openings.operations.steps import lines_of
from incentives.register.policy import policy_on


class OpeningPublisher:
    """Lines of openings: their notice is made as they are posted."""

    def waiting(self, village: str) -> list[Entry]:
        """None: posting makes the notice."""
        return []

    def publish(self, notice: Notice, ids: Sequence[UUID], *, now: datetime) -> None:
        """Nothing is left to do."""

    def conclude(self, village: str, ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
        """Nothing waited for the notice to be over."""

    def take_objection(self, village: str, record_id: UUID, *, now: datetime) -> None:
        """A line can be objected to for the days of the policy under which it was posted."""
        line = find_line(village, record_id)
        opening = db.session.get_one(Opening, line.opening_id)
        if not line.is_standing or opening.posted_at is None:
            raise WrongState(_("This line was taken back already"))
        posted = village_day(opening.posted_at)
        days = policy_on(village, posted).objection_days
        if village_day(now) > posted + timedelta(days=days):
            raise WrongState(_("Objections can be made for %(days)s days", days=days))

    def dismiss(
        self, village: str, record_id: UUID, *, closed: bool, actor: Actor, now: datetime
    ) -> None:
        """The line stands as it did."""

    def uphold(
        self, village: str, record_id: UUID, *, reason: str, actor: Actor, now: datetime
    ) -> None:
        """Take the line back; it can then be entered again, checked and published again."""
        take_back_line(find_line(village, record_id), reason=reason, actor=actor, now=now)

    def hands(self, village: str, record_id: UUID) -> Hands:
        """Its household, who entered the book, who checked it."""
        line = find_line(village, record_id)
        opening = db.session.get_one(Opening, line.opening_id)
        people = entered_by(opening, lines_of(opening))
        return Hands(
            households=frozenset({line.household_id} - {None}),  # type: ignore[arg-type]
            entered=frozenset(each for each in people if each is not None),
            decided=frozenset(each.checker for each in checks_of(opening.id)),
        )

    def households(self, ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
        """The household whose points a line has; none of the fund's and of goods."""
        rows = db.session.execute(
            select(OpeningLine.id, OpeningLine.household_id).where(OpeningLine.id.in_(ids))
        )
        return {line: frozenset({home} if home else ()) for line, home in rows}

    def statuses(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Posted, or reversed."""
        lines = db.session.scalars(select(OpeningLine).where(OpeningLine.id.in_(ids)))
        return {
            line.id: (OpeningStatus.POSTED if line.is_standing else OpeningStatus.REVERSED).value
            for line in lines
        }

    def titles(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """None: a paper book is as it was written."""
        return {}

    def full_names(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """The heads of the households; minors left out."""
        rows = db.session.execute(
            select(OpeningLine.id, OpeningLine.household_id).where(
                OpeningLine.id.in_(ids), OpeningLine.household_id.is_not(None)
            )
        ).all()
        heads = heads_of([row.household_id for row in rows])
        return {
            row.id: heads[row.household_id][1].name
            for row in rows
            if row.household_id in heads and not heads[row.household_id][1].minor
        }


def find_line(village: str, line_id: UUID) -> OpeningLine:
    """A line of that village; refuses what isn't there."""
    line = db.session.get(OpeningLine, line_id, populate_existing=True)
    if line is None or line.village != village:
        raise NotFound()
    return line
