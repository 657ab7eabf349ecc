"""A notice that is put up today, by rows, for whatever line a test gives it."""

from datetime import timedelta

from incentives.access.actor import SYSTEM
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.extensions import db
from incentives.notices.models import Notice, NoticeKind
from incentives.notices.operations.publishing import next_number
from incentives.register.policy import NoticeNames


def open_notice(village: str, kind: NoticeKind, publicity_days: int) -> Notice:
    """The village's next notice, open for these days from today, for one at least."""
    number, today = next_number(village), village_day(now())
    notice = Notice(
        id=new_id(),
        village=village,
        number=number,
        year=today.year,
        number_in_year=number,
        kind=kind,
        names=NoticeNames.MASKED,
        opened_on=today,
        closes_on=today + timedelta(days=max(publicity_days, 1)),
        opened_by=SYSTEM.person,
        opened_at=now(),
        fingerprint="0" * 64,
    )
    db.session.add(notice)
    db.session.flush()
    return notice
