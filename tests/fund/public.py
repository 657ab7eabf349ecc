"""A disbursement in public, as notices lead it: in a notice, and its notice over."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from incentives.access.actor import SYSTEM
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.extensions import db
from incentives.fund import operations
from incentives.fund.models import Disbursement
from incentives.notices.models import Notice, NoticeKind, NoticeLine
from incentives.notices.operations.publishing import next_number
from incentives.register.policy import NoticeNames
from tests.factories import act, let_pass


def put_up(disbursement_id: UUID) -> UUID:
    """The notice that lists a disbursement, made where there is none; its id."""
    listed = select(NoticeLine.notice_id).where(NoticeLine.disbursement_id == disbursement_id)
    if notice_id := db.session.scalar(listed):
        return notice_id
    row = db.session.get_one(Disbursement, disbursement_id)
    number, today = next_number(row.village), village_day(now())
    notice = Notice(
        id=new_id(),
        village=row.village,
        number=number,
        year=today.year,
        number_in_year=number,
        kind=NoticeKind.DISBURSEMENTS,
        names=NoticeNames.MASKED,
        opened_on=today,
        closes_on=today + timedelta(days=max(row.publicity_days, 1)),
        opened_by=SYSTEM.person,
        opened_at=now(),
        fingerprint="0" * 64,
    )
    db.session.add(notice)
    db.session.flush()
    line = {"what": row.purpose, "amount_fen": row.amount_fen}
    db.session.add(NoticeLine(notice_id=notice.id, line=1, disbursement_id=disbursement_id, **line))
    db.session.flush()
    return notice.id


def take_down(disbursement_id: UUID) -> None:
    """Let the days pass of the notice that it is in, and close it."""
    row = db.session.get_one(Disbursement, disbursement_id)
    notice = db.session.get_one(Notice, row.notice_id)
    let_pass(notice.closes_on)
    db.session.execute(
        update(Notice)
        .where(Notice.id == row.notice_id)
        .values(closed_at=now(), closed_by=SYSTEM.person)
    )


def publish(disbursement_id: UUID) -> None:
    """Put an evaluated one into a notice of its own."""
    act(lambda: operations.publish_disbursements([disbursement_id], put_up(disbursement_id), now()))


def conclude(disbursement_id: UUID) -> None:
    """Close its notice, and let it go on to approval."""

    def work() -> None:
        take_down(disbursement_id)
        operations.conclude_publication([disbursement_id], now())

    act(work)
