"""Payees: whose household each is, and how they are named, to the staff and in public."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.access.models import User, UserRole
from incentives.extensions import db, rows_by_id
from incentives.fund.models import Disbursement
from incentives.fund.purposes import purposes
from incentives.register.models import Household, Resident, Team, TeamMember
from incentives.register.names import letters, masked

# What may stand around somebody's name without making it another's: a door, a household, a number.
AROUND_A_NAME = re.compile(r"(\d|[\u7ec4\u53f7\u6237\u5bb6\u6751\u793e]|(the)?householdof)*")


@dataclass(frozen=True)
class Payee:
    """Who gets the money: `name` for the staff, `public_name` for everyone."""

    name: str
    public_name: str


def payee_residents(disbursement: Disbursement) -> list[Resident]:
    """The residents who get the money: one, a household's members, or a team's."""
    chosen = select(Resident).where(
        Resident.village == disbursement.village, Resident.left_on.is_(None)
    )
    if disbursement.resident_id is not None:
        chosen = chosen.where(Resident.id == disbursement.resident_id)
    elif disbursement.household_id is not None:
        chosen = chosen.where(Resident.household_id == disbursement.household_id)
    elif disbursement.team_id is not None:
        members = select(TeamMember.resident_id).where(TeamMember.team_id == disbursement.team_id)
        chosen = chosen.where(Resident.id.in_(members))
    else:
        return []
    return list(db.session.scalars(chosen))


def payee_households(disbursement: Disbursement) -> set[UUID]:
    """The households that the money goes to; of a team those of all its members."""
    if disbursement.household_id is not None:
        return {disbursement.household_id}
    return {resident.household_id for resident in payee_residents(disbursement)}


def holds_role(village: str, residents: Sequence[Resident]) -> bool:
    """Whether one of these residents holds a role in the village, or above or below it."""
    divisions = db.session.scalars(
        select(UserRole.division)
        .join(User, User.id == UserRole.user_id)
        .where(
            User.resident_id.in_([resident.id for resident in residents]),
            User.deactivated_at.is_(None),
        )
    )
    return any(
        village.startswith(division) or division.startswith(village) for division in divisions
    )


def payee_holds_role(disbursement: Disbursement) -> bool:
    """Whether who gets the money holds a role in the village; of a team's members nobody does.

    A name that was typed is compared with those of the staff.
    """
    if disbursement.payee_name is not None:
        return is_staff_named(disbursement.village, disbursement.payee_name)
    if disbursement.team_id is not None:
        return False
    return holds_role(disbursement.village, payee_residents(disbursement))


def is_staff_named(village: str, name: str) -> bool:
    """Whether somebody with a role in the village, or above or below it, has this name."""
    named_in = db.session.execute(
        select(User.name, UserRole.division)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.deactivated_at.is_(None))
    )
    return any(
        is_name_of(name, each)
        for each, division in named_in
        if village.startswith(division) or division.startswith(village)
    )


def is_resident_named(village: str, name: str) -> bool:
    """Whether this names a resident of the village."""
    names = db.session.scalars(
        select(Resident.name).where(Resident.village == village, Resident.left_on.is_(None))
    )
    return any(is_name_of(name, each) for each in names)


def is_name_of(typed: str, name: str) -> bool:
    """Whether what was typed is somebody's name, or their household's, however it is written."""
    wanted = letters_of(name) or name
    before, found, after = letters_of(typed).partition(wanted)
    return bool(found) and AROUND_A_NAME.fullmatch(before + after) is not None


def letters_of(text: str) -> str:
    """The letters and digits of a text outside brackets."""
    return letters(re.sub(r"\(.*?\)|\[.*?\]", "", unicodedata.normalize("NFKC", text)))


def payees(disbursements: Sequence[Disbursement]) -> dict[UUID, Payee]:
    """The payees of these disbursements by the disbursement's id, in three statements."""
    households = rows_by_id(Household, {each.household_id for each in disbursements})
    teams = rows_by_id(Team, {each.team_id for each in disbursements})
    wanted = {each.resident_id for each in disbursements}
    wanted |= {household.head_id for household in households.values()}
    residents = rows_by_id(Resident, wanted)
    return {each.id: payee_of(each, households, teams, residents) for each in disbursements}


def payee_of(
    disbursement: Disbursement,
    households: dict[UUID, Household],
    teams: dict[UUID, Team],
    residents: dict[UUID, Resident],
) -> Payee:
    """One payee, out of the rows read for all of them."""
    if disbursement.payee_name is not None:
        return named(disbursement, disbursement.payee_name, minor=False)
    if disbursement.team_id is not None:
        return named(disbursement, teams[disbursement.team_id].name, minor=False)
    if disbursement.resident_id is not None:
        resident = residents[disbursement.resident_id]
        return named(disbursement, resident.name, minor=resident.minor)
    household = next(each for each in households.values() if each.id == disbursement.household_id)
    head = None if household.head_id is None else residents.get(household.head_id)
    if head is None:
        number = _("Household %(number)s", number=household.number)
        public = _("A household of the village") if is_in_need(disbursement) else number
        return Payee(name=number, public_name=public)
    payee = named(disbursement, head.name, minor=head.minor)
    return Payee(
        name=_("Household of %(name)s", name=payee.name),
        public_name=_("Household of %(name)s", name=payee.public_name),
    )


def named(disbursement: Disbursement, name: str, *, minor: bool) -> Payee:
    """A name, in public masked for a payee in need and for a minor.

    Whoever holds a role in the village is named in full, in need or not.
    """
    hidden = minor or is_in_need(disbursement)
    return Payee(name=name, public_name=masked(name) if hidden else name)


def is_in_need(disbursement: Disbursement) -> bool:
    """Whether the payee is in need, and so is masked and shown by month."""
    purpose = purposes().get(disbursement.purpose)
    return purpose is not None and purpose.in_need and not disbursement.payee_has_role
