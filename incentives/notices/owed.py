"""Rulings as public duties: whose review group owes one by when, and on what kind of matter."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import or_, select

from incentives.access.actor import Role
from incentives.access.models import User, UserRole
from incentives.extensions import db
from incentives.notices.described import MATTER_WORDS
from incentives.notices.models import Objection, ObjectionStatus
from incentives.notices.operations import hands_of, is_sent_up
from incentives.notices.queries import matter_of, notice_labels, open_objections, ruled_objections
from incentives.register.answers import named
from incentives.register.dues import Done, Due
from incentives.register.models import Division
from incentives.register.queries import divisions_by_code

TOWNSHIP_LENGTH = 9
RULINGS = {
    ObjectionStatus.UPHELD: _("Ruled: the objection was right"),
    ObjectionStatus.OVERRULED: _("Ruled: the objection was not right"),
}


def rulings_owed(division: str, _on: date) -> list[Due]:
    """The rulings that are due in a division: the matter's kind, no name and no reason."""
    found = open_objections(division)
    labels = notice_labels([each.notice_id for each in found if each.notice_id])
    offices = {each.id: office_code(each) for each in found}
    names = divisions_by_code(sorted(set(offices.values())))
    return [
        Due(
            division=each.village,
            office=office_of(names[offices[each.id]]),
            title=title_of(each, labels.get(each.notice_id) if each.notice_id else None),
            due_on=each.due_on,
        )
        for each in found
    ]


def rulings_given(division: str, start: datetime, end: datetime) -> list[Done]:
    """The rulings that were given in a division: how each ended, no name and no reason."""
    found = ruled_objections(division, start, end)
    labels = notice_labels([each.notice_id for each in found if each.notice_id])
    groups = groups_of(found)
    names = divisions_by_code(sorted(set(groups.values())))
    return [
        Done(
            division=each.village,
            office=office_of(names[groups[each.id]]),
            title=title_of(each, labels.get(each.notice_id) if each.notice_id else None),
            due_on=each.due_on,
            done_at=each.ruled_at,
            note=RULINGS[each.status],
        )
        for each in found
        if each.ruled_at is not None
    ]


def groups_of(ruled: Sequence[Objection]) -> dict[UUID, str]:
    """The division whose review group ruled on each, in one statement: the village's unless who
    ruled reviews elsewhere only."""
    rulers = {each.ruled_by for each in ruled}
    rows = db.session.execute(
        select(User.id, User.resident_id, UserRole.division)
        .join(UserRole, UserRole.user_id == User.id)
        .where(
            UserRole.role == Role.REVIEWER,
            or_(User.id.in_(rulers), User.resident_id.in_(rulers)),
        )
    ).all()
    reviews: dict[UUID | None, set[str]] = defaultdict(set)
    for user_id, resident_id, division in rows:
        reviews[user_id].add(division)
        reviews[resident_id].add(division)
    found = {}
    for each in ruled:
        township = each.village[:TOWNSHIP_LENGTH]
        at = reviews[each.ruled_by]
        found[each.id] = township if township in at and each.village not in at else each.village
    return found


def office_code(objection: Objection) -> str:
    """The division whose review group has to rule: the village's, else its township's."""
    if is_sent_up(objection, hands_of(objection)):
        return objection.village[:TOWNSHIP_LENGTH]
    return objection.village


def office_of(division: Division) -> str:
    """The review group of a division, by name."""
    return gettext("Review group of %(place)s", place=named(division).name)


def title_of(objection: Objection, label: str | None) -> str:
    """What is to be ruled on, as anyone may read it."""
    matter = MATTER_WORDS[matter_of(objection)]
    if label is not None:
        return gettext(
            "Ruling on an objection: notice %(number)s, line %(line)s",
            number=label,
            line=objection.line,
        )
    return gettext("Ruling on an objection: %(matter)s", matter=matter)
