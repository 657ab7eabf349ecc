"""Rulings as public duties: whose review group owes one by when, and on what kind of matter."""

from datetime import date

from flask_babel import gettext

from incentives.notices.described import MATTER_WORDS
from incentives.notices.models import Objection
from incentives.notices.operations import hands_of, is_sent_up
from incentives.notices.queries import matter_of, notice_labels, open_objections
from incentives.register.answers import named
from incentives.register.dues import Due
from incentives.register.models import Division
from incentives.register.queries import divisions_by_code

TOWNSHIP_LENGTH = 9


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
