"""What becomes of an award when its sealed event is put back into an older database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from incentives.access import audit
from incentives.access.actor import SYSTEM
from incentives.awards.models import Award, AwardReview, AwardStatus, Decision
from incentives.awards.operations import records
from incentives.extensions import db
from incentives.ledger import Kind
from incentives.ledger.replaying import Replayed
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostKind


def rebuild_award(replayed: Replayed, now: datetime) -> Sequence[Lost] | None:
    """Move an award to where its event shows it: posted, reversed, or given again.

    None where the event is of no award that is there. Reviews, notice and reasons that came after
    the backup are lost.
    """
    event = replayed.event
    if event.kind not in (Kind.AWARD, Kind.REVERSAL) or event.record is None:
        return None
    award = db.session.get(Award, event.record, populate_existing=True)
    if award is None:
        return None
    if event.kind is Kind.AWARD:
        facts = missing_decisions(award)
        values = {"event_id": event.id, "posted_at": event.at, "status": AwardStatus.POSTED}
        tag = audit.Tag.AWARD_POSTED
    elif award.status is AwardStatus.POSTED:
        facts, values = ["reason"], {"status": AwardStatus.REVERSED}
        tag = audit.Tag.AWARD_REVERSED
    else:
        facts, values = ["reason"], {"status": AwardStatus.POSTED}
        tag = audit.Tag.AWARD_REINSTATED
    records.rows_changed(
        update(Award).where(Award.id == award.id).values(last_event_id=event.id, **values)
    )
    records.record([award], tag, actor=SYSTEM, now=now, details={"caught_up": True})
    db.session.flush()
    return [Lost(LostKind.FACTS, {"record": str(award.id), "facts": facts})] if facts else []


def missing_decisions(award: Award) -> list[str]:
    """Which decisions that an award was posted on aren't there any more."""
    approved = db.session.scalar(
        select(func.count()).where(
            AwardReview.award_id == award.id, AwardReview.decision == Decision.APPROVE
        )
    )
    facts = ["reviews"] if (approved or 0) < award.reviews_needed else []
    if award.publicity_days > 0 and award.notice is None:
        facts.append("notice")
    return facts
