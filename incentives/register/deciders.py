"""Who of a village may decide, so that what too few of them may goes up to the township (duty 4).

People are counted, not accounts: who holds a role by two accounts is one (`Actor.person`).
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Subquery, func, or_, select

from incentives.access.actor import Role
from incentives.access.models import User, UserRole
from incentives.access.permissions import ABOVE_VILLAGES
from incentives.extensions import db
from incentives.register.models import Resident


def deciders(*roles: Role) -> Subquery:
    """Everybody who holds a role in a village itself: `village`, `person`, `household_id` or NULL.

    Deactivated users are left out. To be narrowed by what each may not decide.
    """
    return (
        select(
            UserRole.division.label("village"),
            func.coalesce(User.resident_id, User.id).label("person"),
            Resident.household_id,
        )
        .join(User, User.id == UserRole.user_id)
        .outerjoin(Resident, Resident.id == User.resident_id)
        .where(UserRole.role.in_(roles), User.deactivated_at.is_(None))
        .distinct()
        .subquery()
    )


def is_too_small(
    village: str,
    role: Role,
    *,
    people: Collection[UUID | None] = (),
    households: Collection[UUID | None] = (),
    wanted: int = 1,
) -> bool:
    """Whether fewer than `wanted` of a village may decide a matter.

    `people` may not, as they entered or decided it, nor may who lives in one of `households`.
    """
    return count_left([village], [role], people, households) < wanted


def is_anybody_above(
    village: str,
    roles: Collection[Role],
    *,
    people: Collection[UUID | None] = (),
    households: Collection[UUID | None] = (),
) -> bool:
    """Whether anybody of the township or county may decide a matter of a village."""
    above = [village[:length] for length in ABOVE_VILLAGES]
    return count_left(above, roles, people, households) > 0


def count_left(
    divisions: Collection[str],
    roles: Collection[Role],
    people: Collection[UUID | None],
    households: Collection[UUID | None],
) -> int:
    """How many people hold one of these roles in one of these divisions and may decide."""
    who = deciders(*roles)
    barred = [each for each in people if each is not None]
    homes = [each for each in households if each is not None]
    left = (
        select(func.count(who.c.person.distinct()))
        .select_from(who)
        .where(
            who.c.village.in_(divisions),
            who.c.person.not_in(barred),
            or_(who.c.household_id.is_(None), who.c.household_id.not_in(homes)),
        )
    )
    return db.session.scalar(left) or 0
