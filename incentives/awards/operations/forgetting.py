"""What the clock does with evidence: 90 days after the answer its bytes are gone for good.

The rows stay and say that there was a photo or paper, and when it was erased.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from incentives.awards.models import Award, AwardEvidence
from incentives.extensions import db
from incentives.files.models import File
from incentives.files.operations import erase_each, why_kept

EVIDENCE_DAYS = timedelta(days=90)


def erase_old_evidence(*, now: datetime) -> int:
    """Erase photos and papers 90 days after their award was posted, rejected or withdrawn.

    One that shows several awards stays until the last of them has had its days; what another record
    keeps stays with that. How many were erased, each in a transaction of its own.
    """
    due = [
        (file.village, file.id)
        for file in old_evidence(now - EVIDENCE_DAYS)
        if why_kept(file, now) is None
    ]
    return erase_each(due, now=now)


def old_evidence(before: datetime) -> Sequence[File]:
    """The files whose awards were all answered before an instant."""
    other_link, other = aliased(AwardEvidence), aliased(Award)
    answered = func.coalesce(Award.closed_at, Award.posted_at)
    still_needed = exists().where(
        other_link.file_id == File.id,
        other.id == other_link.award_id,
        or_(
            func.coalesce(other.closed_at, other.posted_at).is_(None),
            func.coalesce(other.closed_at, other.posted_at) >= before,
        ),
    )
    return db.session.scalars(
        select(File)
        .join(AwardEvidence, AwardEvidence.file_id == File.id)
        .join(Award, Award.id == AwardEvidence.award_id)
        .where(File.erased_at.is_(None), answered < before, ~still_needed)
        .order_by(File.id)
        .distinct()
    ).all()
