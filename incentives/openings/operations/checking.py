"""Two people hold an opening against the paper book: one of the review group, one supervisor.

Whoever lives in the village has a household in its book. A check counts for every line but that
of the checker's own household; that one line waits for another member of the same group, or for
the township's.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from incentives.access import audit
from incentives.access.actor import Actor, Role
from incentives.access.duties import refuse_own_entry, refuse_same_person
from incentives.access.permissions import require
from incentives.errors import NotPermitted, OwnHousehold, Refusal, WrongState
from incentives.extensions import db
from incentives.openings.models import (
    REASON_LENGTH,
    CheckRole,
    Opening,
    OpeningCheck,
    OpeningLine,
    Part,
)
from incentives.openings.operations.steps import (
    hold_opening,
    lines_of,
    move_on,
    record,
    refuse_wrong_state,
)
from incentives.openings.states import Action
from incentives.texts import check_text

ROLES = {CheckRole.REVIEWER: Role.REVIEWER, CheckRole.SUPERVISOR: Role.SUPERVISOR}
KEEPERS = {Part.FUND: Role.TREASURER, Part.STOCK: Role.SHOPKEEPER}


def check_opening(*, village: str, opening_id: UUID, actor: Actor, now: datetime) -> Opening:
    """Say that an opening is what stands in the paper book, for one's group.

    It is checked once each line has a check of both groups, none of them by its own household.
    Refuses who entered or mended any of it, who has checked it, who keeps the fund's money or the
    shop that it lists, and a check that would count for nothing.
    """
    require(actor, "opening.check", village)
    opening = hold_opening(village, opening_id)
    lines = lines_of(opening)
    checks = checks_of(opening.id)
    check = OpeningCheck(
        opening_id=opening.id,
        checker=actor.person,
        role=role_to_check(actor, opening, lines, checks),
        household_id=actor.household_id,
        checked_at=now,
    )
    db.session.add(check)
    db.session.flush()
    if not any(unchecked(lines, [*checks, check], role) for role in CheckRole):
        move_on(opening, Action.CHECK)
    details = {"role": check.role.value}
    record(opening, audit.Tag.OPENING_CHECKED, actor=actor, now=now, details=details)
    return opening


def checks_of(opening_id: UUID) -> list[OpeningCheck]:
    """Who has checked an opening, oldest first."""
    return list(
        db.session.scalars(
            select(OpeningCheck)
            .where(OpeningCheck.opening_id == opening_id)
            .order_by(OpeningCheck.checked_at, OpeningCheck.checker)
        )
    )


def entered_by(opening: Opening, lines: Sequence[OpeningLine]) -> set[UUID | None]:
    """Everybody who entered, mended or submitted an opening."""
    return {opening.entered_by, opening.submitted_by, *(line.entered_by for line in lines)}


def unchecked(
    lines: Sequence[OpeningLine], checks: Sequence[OpeningCheck], role: CheckRole
) -> list[OpeningLine]:
    """The lines that nobody of that group has checked but, maybe, for their own household."""
    own = [each.household_id for each in checks if each.role is role]
    return [
        line
        for line in lines
        if all(home is not None and home == line.household_id for home in own)
    ]


def missing_checks(
    lines: Sequence[OpeningLine], checks: Sequence[OpeningCheck]
) -> dict[CheckRole, int]:
    """How many lines still wait for a check of each group; groups that are done are left out."""
    counts = {role: len(unchecked(lines, checks, role)) for role in CheckRole}
    return {role: count for role, count in counts.items() if count}


def role_to_check(
    actor: Actor,
    opening: Opening,
    lines: Sequence[OpeningLine],
    checks: Sequence[OpeningCheck],
) -> CheckRole:
    """For which group the actor checks; refuses what `check_opening` says."""
    refuse_own_entry(actor, *entered_by(opening, lines))
    refuse_same_person(actor, *(each.checker for each in checks))
    refuse_wrong_state(opening, Action.CHECK)
    refuse_keeper(actor, opening.village, lines)
    held = [role for role, needed in ROLES.items() if actor.has_role(needed, opening.village)]
    missing = [role for role in held if unchecked(lines, checks, role)]
    for role in missing:
        if any(
            actor.household_id is None or line.household_id != actor.household_id
            for line in unchecked(lines, checks, role)
        ):
            return role
    if missing:
        raise OwnHousehold()
    raise WrongState(_("Your group has checked this: the other one is still to do so"))


def can_check(actor: Actor, opening: Opening) -> bool:
    """Whether `check_opening` would take this person's check now."""
    try:
        require(actor, "opening.check", opening.village)
        role_to_check(actor, opening, lines_of(opening), checks_of(opening.id))
    except Refusal:
        return False
    return True


def refuse_keeper(actor: Actor, village: str, lines: Sequence[OpeningLine]) -> None:
    """Refuse whoever keeps the money or the goods that are to be checked."""
    for part, role in KEEPERS.items():
        if actor.has_role(role, village) and any(line.part is part for line in lines):
            raise NotPermitted(_("Whoever keeps the money or the goods doesn't check them"))


def reject_opening(
    *, village: str, opening_id: UUID, reason: str, actor: Actor, now: datetime
) -> Opening:
    """End an opening that isn't what stands in the paper book, with a reason.

    Refuses who entered or mended any of it, and what is posted or ended.
    """
    require(actor, "opening.reject", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    opening = hold_opening(village, opening_id)
    refuse_own_entry(actor, *entered_by(opening, lines_of(opening)))
    move_on(opening, Action.REJECT, ended_by=actor.person, ended_at=now, ended_reason=reason)
    details = {"reason": reason}
    record(opening, audit.Tag.OPENING_REJECTED, actor=actor, now=now, details=details)
    return opening
