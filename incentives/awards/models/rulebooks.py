"""Tables of the rules: a village's numbered versions, and what earns points in each."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id

CODE_LENGTH = 12
NAME_LENGTH = 100
UNIT_LENGTH = 12


class RulebookStatus(StrEnum):
    """A draft may be changed; what the assembly adopted never is, and its number never reused."""

    DRAFT = "draft"
    ADOPTED = "adopted"
    DISCARDED = "discarded"


class Category(StrEnum):
    """What points may be given for. Belief, politics, family and health have no category."""

    PATROL = "patrol"
    SAFETY = "safety"
    MEDIATION = "mediation"
    ENVIRONMENT = "environment"
    NEIGHBOURS = "neighbours"
    PUBLIC_WORKS = "public_works"
    COUNCIL = "council"
    LEARNING = "learning"
    CULTURE = "culture"


class CapPer(StrEnum):
    """Whose points a cap counts."""

    PERSON = "person"
    HOUSEHOLD = "household"


class CapPeriod(StrEnum):
    """In which span of the calendar a cap counts."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Evidence(StrEnum):
    """What shows that the act took place; `photo` and `document` need a file."""

    PATROL = "patrol"
    PHOTO = "photo"
    CALL = "call"
    SIGN_IN = "sign_in"
    WITNESS = "witness"
    DOCUMENT = "document"
    MINUTES = "minutes"
    VISIT = "visit"
    WEIGH = "weigh"


class Rulebook(Base):
    """One numbered version of a village's rules; adopted by the assembly, it holds from a day on.

    Of the adopted versions whose day has come, the one that was adopted last is in force.
    `revision` counts the changes of a draft, so that nobody overwrites what they haven't seen.
    Triggers keep an adopted version as it is (`triggers.py`); minutes may be added once.
    """

    __tablename__ = "rulebook"
    __table_args__ = (
        UniqueConstraint("village", "number"),
        CheckConstraint("number > 0", name="number_from_one"),
        CheckConstraint("revision > 0", name="revision_from_one"),
        CheckConstraint(
            "status <> 'adopted' OR (held_on IS NOT NULL AND present IS NOT NULL AND in_favour"
            " IS NOT NULL AND against IS NOT NULL AND effective_on IS NOT NULL AND adopted_by"
            " IS NOT NULL AND adopted_at IS NOT NULL)",
            name="adoption_is_whole",
        ),
        CheckConstraint("in_favour + against <= present", name="votes_of_present"),
        CheckConstraint("2 * in_favour > present", name="majority"),
        CheckConstraint("against >= 0", name="against_not_negative"),
        CheckConstraint("effective_on >= held_on", name="not_backwards"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"))
    number: Mapped[int]
    status: Mapped[RulebookStatus] = mapped_column(
        choice(RulebookStatus, "status"), default=RulebookStatus.DRAFT
    )
    revision: Mapped[int] = mapped_column(default=1)
    drafted_by: Mapped[UUID]
    drafted_at: Mapped[datetime]
    held_on: Mapped[date | None]
    present: Mapped[int | None]
    in_favour: Mapped[int | None]
    against: Mapped[int | None]
    minutes_id: Mapped[UUID | None] = mapped_column(ForeignKey("file.id"), index=True)
    effective_on: Mapped[date | None]
    adopted_by: Mapped[UUID | None]
    adopted_at: Mapped[datetime | None]


class RuleItem(Base):
    """One act that earns points in one version of the rules; its code is the same in all versions.

    A cap is a number of points for one person or household in a period; none means no cap.
    """

    __tablename__ = "rule_item"
    __table_args__ = (
        UniqueConstraint("rulebook_id", "code"),
        UniqueConstraint("rulebook_id", "line"),
        CheckConstraint("points > 0", name="points_positive"),
        CheckConstraint("cap_points >= points", name="cap_holds_one"),
        CheckConstraint(
            "(cap_points IS NULL) = (cap_per IS NULL)"
            " AND (cap_points IS NULL) = (cap_period IS NULL)",
            name="cap_is_whole",
        ),
        CheckConstraint("length(name_zh) > 0 AND length(unit) > 0", name="named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    rulebook_id: Mapped[UUID] = mapped_column(ForeignKey("rulebook.id"))
    line: Mapped[int]
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    category: Mapped[Category] = mapped_column(choice(Category, "category"))
    name_zh: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    points: Mapped[int]
    unit: Mapped[str] = mapped_column(String(UNIT_LENGTH))
    cap_points: Mapped[int | None]
    cap_per: Mapped[CapPer | None] = mapped_column(choice(CapPer, "cap_per"))
    cap_period: Mapped[CapPeriod | None] = mapped_column(choice(CapPeriod, "cap_period"))
    evidence: Mapped[Evidence] = mapped_column(choice(Evidence, "evidence"))
    claimable: Mapped[bool] = mapped_column(default=False)
