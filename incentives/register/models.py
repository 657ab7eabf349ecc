"""Tables of the register: divisions, policy, households, residents and teams."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentives.clock import village_day
from incentives.database import Base, choice, new_id

CODE_LENGTH = 15
NAME_LENGTH = 60
DOOR_LENGTH = 40
COMMITTEES = ("村民委员会", "居民委员会", "居委会")  # besides the name on every page


class Level(StrEnum):
    """A division's level; `village` stands for a community (社区) too."""

    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    GRID = "grid"


class Division(Base):
    """A county, township, village or grid under its national statistical code.

    A code extends its parent's. `opened_at` is when a village began to be served here: its
    ledger's accounts exist from then on.
    """

    __tablename__ = "division"
    __table_args__ = (
        CheckConstraint(
            "length(code) = CASE level WHEN 'county' THEN 6 WHEN 'township' THEN 9"
            " WHEN 'village' THEN 12 ELSE 15 END",
            name="code_of_level",
        ),
        CheckConstraint("parent IS NOT NULL OR level = 'county'", name="parent"),
        CheckConstraint("substr(code, 1, length(parent)) = parent", name="code_extends_parent"),
        CheckConstraint("opened_at IS NULL OR level = 'village'", name="only_villages_open"),
        CheckConstraint("length(name_zh) > 0", name="named"),
    )

    code: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    level: Mapped[Level] = mapped_column(choice(Level, "level"))
    parent: Mapped[str | None] = mapped_column(
        String(CODE_LENGTH), ForeignKey("division.code"), index=True
    )
    opened_at: Mapped[datetime | None]

    @property
    def short_name(self) -> str:
        """The Chinese name as people say it: 下坝村 for 下坝村民委员会."""
        name = self.name_zh.removesuffix("居民委员会")
        if name.endswith("村民委员会"):
            name = name.removesuffix("村民委员会").removesuffix("村") + "村"
        return name


class PolicyEntry(Base):
    """One policy of a village from a day on, and the resolution behind it; never changed.

    Of two entries for one policy and day, the one entered later holds.
    """

    __tablename__ = "policy_entry"
    __table_args__ = (
        Index("ix_policy_entry_village_effective_on", "village", "effective_on"),
        CheckConstraint("length(name) > 0", name="named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    name: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(JSON, nullable=False)
    effective_on: Mapped[date]
    resolution: Mapped[str | None] = mapped_column(String(200))
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]


class Household(Base):
    """A household: `number` for people, `account_code` for the ledger, a head, a door.

    `account_code` is the random name under which its points stand; it says nothing of who it is.
    """

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("village", "number"),
        UniqueConstraint("village", "account_code"),
        UniqueConstraint("village", "id"),
        ForeignKeyConstraint(
            ["id", "head_id"],
            ["resident.household_id", "resident.id"],
            name="fk_household_head_id_resident",
            use_alter=True,
        ),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("length(account_code) = 8", name="account_code_of_8"),
        CheckConstraint("length(door) > 0", name="door"),
        CheckConstraint("substr(grid, 1, 12) = village", name="grid_of_village"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    number: Mapped[int]
    account_code: Mapped[str] = mapped_column(String(8))
    door: Mapped[str] = mapped_column(String(DOOR_LENGTH))
    grid: Mapped[str | None] = mapped_column(
        String(CODE_LENGTH), ForeignKey("division.code"), index=True
    )
    hide_balance: Mapped[bool] = mapped_column(default=False)
    head_id: Mapped[UUID | None]
    departed_on: Mapped[date | None]
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]


class Resident(Base):
    """A villager, a member of one household of their village.

    `pinyin` holds each reading of the name, `initials` those of each reading, both separated by
    spaces and in lower case, for the search only.
    """

    __tablename__ = "resident"
    __table_args__ = (
        ForeignKeyConstraint(["village", "household_id"], ["household.village", "household.id"]),
        UniqueConstraint("household_id", "id"),
        UniqueConstraint("village", "id"),
        CheckConstraint("length(name) > 0", name="named"),
        CheckConstraint("birth_year BETWEEN 1900 AND 2200", name="birth_year"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    household_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    pinyin: Mapped[str] = mapped_column(String(400))
    initials: Mapped[str] = mapped_column(String(130))
    phone: Mapped[str | None] = mapped_column(String(20))
    birth_year: Mapped[int | None]
    minor: Mapped[bool] = mapped_column(default=False)
    left_on: Mapped[date | None]
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]


class HouseholdLook(Base):
    """That somebody of the staff opened a household's page, once a day and reason; append-only.

    An overseer gives a reason; a cadre in daily work doesn't. The household sees both.
    """

    __tablename__ = "household_look"
    __table_args__ = (
        Index("ix_household_look_household_id_looked_on", "household_id", "looked_on"),
        CheckConstraint("length(reason) > 0", name="reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    person: Mapped[UUID]
    looked_on: Mapped[date]
    looked_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(200))


class Team(Base):
    """A patrol's or work's team of a village, named in the village once, with its leader."""

    __tablename__ = "team"
    __table_args__ = (
        UniqueConstraint("village", "name"),
        UniqueConstraint("village", "id"),
        ForeignKeyConstraint(["village", "leader_id"], ["resident.village", "resident.id"]),
        CheckConstraint("length(name) > 0", name="named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    leader_id: Mapped[UUID]
    disbanded_at: Mapped[datetime | None]
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]

    @property
    def disbanded_on(self) -> date | None:
        """The day in the villages on which it was disbanded."""
        return None if self.disbanded_at is None else village_day(self.disbanded_at)


class TeamMember(Base):
    """That a resident is in a team of their village, and since when; the leader is a member too."""

    __tablename__ = "team_member"
    __table_args__ = (
        ForeignKeyConstraint(["village", "team_id"], ["team.village", "team.id"]),
        ForeignKeyConstraint(["village", "resident_id"], ["resident.village", "resident.id"]),
    )

    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    village: Mapped[str] = mapped_column(String(12))
    since: Mapped[datetime]


class FormerMember(Base):
    """That a resident was in a team, or led it (`led`), from when to when; append-only.

    A phone without signal sends later what was walked while they were. Who becomes the leader or
    is it no more stays a member: what they were until then stands here, too.
    """

    __tablename__ = "former_member"
    __table_args__ = (
        ForeignKeyConstraint(["village", "team_id"], ["team.village", "team.id"]),
        ForeignKeyConstraint(["village", "resident_id"], ["resident.village", "resident.id"]),
        CheckConstraint("until >= since", name="not_backwards"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    team_id: Mapped[UUID] = mapped_column(index=True)
    resident_id: Mapped[UUID] = mapped_column(index=True)
    village: Mapped[str] = mapped_column(String(12))
    led: Mapped[bool]
    since: Mapped[datetime]
    until: Mapped[datetime]
