"""Batches, the closing of notices and single posts, all at once in one village."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from incentives import ledger
from incentives.access.actor import Role
from incentives.awards.models import Award, AwardStatus
from incentives.clock import now
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.ledger import posting
from incentives.ledger.audit import audit
from incentives.ledger.models import Event
from incentives.notices import operations as notices
from incentives.notices.models import NoticeKind, NoticeStatus
from incentives.notices.operations import publishing
from incentives.notices.states import NOTICE_TRANSITIONS, NoticeAction
from tests.awards.scenes import Scene, make_scene
from tests.factories import VILLAGE, act, staff
from tests.ledger.books import Books
from tests.races.crowd import CROWD, STOPPED, at_once, count, meet_before, rounds, succeeded, unlock

BATCH = 5
RESCUE, POINTS = "SA04", 30  # the rule item without a cap
CLOSERS = CROWD // 2


def publish(scene: Scene, clock: Any) -> int:
    """A notice of two awards, whose days are over; its number."""
    for person in scene.people()[:2]:
        scene.review(scene.propose(RESCUE, person=person.id))
    number = act(
        lambda: (
            notices.make_notice(
                village=VILLAGE, kind=NoticeKind.AWARDS, actor=scene.reviewer, now=now()
            ).number
        )
    )
    clock.forward(days=2)
    return number


def close(number: int) -> None:
    """Close a notice, which posts its awards in one transaction."""
    reviewer = staff(Role.REVIEWER)
    act(
        lambda: (
            notices.close_notice(village=VILLAGE, number=number, actor=reviewer, now=now()).number
        )
    )


def books_of(scene: Scene) -> Books:
    """The village's log, to post to beside the rooms, with a shop."""

    def work() -> None:
        ledger.hold([VILLAGE])
        ledger.open_shop(VILLAGE)

    act(work)
    return Books(VILLAGE, (scene.household.account_code, scene.other.account_code))


def works_of(books: Books, number: int) -> list[Callable[[], Any]]:
    """Closers of one notice, two batches, a sale and a donation."""
    one, other = books.households
    return [
        *[partial(close, number)] * CLOSERS,
        lambda: books.post(*[books.award(one, 1) for _ in range(BATCH)]),
        lambda: books.post(*[books.award(each, 1) for each in (other, one)]),
        lambda: books.post(books.redemption(other, 1)),
        lambda: books.post(books.income(100)),
    ]


def posted() -> int:
    """How many events the village has."""
    db.session.rollback()
    return db.session.scalar(
        select(func.count()).select_from(Event).where(Event.village == VILLAGE)
    )


def awards_posted(state: AwardStatus = AwardStatus.POSTED) -> list[UUID]:
    """The awards of a state."""
    return list(db.session.scalars(select(Award.id).where(Award.status == state)))


def test_batches_notices_and_single_posts_interleave(app, clock):
    scene = make_scene(publicity_days=1)
    books = books_of(scene)
    books.post(books.award(books.households[1], 10_000))
    for number in rounds(3):
        notice, before = publish(scene, clock), posted()
        outcomes = at_once(app, works_of(books, notice))
        assert count(outcomes, WrongState) == CLOSERS - 1, outcomes
        assert succeeded(outcomes) == len(outcomes) - (CLOSERS - 1), outcomes
        assert posted() - before == 2 + BATCH + 2 + 1 + 1
        assert len(awards_posted()) == 2 * (number + 1)
        assert scene.points() == (2 * POINTS + BATCH + 1) * (number + 1)
    assert audit(VILLAGE) == []


class Unconditional:
    """An UPDATE that asks for the row only, not for the state that it must be in."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement

    def where(self, row: Any, *_state: Any) -> Any:
        """The first condition alone."""
        return self.statement.where(row)


def test_control_without_the_condition_a_notice_is_closed_again_and_again(app, clock, monkeypatch):
    scene = make_scene(publicity_days=1)
    notice = publish(scene, clock)
    monkeypatch.setattr(publishing, "update", lambda table: Unconditional(update(table)))
    any_state = (frozenset(NoticeStatus), NoticeStatus.CLOSED)
    monkeypatch.setitem(NOTICE_TRANSITIONS, NoticeAction.CLOSE, any_state)
    outcomes = at_once(app, [partial(close, notice)] * CLOSERS)
    assert count(outcomes, WrongState) < CLOSERS - 1


def test_control_without_the_lock_batches_and_single_posts_stop_each_other(app, monkeypatch):
    books = books_of(make_scene(publicity_days=1))
    books.post(books.award(books.households[1], 10_000))
    works, before = works_of(books, 0)[CLOSERS:], posted()
    unlock(monkeypatch)
    meet_before(monkeypatch, posting, "write", len(works))
    outcomes = at_once(app, works)
    assert (succeeded(outcomes), count(outcomes, STOPPED)) == (1, len(works) - 1), outcomes
    monkeypatch.undo()
    assert posted() > before
    assert audit(VILLAGE) == []
