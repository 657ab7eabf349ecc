"""An award in public, as notices lead it: put up, objected to, ruled on, posted."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from incentives import ledger
from incentives.access.actor import SYSTEM
from incentives.awards.models import Award
from incentives.awards.operations import publication
from incentives.clock import now
from incentives.extensions import db
from incentives.notices.models import Notice, NoticeKind, NoticeLine
from tests.factories import VILLAGE, act, let_pass
from tests.notices.put_up import open_notice


def hold_and(work: Callable[..., Any], **values: Any) -> None:
    """What another room's act does under the lock, once it has checked who acts."""

    def under_the_lock() -> None:
        ledger.hold([VILLAGE])
        work(**values)

    act(under_the_lock)


def put_up(award_id: UUID) -> int:
    """The number of the notice that lists an award, made where there is none."""
    listed = (
        select(Notice.number)
        .join(NoticeLine, NoticeLine.notice_id == Notice.id)
        .where(NoticeLine.award_id == award_id)
    )
    number = db.session.scalar(listed)
    if number is not None:
        return number
    award = db.session.get_one(Award, award_id)
    notice = open_notice(VILLAGE, NoticeKind.AWARDS, award.publicity_days)
    db.session.add(
        NoticeLine(notice_id=notice.id, line=1, award_id=award_id, what="清洁", points=award.points)
    )
    db.session.flush()
    return notice.number


def publish(award_id: UUID) -> None:
    def work() -> None:
        publication.publish_awards(VILLAGE, [award_id], notice=put_up(award_id))

    hold_and(work)


def close_all() -> None:
    """Let the days of the notices that are open pass, and close them."""
    last = db.session.scalar(select(func.max(Notice.closes_on)).where(Notice.closed_at.is_(None)))
    if last is not None:
        let_pass(last)
    db.session.execute(
        update(Notice)
        .where(Notice.closed_at.is_(None))
        .values(closed_at=now(), closed_by=SYSTEM.person)
    )


def object_to(award_id: UUID) -> None:
    hold_and(publication.object_to_award, village=VILLAGE, award_id=award_id)


def overrule(award_id: UUID, *, notice_closed: bool = False) -> None:
    def work() -> None:
        if notice_closed:
            close_all()
        publication.dismiss_objection(
            VILLAGE, award_id, notice_closed=notice_closed, actor=SYSTEM, now=now()
        )

    hold_and(work)


def uphold(award_id: UUID) -> None:
    more = {"reason": "not so", "actor": SYSTEM, "now": now()}
    hold_and(publication.uphold_objection, village=VILLAGE, award_id=award_id, **more)
