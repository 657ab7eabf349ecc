"""What is read to make and print many cards: who has none, and in which order they are printed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select

from incentives.cards.models import Card, CardIssue, CardStatus, SheetJob
from incentives.clock import village_day
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register.models import Household

A_PAGE = 10
DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class CardCounts:
    """A village's households by their cards, and its cards that are past their day."""

    households: int
    with_card: int
    lost: int
    due: int

    @property
    def without(self) -> int:
        """Households for which a card can be made at once."""
        return self.households - self.with_card - self.lost


@dataclass(frozen=True)
class Printable:
    """A card in use with where it is handed out."""

    card_id: UUID
    grid: str | None
    door: str
    number: int


def holds(status: CardStatus) -> ColumnElement[bool]:
    """Whether a household holds a card of that state."""
    return exists().where(Card.household_id == Household.id, Card.status == status)


def living(village: str, grid: str | None = None) -> Select[Household]:
    """The households of a village, or of a grid, that are still there."""
    chosen = select(Household).where(
        Household.village == village,
        Household.departed_on.is_(None),
        Household.head_id.is_not(None),
    )
    return chosen if grid is None else chosen.where(Household.grid == grid)


def card_counts(village: str, *, now: datetime) -> CardCounts:
    """How many households hold a card, and how many don't."""
    households = living(village).with_only_columns(func.count())
    active = holds(CardStatus.ACTIVE)
    lost = households.where(~active, holds(CardStatus.SUSPENDED))
    due = select(func.count()).where(
        Card.village == village,
        Card.status == CardStatus.ACTIVE,
        Card.expires_on < village_day(now),
    )
    return CardCounts(
        households=db.session.scalar(households) or 0,
        with_card=db.session.scalar(households.where(active)) or 0,
        lost=db.session.scalar(lost) or 0,
        due=db.session.scalar(due) or 0,
    )


def households_without_card(households: Select[Household]) -> list[Household]:
    """Those of these households that hold no card, in use or reported lost; locked until the end.

    The lock lets two who make cards for a village at once make one a household.
    """
    locked = db.session.scalars(households.order_by(Household.number).with_for_update()).all()
    holding = set(
        db.session.scalars(
            select(Card.household_id).where(
                Card.household_id.in_([each.id for each in locked]),
                Card.status != CardStatus.REVOKED,
            )
        )
    )
    return [each for each in locked if each.id not in holding]


def pages_to_print(
    village: str,
    *,
    grid: str | None = None,
    household_ids: Sequence[UUID] | None = None,
    new_only: bool = False,
) -> list[list[UUID]]:
    """The cards in use, page by page: by grid, each on pages of its own, and by door within.

    `new_only` leaves out what was laid out on a sheet before.
    """
    chosen = (
        select(Card.id, Household.grid, Household.door, Household.number)
        .join(Household, Household.id == Card.household_id)
        .join(CardIssue, (CardIssue.card_id == Card.id) & (CardIssue.issue == Card.issue))
        .where(Card.village == village, Card.status == CardStatus.ACTIVE)
    )
    if grid is not None:
        chosen = chosen.where(Household.grid == grid)
    if household_ids is not None:
        chosen = chosen.where(Household.id.in_(household_ids))
    if new_only:
        chosen = chosen.where(CardIssue.printed_at.is_(None))
    found = [Printable(*row) for row in db.session.execute(chosen)]
    pages: list[list[UUID]] = []
    grid_of_page: str | None = None
    for each in sorted(found, key=place_of):
        if not pages or len(pages[-1]) == A_PAGE or each.grid != grid_of_page:
            pages.append([])
            grid_of_page = each.grid
        pages[-1].append(each.card_id)
    return pages


def place_of(card: Printable) -> tuple[object, ...]:
    """Where a card stands in its village's order: 2 before 10 at the doors, no grid last."""
    parts = [
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in DIGITS.split(card.door)
        if part
    ]
    return card.grid is None, card.grid or "", parts, card.number, card.card_id


def find_sheet_job(village: str, job_id: UUID) -> SheetJob:
    """Sheets that were asked for in that village; refuses what isn't there."""
    job = db.session.get(SheetJob, job_id, populate_existing=True)
    if job is None or job.village != village:
        raise NotFound()
    return job


def sheet_jobs(village: str) -> Select[SheetJob]:
    """The sheets asked for in a village, to be paged newest first by id."""
    return select(SheetJob).where(SheetJob.village == village)
