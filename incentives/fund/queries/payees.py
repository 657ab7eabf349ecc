"""Payees: whose household each is, and how they are named, to the staff and in public."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from incentives.access.models import User, UserRole
from incentives.extensions import db, rows_by_id
from incentives.fund.models import Disbursement, DisbursementMember
from incentives.fund.purposes import purposes
from incentives.fund.queries.same_payee import called
from incentives.fund.queries.typed import Paid, is_elsewhere, is_name_of, meant_by
from incentives.register.models import Household, Resident, Team, TeamMember
from incentives.register.names import masked
from incentives.register.queries.naming import places_around


@dataclass(frozen=True)
class Payee:
    """Who gets the money: `name` for the staff, `public_name` for everyone once it is paid.

    `notice_name` is for the notice before: on the web it names people in full in no case but where
    they hold a role.
    """

    name: str
    public_name: str
    notice_name: str


def paid_to(rows: Sequence[Disbursement]) -> dict[UUID | None, Paid]:
    """Whom each of these disbursements of one village is paid to, in nine statements at most.

    A household is paid as a whole: all who live there now; so is a team: all who are in it now, or
    were when it was applied for. Of a typed name it is whom it means.
    """
    if not rows:
        return {}
    village = rows[0].village
    typed = meant_by(village, {row.payee_name for row in rows if row.payee_name is not None})
    one_by_one, homes = residents_of(rows)
    teams = teams_of(rows)

    def paid(row: Disbursement) -> Paid:
        if row.payee_name is not None:
            return typed[row.payee_name]
        if row.resident_id is not None:
            return Paid(frozenset({row.resident_id}), frozenset({one_by_one[row.resident_id]}))
        if row.household_id is not None:
            members = frozenset(homes.get(row.household_id, ()))
            return Paid(members, frozenset({row.household_id}), as_a_whole=True)
        return teams[row.id]

    return {row.id: paid(row) for row in rows}


def residents_of(
    rows: Sequence[Disbursement],
) -> tuple[dict[UUID, UUID], dict[UUID, set[UUID]]]:
    """The homes of the residents among these payees, and who lives in the households among them."""
    people = {row.resident_id for row in rows if row.resident_id is not None}
    households = {row.household_id for row in rows if row.household_id is not None}
    one_by_one: dict[UUID, UUID] = {}
    homes: dict[UUID, set[UUID]] = {}
    if not people and not households:
        return one_by_one, homes
    for each in db.session.execute(
        select(Resident.id, Resident.household_id, Resident.left_on).where(
            or_(Resident.id.in_(people), Resident.household_id.in_(households))
        )
    ):
        one_by_one[each.id] = each.household_id
        if each.left_on is None:
            homes.setdefault(each.household_id, set()).add(each.id)
    return one_by_one, homes


def teams_of(rows: Sequence[Disbursement]) -> dict[UUID | None, Paid]:
    """Who is in the teams among these payees now, and who was when it was applied for."""
    of_teams = {row.id: row.team_id for row in rows if row.team_id is not None}
    if not of_teams:
        return {}
    now = members_of_teams(set(of_teams.values()))
    then: dict[UUID, dict[UUID, UUID]] = {}
    for each in db.session.scalars(
        select(DisbursementMember).where(DisbursementMember.disbursement_id.in_(of_teams))
    ):
        then.setdefault(each.disbursement_id, {})[each.resident_id] = each.household_id
    return {
        of_this: team_paid(team, now.get(team, {}), then.get(of_this, {}))
        for of_this, team in of_teams.items()
    }


def team_paid(team: UUID, now: dict[UUID, UUID], then: dict[UUID, UUID]) -> Paid:
    """A team as a payee: these members with their homes, and those."""
    each_time = [frozenset(members.values()) for members in (now, then)]
    return Paid(
        people=frozenset(now) | frozenset(then),
        homes=each_time[0] | each_time[1],
        as_a_whole=True,
        teams=frozenset({team}),
        sole_homes=frozenset(home for homes in each_time if len(homes) == 1 for home in homes),
    )


def members_of_teams(teams: Collection[UUID]) -> dict[UUID, dict[UUID, UUID]]:
    """Who is in each of these teams now, with their homes."""
    found: dict[UUID, dict[UUID, UUID]] = {}
    for each in db.session.execute(
        select(TeamMember.team_id, Resident.id, Resident.household_id)
        .join(Resident, Resident.id == TeamMember.resident_id)
        .where(TeamMember.team_id.in_(teams), Resident.left_on.is_(None))
    ):
        found.setdefault(each.team_id, {})[each.id] = each.household_id
    return found


def payee_households(disbursement: Disbursement) -> frozenset[UUID]:
    """The households that the money goes to; of a team those of all in it, now or then."""
    return paid_to([disbursement])[disbursement.id].homes


def payee_holds_role(disbursement: Disbursement) -> bool:
    """Whether one of those who get the money holds a role in the village, or above or below it."""
    people = paid_to([disbursement])[disbursement.id].people
    village = disbursement.village
    divisions = db.session.scalars(
        select(UserRole.division)
        .join(User, User.id == UserRole.user_id)
        .where(func.coalesce(User.resident_id, User.id).in_(people), User.deactivated_at.is_(None))
    )
    return any(
        village.startswith(division) or division.startswith(village) for division in divisions
    )


def is_resident_named(village: str, name: str) -> bool:
    """Whether this names a resident of the village."""
    names = db.session.scalars(
        select(Resident.name).where(Resident.village == village, Resident.left_on.is_(None))
    )
    return any(is_name_of(name, each) for each in names)


def is_team_named(village: str, name: str) -> bool:
    """Whether this names a team of the village, with its place before it or not.

    Another place's body that is called alike is none.
    """
    places = places_around(village)
    names = db.session.scalars(
        select(Team.name).where(Team.village == village, Team.disbanded_at.is_(None))
    )
    typed = called(name, places.all).bare
    teams = [called(each, places.all) for each in names]
    return any(
        is_name_of(typed, team.bare) and not is_elsewhere(name, team, places) for team in teams
    )


def payees(disbursements: Sequence[Disbursement]) -> dict[UUID, Payee]:
    """The payees of these disbursements by the disbursement's id, in three statements."""
    households = rows_by_id(Household, {each.household_id for each in disbursements})
    teams = rows_by_id(Team, {each.team_id for each in disbursements})
    wanted = {each.resident_id for each in disbursements}
    wanted |= {each.paid_head_id for each in disbursements}
    wanted |= {household.head_id for household in households.values()}
    residents = rows_by_id(Resident, wanted)
    return {each.id: payee_of(each, households, teams, residents) for each in disbursements}


def heads_of(disbursements: Sequence[Disbursement]) -> dict[UUID, UUID | None]:
    """Who heads the households among these payees now, by the disbursement's id."""
    households = rows_by_id(Household, {each.household_id for each in disbursements})
    return {
        each.id: households[each.household_id].head_id
        for each in disbursements
        if each.household_id is not None
    }


def payee_of(
    disbursement: Disbursement,
    households: dict[UUID, Household],
    teams: dict[UUID, Team],
    residents: dict[UUID, Resident],
) -> Payee:
    """One payee, out of the rows read for all of them."""
    if disbursement.payee_name is not None:
        return named(disbursement, disbursement.payee_name)
    if disbursement.team_id is not None:
        return named(disbursement, teams[disbursement.team_id].name)
    if disbursement.resident_id is not None:
        resident = residents[disbursement.resident_id]
        return person_named(disbursement, resident)
    household = next(each for each in households.values() if each.id == disbursement.household_id)
    head_id = disbursement.paid_head_id or household.head_id
    head = None if head_id is None else residents.get(head_id)
    if head is None:
        number = _("Household %(number)s", number=household.number)
        public = _("A household of the village") if is_in_need(disbursement) else number
        return Payee(name=number, public_name=public, notice_name=public)
    payee = person_named(disbursement, head)
    return Payee(
        name=_("Household of %(name)s", name=payee.name),
        public_name=_("Household of %(name)s", name=payee.public_name),
        notice_name=_("Household of %(name)s", name=payee.notice_name),
    )


def named(disbursement: Disbursement, name: str) -> Payee:
    """The name of a shop or a team, in public masked where it is in need."""
    public = masked(name) if is_in_need(disbursement) else name
    return Payee(name=name, public_name=public, notice_name=public)


def person_named(disbursement: Disbursement, person: Resident) -> Payee:
    """The name of one of the village: a minor and who is in need are masked in public.

    So is everybody on a notice's page. Whoever holds a role in the village is named in full, in
    need or not.
    """
    name, hidden = person.name, masked(person.name)
    public = hidden if person.minor or is_in_need(disbursement) else name
    return Payee(
        name=name,
        public_name=public,
        notice_name=public if disbursement.payee_has_role else hidden,
    )


def is_in_need(disbursement: Disbursement) -> bool:
    """Whether the payee is in need, and so is masked and shown by month."""
    purpose = purposes().get(disbursement.purpose)
    return purpose is not None and purpose.in_need and not disbursement.payee_has_role
