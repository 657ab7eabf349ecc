"""An opening as a page shows it: who did what, what is to come, what this person can do."""

from typing import Any

from flask_babel import gettext as _

from incentives.access.actor import Actor
from incentives.access.permissions import may
from incentives.access.queries import person_names
from incentives.openings.models import CheckRole, OpeningStatus
from incentives.openings.operations.checking import can_check, entered_by
from incentives.openings.operations.steps import lines_of
from incentives.openings.queries import OpeningView
from incentives.openings.states import Action, allowed
from incentives.openings.words import CHECKED_FOR
from incentives.web.pages.timeline import step, steps_to_come

PERMISSIONS = {
    Action.SUBMIT: ("submission", "opening.enter"),
    Action.CHECK: ("check", "opening.check"),
    Action.POST: ("posting", "opening.post"),
    Action.REJECT: ("rejection", "opening.reject"),
    Action.WITHDRAW: ("withdrawal", "opening.enter"),
    Action.REVERSE: ("reversal", "opening.reverse"),
}


def actions_of(view: OpeningView, actor: Actor) -> list[str]:
    """What this person can do now, by role, state and what they did before."""
    opening = view.opening
    village = opening.village
    lines = lines_of(opening)
    own = any(line.household_id == actor.household_id for line in lines if line.household_id)
    fits = {
        Action.SUBMIT: not view.bad and bool(lines),
        Action.CHECK: can_check(actor, opening),
        Action.REJECT: actor.person not in entered_by(opening, lines),
        Action.REVERSE: not own,
    }
    return [
        PERMISSIONS[action][0]
        for action in allowed(opening.status)
        if action in PERMISSIONS
        and fits.get(action, True)
        and may(actor, PERMISSIONS[action][1], village)
    ]


def steps_of(view: OpeningView) -> list[dict[str, Any]]:
    """Who did what and when, and what is still to come."""
    row = view.opening
    names = person_names(
        {row.entered_by, row.submitted_by, row.posted_by, row.ended_by}
        | {each.checker for each in view.checks}
    )
    steps = [step(_("Entered"), row.entered_by, row.entered_at, names)]
    if row.submitted_at is not None:
        steps.append(step(_("Sent to be checked"), row.submitted_by, row.submitted_at, names))
    for each in view.checks:
        steps.append(step(str(CHECKED_FOR[each.role]), each.checker, each.checked_at, names))
    if row.posted_at is not None and view.notice is not None:
        number = _("Notice %(number)s", number=view.notice.label)
        steps.append(step(_("Taken over"), row.posted_by, row.posted_at, names, number))
    if row.ended_at is not None:
        rejected = row.status is OpeningStatus.REJECTED
        ended = _("Not approved") if rejected else _("Withdrawn")
        steps.append(step(ended, row.ended_by, row.ended_at, names, row.ended_reason))
    return steps + rest_of(view)


def rest_of(view: OpeningView) -> list[dict[str, Any]]:
    """The steps that are still to be taken, the next one first."""
    status = view.opening.status
    checks = {
        CheckRole.REVIEWER: _("The review group checks"),
        CheckRole.SUPERVISOR: _("The supervision committee checks"),
    }
    missing = view.missing if status is OpeningStatus.SUBMITTED else {}
    if status is OpeningStatus.DRAFTED:
        rest = [_("Sending it to be checked"), *checks.values(), _("Taking it over")]
    elif status is OpeningStatus.SUBMITTED:
        rest = [*(checks[role] for role in missing), _("Taking it over")]
    else:
        rest = [_("Taking it over")] if status is OpeningStatus.CHECKED else []
    return steps_to_come(rest)
