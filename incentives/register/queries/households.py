"""What is read about households, residents and teams."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from incentives import ledger
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register.models import (
    FormerMember,
    Household,
    HouseholdLook,
    Resident,
    Team,
    TeamMember,
)

CARD_NUMBER_LENGTH = 12

# Set by cards: the household in the village whose card has this number, or None.
household_of_card_number: list[Callable[[str, str], UUID | None]] = []


@dataclass(frozen=True)
class HouseholdView:
    """A household with its members (the head first) and its points."""

    household: Household
    members: list[Resident]
    balance: int
    spendable: int
    debt: int

    @property
    def head(self) -> Resident | None:
        """The head, unless all have left."""
        return next((each for each in self.members if each.id == self.household.head_id), None)


def find_household(village: str, household_id: UUID) -> Household:
    """A household of that village; refuses what isn't there."""
    household = db.session.get(Household, household_id)
    if household is None or household.village != village:
        raise NotFound()
    return household


def get_resident(village: str, resident_id: UUID) -> Resident:
    """A resident of that village; refuses what isn't there."""
    resident = db.session.get(Resident, resident_id)
    if resident is None or resident.village != village:
        raise NotFound()
    return resident


def resident_at_home(village: str, resident_id: UUID) -> tuple[Resident, Household]:
    """A resident of that village and their household, in one statement; refuses nobody."""
    row = db.session.execute(
        select(Resident, Household)
        .join(Household, Household.id == Resident.household_id)
        .where(Resident.id == resident_id, Resident.village == village)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def find_team(village: str, team_id: UUID) -> Team:
    """A team of that village; refuses what isn't there."""
    team = db.session.get(Team, team_id)
    if team is None or team.village != village:
        raise NotFound()
    return team


def teams_of(village: str) -> list[Team]:
    """The village's teams, by name."""
    return list(
        db.session.scalars(
            select(Team)
            .where(Team.village == village, Team.disbanded_at.is_(None))
            .order_by(Team.name)
        )
    )


def all_teams(village: str) -> Select[Team]:
    """A village's teams; those disbanded, too."""
    return select(Team).where(Team.village == village)


def team_members(team_id: UUID, *, after: datetime | None = None) -> list[Resident]:
    """Who is in a team, and who was in it at some time after `after`; by name's pinyin."""
    member = select(TeamMember.resident_id).where(TeamMember.team_id == team_id)
    wanted: list[ColumnElement[bool]] = [Resident.id.in_(member)]
    if after is not None:
        former = select(FormerMember.resident_id).where(
            FormerMember.team_id == team_id, FormerMember.until > after
        )
        wanted.append(Resident.id.in_(former))
    found = select(Resident).where(or_(*wanted)).order_by(Resident.pinyin, Resident.id)
    return list(db.session.scalars(found))


def had_joined(team_id: UUID, resident_ids: Collection[UUID], at: datetime) -> set[UUID]:
    """Those of these people who had come into a team by then, whether they left it or not."""
    found: set[UUID] = set()
    for each in (TeamMember, FormerMember):
        joined = select(each.resident_id).where(
            each.team_id == team_id, each.resident_id.in_(resident_ids), each.since <= at
        )
        found.update(db.session.scalars(joined))
    return found


def leader_at(team: Team, at: datetime) -> UUID:
    """Who led a team at a time."""
    chosen = select(FormerMember.resident_id).where(
        FormerMember.team_id == team.id, FormerMember.led, FormerMember.until > at
    )
    return db.session.scalar(chosen.order_by(FormerMember.until).limit(1)) or team.leader_id


def residents_by_id(ids: Sequence[UUID]) -> dict[UUID, Resident]:
    """These residents by id, those missing left out."""
    found = db.session.scalars(select(Resident).where(Resident.id.in_(ids)))
    return {resident.id: resident for resident in found}


def members_of(household_ids: Sequence[UUID]) -> dict[UUID, list[Resident]]:
    """Who lives in each of these households, in the order of entry."""
    members: dict[UUID, list[Resident]] = {household_id: [] for household_id in household_ids}
    found = db.session.scalars(
        select(Resident)
        .where(Resident.household_id.in_(household_ids), Resident.left_on.is_(None))
        .order_by(Resident.id)
    )
    for resident in found:
        members[resident.household_id].append(resident)
    return members


def household_views(village: str, households: Sequence[Household]) -> list[HouseholdView]:
    """These households of one village with members and points, in two statements."""
    members = members_of([household.id for household in households])
    positions = ledger.positions(village, [household.account_code for household in households])
    return [
        HouseholdView(
            household=household,
            members=sorted(members[household.id], key=lambda one: one.id != household.head_id),
            balance=positions[household.account_code].balance,
            spendable=positions[household.account_code].spendable,
            debt=positions[household.account_code].debt,
        )
        for household in households
    ]


def household_view(village: str, household_id: UUID) -> HouseholdView:
    """One household with members and points; refuses what isn't there."""
    return household_views(village, [find_household(village, household_id)])[0]


def doors_of(household_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The doors of these households."""
    rows = db.session.execute(
        select(Household.id, Household.door).where(Household.id.in_(household_ids))
    )
    return {row.id: row.door for row in rows}


def looks(household_id: UUID) -> Select[HouseholdLook]:
    """Who of the staff looked at a household, to be paged newest first by id."""
    return select(HouseholdLook).where(HouseholdLook.household_id == household_id)


def looks_of(household_id: UUID, limit: int = 20) -> list[HouseholdLook]:
    """Who of the staff looked at a household lately, newest first."""
    newest = looks(household_id).order_by(HouseholdLook.id.desc()).limit(limit)
    return list(db.session.scalars(newest))


def plain(q: str) -> str:
    """A search text as names are kept for the search: lower case, without spaces and dots."""
    return "".join(q.lower().replace("·", "").replace("ü", "v").split())


def name_matches(q: str) -> ColumnElement[bool]:
    """Whether a resident's name, pinyin or initials contain the text."""
    text = plain(q)
    return or_(
        func.replace(func.replace(func.lower(Resident.name), " ", ""), "·", "").contains(
            text, autoescape=True
        ),
        Resident.pinyin.contains(text, autoescape=True),
        Resident.initials.contains(text, autoescape=True),
    )


def search_households(
    village: str,
    q: str | None = None,
    *,
    grid: str | None = None,
    departed: bool | None = None,
) -> Select[Household]:
    """The village's households that a text finds: by a member's name, pinyin or initials, by door,
    by the household's number, or by the number on a card; those of a grid, those that left or
    didn't. All of them without."""
    chosen = select(Household).where(Household.village == village)
    if grid is not None:
        chosen = chosen.where(Household.grid == grid)
    if departed is not None:
        gone = Household.departed_on.is_not(None)
        chosen = chosen.where(gone if departed else ~gone)
    if not q or not plain(q):
        return chosen
    living = select(Resident.household_id).where(
        Resident.village == village, Resident.left_on.is_(None), name_matches(q)
    )
    found = [
        Household.id.in_(living),
        func.replace(func.lower(Household.door), " ", "").contains(plain(q), autoescape=True),
    ]
    text = plain(q)
    if text.isdecimal() and text.isascii() and len(text) < CARD_NUMBER_LENGTH:
        found.append(Household.number == int(text))
    found += [Household.id == household_id for household_id in by_card_number(village, text)]
    return chosen.where(or_(*found))


def by_card_number(village: str, text: str) -> list[UUID]:
    """The household whose card has this number, if the text is one."""
    if len(text) != CARD_NUMBER_LENGTH or not (text.isascii() and text.isdecimal()):
        return []
    answers = (hook(village, text) for hook in household_of_card_number)
    return [answer for answer in answers if answer is not None]


def search_residents(
    village: str, q: str | None = None, *, grid: str | None = None
) -> Select[Resident]:
    """Who lives in the village, or in a grid, and is found by name, pinyin, initials or door."""
    chosen = select(Resident).where(Resident.village == village, Resident.left_on.is_(None))
    if grid is not None:
        within = select(Household.id).where(Household.village == village, Household.grid == grid)
        chosen = chosen.where(Resident.household_id.in_(within))
    if not q or not plain(q):
        return chosen
    door = select(Household.id).where(
        Household.village == village,
        func.replace(func.lower(Household.door), " ", "").contains(plain(q), autoescape=True),
    )
    return chosen.where(or_(name_matches(q), Resident.household_id.in_(door)))
