"""Points of reports that proved untrue: what was proposed before their callers sent them back."""

from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, select

from incentives.awards.models import Award, AwardStatus
from incentives.awards.timeline import step
from incentives.calls.models import Call, CallStep, Office
from incentives.calls.states import Action
from incentives.extensions import db

# What reviewers decided on already is theirs to take back.
STANDING = (
    AwardStatus.REVIEWED,
    AwardStatus.PUBLISHED,
    AwardStatus.OBJECTED,
    AwardStatus.POSTED,
)


def standing_untrue(village: str) -> Select[Award]:
    """A village's awards that stand though their reports proved untrue."""
    return (
        select(Award)
        .join(Call, Call.award_id == Award.id)
        .where(Award.village == village, Call.verified.is_(False), Award.status.in_(list(STANDING)))
    )


def steps_of_untrue(award: Award) -> list[dict[str, Any]]:
    """That the office found an award's report untrue, with its words, for the award's timeline."""
    found = db.session.execute(
        select(CallStep, Office.name)
        .join(Call, Call.id == CallStep.call_id)
        .join(Office, Office.id == CallStep.office_id)
        .where(
            Call.award_id == award.id,
            Call.verified.is_(False),
            CallStep.action == Action.RESOLVE.value,
        )
        .order_by(CallStep.number.desc())
        .limit(1)
    ).first()
    if found is None:
        return []
    title = gettext("Its office found the report untrue")
    return [step(title, found.CallStep.at, found.name, found.CallStep.note, kind="unfounded")]
