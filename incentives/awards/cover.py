"""Whether the village can stand by the points that it promises (policy `issuance_cover`).

What covers points is known to rooms above: they put functions into `covers`. These are asked before
points are proposed, before the last approval, and before points that were taken back are given
again. What was made public is posted without asking: its promise was given already.
"""

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID

from flask_babel.speaklater import LazyString
from sqlalchemy import func, select

from incentives.awards.models import Award
from incentives.awards.states import PROMISED
from incentives.errors import NotCovered
from incentives.extensions import db
from incentives.register.policy import IssuanceCover, Policy, policy_on

# Asked with the village, points that are not in the ledger yet (all that stand proposed, those
# in question among them), the day in the village and its policy. What isn't covered, as a whole
# sentence; None: all is.
Cover = Callable[[str, int, date, Policy], LazyString | None]
covers: list[Cover] = []


def promised_points(village: str, without: Collection[UUID] = ()) -> int:
    """Points that were proposed and may still be posted; `without` leaves awards out."""
    standing = select(func.coalesce(func.sum(Award.points), 0)).where(
        Award.village == village, Award.status.in_(PROMISED), Award.id.not_in(without)
    )
    return int(db.session.scalar(standing) or 0)


def doubts(village: str, points: int, on: date, policy: Policy) -> list[LazyString]:
    """What isn't covered once these points and all that stand proposed are posted."""
    if not covers or policy.issuance_cover is IssuanceCover.OFF:
        return []
    promised = promised_points(village) + points
    found = (cover(village, promised, on, policy) for cover in covers)
    return [each for each in found if each is not None]


def warnings(village: str, points: int, on: date) -> list[str]:
    """The same as sentences for whoever proposes or reviews."""
    return [str(each) for each in doubts(village, points, on, policy_on(village, on))]


def is_refused(village: str, points: int, on: date) -> bool:
    """Whether `refuse_uncovered` would refuse these points."""
    policy = policy_on(village, on)
    return policy.issuance_cover is IssuanceCover.REFUSE and bool(
        doubts(village, points, on, policy)
    )


def refuse_uncovered(village: str, points: int, on: date, policy: Policy | None = None) -> None:
    """Refuse points more than the village can stand by, where its policy of the day refuses them.

    `points` are those that don't stand proposed yet, 0 for an approval.
    """
    policy = policy or policy_on(village, on)
    if policy.issuance_cover is IssuanceCover.REFUSE:
        for each in doubts(village, points, on, policy):
            raise NotCovered(each)
