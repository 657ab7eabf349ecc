"""What a household's statement says of a clearing: of which period, and who decided it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.clearing.models import Clearing
from incentives.extensions import db
from incentives.register.policy import resolutions
from incentives.web.dates import day_word


@dataclass(frozen=True)
class WayToObject:
    """Where a household objects to what a clearing took from it, or reads what it `made` of it."""

    url: str
    made: bool


# Set by notices: the way of a household, or of staff for it; None where there is none now. Asked
# with the clearing, the household and whether it is the reader's own.
ways_to_object: list[Callable[[Clearing, UUID, bool], WayToObject | None]] = []


def way_to_object(clearing: Clearing, household_id: UUID, *, own: bool) -> WayToObject | None:
    """How a clearing is objected to now, by the household itself or by staff for it."""
    ways = (way(clearing, household_id, own) for way in ways_to_object)
    return next(filter(None, ways), None)


def tell_clearings(clearing_ids: Sequence[UUID]) -> dict[UUID, str]:
    """A sentence by clearing, in two statements however many they are."""
    found = list(db.session.scalars(select(Clearing).where(Clearing.id.in_(clearing_ids))))
    if not found:
        return {}
    decided = resolutions(found[0].village, "carry_over")
    return {each.id: tell_clearing(each, decided) for each in found}


def tell_clearing(clearing: Clearing, decided: Sequence[tuple[date, str | None]]) -> str:
    """One clearing's sentence; `decided` are the resolutions behind the policy, oldest first."""
    ends = clearing.period_ends_on
    told = _(
        "left of what came by %(ends)s, to be spent by %(due)s",
        ends=day_word(ends),
        due=day_word(clearing.due_on),
    )
    behind = [words for day, words in decided if day <= ends]
    if behind and behind[-1]:
        told += " · " + _("decided by the village: %(resolution)s", resolution=behind[-1])
    return told
