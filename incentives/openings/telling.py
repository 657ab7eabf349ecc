"""What a household's statement and the fund's book say of an opening: who entered and checked."""

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.access.queries import person_names
from incentives.extensions import db
from incentives.fund.queries.book import MoreOfLine
from incentives.ledger import Event
from incentives.notices.models import Notice
from incentives.openings.models import Opening, OpeningCheck, OpeningLine


def openings_of(
    line_ids: Sequence[UUID],
) -> tuple[dict[UUID, tuple[OpeningLine, Opening, str]], dict[UUID, list[UUID]]]:
    """These lines with their openings and the labels of their notices; who checked them."""
    rows = db.session.execute(
        select(OpeningLine, Opening, Notice)
        .join(Opening, Opening.id == OpeningLine.opening_id)
        .join(Notice, Notice.id == Opening.notice_id)
        .where(OpeningLine.id.in_(line_ids))
    )
    found = {line.id: (line, opening, notice.label) for line, opening, notice in rows}
    checkers: dict[UUID, list[UUID]] = {}
    for opening_id, checker in db.session.execute(
        select(OpeningCheck.opening_id, OpeningCheck.checker)
        .where(
            OpeningCheck.opening_id.in_({opening.id for _line, opening, _label in found.values()})
        )
        .order_by(OpeningCheck.checked_at)
    ):
        checkers.setdefault(opening_id, []).append(checker)
    return found, checkers


def tell_openings(line_ids: Sequence[UUID]) -> dict[UUID, str]:
    """A sentence by line, in three statements however many they are."""
    found, checkers = openings_of(line_ids)
    names = person_names(
        {each for people in checkers.values() for each in people}
        | {opening.entered_by for _line, opening, _label in found.values()}
    )
    told = {}
    for line_id, (line, opening, label) in found.items():
        known = [names[each] for each in checkers.get(opening.id, ()) if each in names]
        parts = []
        if opening.entered_by in names:
            parts.append(_("entered by %(name)s", name=names[opening.entered_by]))
        if known:
            parts.append(_("checked by %(names)s", names=_(", ").join(known)))
        parts.append(_("notice %(number)s, line %(line)s", number=label, line=line.line))
        told[line_id] = " · ".join(parts)
    return told


def tell_book(events: Sequence[Event]) -> dict[UUID, MoreOfLine]:
    """What the public book says of these events' money, as far as openings brought it."""
    found, checkers = openings_of([event.record for event in events if event.record is not None])
    return {
        event.id: MoreOfLine(
            source="opening",
            paper=_("notice %(number)s", number=label),
            steps=(
                ("taken_over", opening.entered_by),
                *(("checked", each) for each in checkers.get(opening.id, ())),
            ),
            reversal=("given_back", line.reversed_by),
            reversal_reason=line.reversed_reason,
        )
        for event in events
        if event.record in found
        for line, opening, label in [found[event.record]]
    }
