"""Who of a village may decide, so that what too few of them may goes up to the township (duty 4).

People are counted, not accounts: who holds a role by two accounts is one (`Actor.person`).
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Subquery, func, or_, select

from incentives.access.actor import Role
from incentives.access.models import User, UserRole
from incentives.extensions import db
from incentives.register.models import Resident


def deciders(role: Role) -> Subquery:
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
        .where(UserRole.role == role, User.deactivated_at.is_(None))
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
    who = deciders(role)
    barred = [each for each in people if each is not None]
    homes = [each for each in households if each is not None]
    left = (
        select(func.count())
        .select_from(who)
        .where(
            who.c.village == village,
            who.c.person.not_in(barred),
            or_(who.c.household_id.is_(None), who.c.household_id.not_in(homes)),
        )
    )
    return (db.session.scalar(left) or 0) < wanted
