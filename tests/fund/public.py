"""A disbursement in public, as notices lead it: in a notice, and its notice over."""

from uuid import UUID

from sqlalchemy import select, update

from incentives.access.actor import SYSTEM
from incentives.clock import now
from incentives.extensions import db
from incentives.fund import operations
from incentives.fund.models import Disbursement
from incentives.notices.models import Notice, NoticeKind, NoticeLine
from tests.factories import act, let_pass
from tests.notices.put_up import open_notice


def put_up(disbursement_id: UUID) -> UUID:
    """The notice that lists a disbursement, made where there is none; its id."""
    listed = select(NoticeLine.notice_id).where(NoticeLine.disbursement_id == disbursement_id)
    if notice_id := db.session.scalar(listed):
        return notice_id
    row = db.session.get_one(Disbursement, disbursement_id)
    notice = open_notice(row.village, NoticeKind.DISBURSEMENTS, row.publicity_days)
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
