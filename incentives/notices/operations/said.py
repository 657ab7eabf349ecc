"""What the same household said of the same thing already."""

from datetime import date, datetime
from typing import cast

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, select

from incentives.awards.models import Award
from incentives.awards.queries import answered_last, turned_at
from incentives.clock import village_day
from incentives.errors import Duplicate
from incentives.extensions import db
from incentives.notices.models import Objection, ObjectionStatus
from incentives.notices.queries import is_no_left, is_same_missing
from incentives.register.models import Resident
from incentives.web.dates import day_word
from incentives.web.schemas import instant_text

# What an objection is to, where nothing is missing, whichever way it was named.
MATTERS = ("award_id", "disbursement_id", "opening_line_id", "redemption_id", "clearing_id")


def refuse_said_already(objection: Objection) -> None:
    """Refuse what the same household says of the same thing again.

    While its first waits for a ruling, and where it was found not right, unless something was
    decided since. What a clearing took later is refused or let pass before. Of an act that several
    awards were refused of or taken back, each no is another thing.
    """
    if objection.missing_resident_id is not None and is_no_left(objection):
        return
    waits = said(objection, ObjectionStatus.OPEN)
    if waits is not None:
        day = day_word(waits.due_on)
        raise Duplicate(_("You objected to this already: somebody rules on it by %(day)s", day=day))
    ruled = said(objection, ObjectionStatus.OVERRULED)
    if ruled is None or ruled.ruled_at is None or objection.clearing_id is not None:
        return
    since = decided_last(objection)
    if since is None or since <= ruled.ruled_at:
        words = _(
            "You objected to this already: on %(day)s it was ruled not to be right. %(reason)s",
            day=day_word(village_day(ruled.ruled_at)),
            reason=ruled.ruling_reason,
        )
        raise Duplicate(words, objection_id=ruled.id, ruled_at=instant_text(ruled.ruled_at))


def said(objection: Objection, status: ObjectionStatus) -> Objection | None:
    """The last that the same household, or whoever has none, said of the same thing."""
    whose = "made_by" if objection.household_id is None else "household_id"
    return db.session.scalar(
        select(Objection)
        .where(
            Objection.village == objection.village,
            Objection.status == status,
            getattr(Objection, whose) == getattr(objection, whose),
            is_same_matter(objection),
        )
        .order_by(Objection.ruled_at.desc())
        .limit(1)
    )


def is_same_matter(objection: Objection) -> ColumnElement[bool]:
    """Whether others are to what one is to."""
    if objection.missing_resident_id is not None:
        return is_same_missing(objection)
    return and_(*(getattr(Objection, name) == getattr(objection, name) for name in MATTERS))


def decided_last(objection: Objection) -> datetime | None:
    """When the act in question was last refused or taken back, or given again; None where never."""
    if objection.missing_resident_id is not None:
        resident = db.session.get_one(Resident, objection.missing_resident_id)
        code, day = objection.missing_rule_item, objection.missing_occurred_on
        return answered_last(resident, cast("str", code), cast("date", day))
    if objection.award_id is not None:
        return turned_at(db.session.get_one(Award, objection.award_id))
    return None
