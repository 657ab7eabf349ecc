"""Submitting a draft to be checked, and taking it back."""

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import update

from incentives.access import audit
from incentives.access.actor import Actor
from incentives.access.permissions import require
from incentives.errors import FieldError, Invalid, WrongState
from incentives.extensions import db
from incentives.openings.models import REASON_LENGTH, Opening, OpeningLine
from incentives.openings.operations.steps import (
    hold_opening,
    lines_of,
    move_on,
    record,
    refuse_wrong_state,
)
from incentives.openings.problems import problems_of
from incentives.openings.states import Action
from incentives.openings.words import problem_words
from incentives.texts import check_text

ERRORS_AT_MOST = 50


def submit_opening(*, village: str, opening_id: UUID, actor: Actor, now: datetime) -> Opening:
    """Send a draft to be checked; what was typed in the file is forgotten then, but for figures.

    Refuses a draft without lines or with a line that can't be posted: whose household or good isn't
    known, stands there twice, or was taken over already.
    """
    require(actor, "opening.enter", village)
    opening = hold_opening(village, opening_id)
    refuse_wrong_state(opening, Action.SUBMIT)
    refuse_problems(opening)
    move_on(opening, Action.SUBMIT, submitted_by=actor.person, submitted_at=now)
    forget_typed(opening)
    number_anew(opening)
    record(opening, audit.Tag.OPENING_SUBMITTED, actor=actor, now=now)
    return opening


def number_anew(opening: Opening) -> None:
    """Close the gaps that dropped lines left: the notice numbers its lines from 1 on."""
    for number, line in enumerate(lines_of(opening), start=1):
        if line.line != number:
            line.line = number
            db.session.flush()


def refuse_problems(opening: Opening) -> None:
    """Refuse an opening that has a line that can't be posted, or none at all."""
    lines = lines_of(opening)
    if not lines:
        raise WrongState(_("Nothing stands in this book"))
    found = problems_of(opening.village, lines)
    errors = [
        FieldError(f"/lines/{line.line}/{problem['field']}", problem_words(problem))
        for line in lines
        for problem in found.get(line.id, ())
    ]
    if errors:
        raise Invalid(_("Some lines are to be mended first"), errors=errors[:ERRORS_AT_MOST])


def withdraw_opening(
    *, village: str, opening_id: UUID, reason: str, actor: Actor, now: datetime
) -> Opening:
    """End an opening before it is posted, with a reason; the book can then be brought again."""
    require(actor, "opening.enter", village)
    reason = check_text(reason, "/reason", REASON_LENGTH)
    opening = hold_opening(village, opening_id)
    move_on(opening, Action.WITHDRAW, ended_by=actor.person, ended_at=now, ended_reason=reason)
    forget_typed(opening)
    details = {"reason": reason}
    record(opening, audit.Tag.OPENING_WITHDRAWN, actor=actor, now=now, details=details)
    return opening


def forget_typed(opening: Opening) -> None:
    """Forget the names that a file brought: ids and figures are all that is needed on."""
    db.session.execute(
        update(OpeningLine)
        .where(OpeningLine.opening_id == opening.id)
        .values(typed=None, problems=None, row=None)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
