"""What was promised a notice is approved after it only, by its own notice, past the operations too;

and an application keeps the policy of its day.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import SYSTEM
from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.fund import operations
from incentives.fund.models import Decision, Disbursement, DisbursementApproval, Status
from incentives.notices.models import NoticeLine, Objection, ObjectionStatus
from incentives.register.operations import set_policy
from tests.factories import VILLAGE, act
from tests.fund.people import (
    applied,
    approve,
    bring_to,
    evaluate,
    give,
    make_people,
    pay,
    status_of,
)
from tests.fund.public import conclude, publish, put_up, take_down
from tests.fund.raw import hexed, refused, send

APPROVED = "UPDATE disbursement SET status = 'approved'"
PROMISED = "was promised a notice"
STILL_PUBLIC = "in public still, or objected to"
CONCLUDED = "UPDATE disbursement SET concluded_at = {later}"


@pytest.fixture
def village(app):
    people = make_people(publicity_days=5, second_approval_fen=100_000)
    give(people, 1_000_000)
    return people


def evaluated(village, **fields):
    one = applied(village, **fields)
    evaluate(village.reviewer, one)
    return one


def vote(person, one) -> None:
    """An approval put in past the operation, which would refuse it yet."""
    row = DisbursementApproval(
        disbursement_id=one,
        approver=person,
        decision=Decision.APPROVE,
        from_above=False,
        decided_at=now(),
    )
    act(lambda: db.session.add(row))


def test_nothing_is_approved_without_its_notice(village):
    one = evaluated(village)
    vote(village.supervisor.person, one)
    refused(APPROVED, PROMISED)
    publish(one)
    refused(APPROVED, PROMISED)
    conclude(one)
    refused(APPROVED, "in public still when it was approved")


def test_the_operation_is_held_to_its_notice_too(village, monkeypatch):
    one = evaluated(village)
    name = "incentives.fund.operations.deciding.refuse_unpublished"
    monkeypatch.setattr(name, lambda _row: None)
    with pytest.raises(DBAPIError, match=PROMISED):
        approve(village.supervisor, one)
    publish(one)
    with pytest.raises(DBAPIError, match=PROMISED):
        approve(village.supervisor, one)
    assert not db.session.scalars(select(DisbursementApproval)).all()


def test_it_is_published_in_the_notice_that_lists_it_only(village):
    one, other = evaluated(village), bring_to(Status.PUBLISHED, village)
    others = db.session.get_one(Disbursement, other).notice_id
    for notice in (new_id(), others):
        refused(
            "UPDATE disbursement SET status = 'published', notice_id = :notice WHERE id = :one",
            "no notice lists this",
            notice=hexed(notice),
            one=hexed(one),
        )


def test_its_publication_ends_with_its_notice(village):
    one = evaluated(village)
    refused(CONCLUDED, STILL_PUBLIC)
    publish(one)
    refused(CONCLUDED, STILL_PUBLIC)
    act(lambda: take_down(one))
    closed = "(SELECT closed_at FROM notice)"
    refused(CONCLUDED.format(later="evaluated_at"), "in public still then")
    send(CONCLUDED.format(later=closed))


def object_to(one):
    line = db.session.scalars(select(NoticeLine).where(NoticeLine.disbursement_id == one)).one()
    row = Objection(
        village=VILLAGE,
        notice_id=line.notice_id,
        line=line.line,
        disbursement_id=one,
        reason="x",
        made_by=new_id(),
        made_at=now(),
        due_on=village_day(now()),
    )
    act(lambda: db.session.add(row))


def test_an_open_objection_holds_it_back(village):
    one = evaluated(village)
    publish(one)
    object_to(one)
    act(lambda: take_down(one))
    refused(CONCLUDED, STILL_PUBLIC)
    ruled = {
        "status": ObjectionStatus.OVERRULED,
        "ruled_by": new_id(),
        "ruled_at": now(),
        "ruling_reason": "x",
    }
    act(lambda: db.session.execute(update(Objection).values(**ruled)))
    act(lambda: operations.conclude_publication([one], now()))
    object_to(one)
    vote(village.supervisor.person, one)
    refused(APPROVED, "is objected to")
    assert status_of(one) is Status.PUBLISHED


@pytest.mark.parametrize(
    "forged",
    [
        "notice_id = NULL",
        "notice_id = id",
        "concluded_at = NULL",
        "concluded_at = {later}",
    ],
)
def test_it_stays_in_its_notice(village, forged):
    bring_to(Status.APPROVED, village)
    refused(f"UPDATE disbursement SET {forged}", "stays in its notice")


def test_what_needs_no_notice_gets_none_later(village):
    one = bring_to(Status.REJECTED, village)
    notice = act(lambda: put_up(one))
    refused(
        "UPDATE disbursement SET notice_id = :notice", "stays in its notice", notice=hexed(notice)
    )


def change_policy(**values):
    """A policy of tomorrow on; the day after."""
    act(
        lambda: set_policy(
            village=VILLAGE,
            values=values,
            effective_on=village_day(now()) + timedelta(days=1),
            resolution="村民会议决议",
            actor=SYSTEM,
            now=now(),
        )
    )


def test_an_application_keeps_the_policy_of_its_day(village, clock):
    before = evaluated(village, amount_fen=100_001)
    change_policy(publicity_days=0, second_approval_fen=10_000_000)
    clock.forward(days=40)  # what was asked for before isn't nearby any more
    with pytest.raises(WrongState):
        approve(village.supervisor, before)
    publish(before)
    conclude(before)
    approve(village.supervisor, before)
    assert status_of(before) is Status.PUBLISHED
    after = evaluated(village, amount_fen=100_001)
    approve(village.supervisor, after)
    assert status_of(after) is Status.APPROVED
    approve(village.supervisor2, before)
    for one in (before, after):
        pay(village.treasurer, one)


def test_nor_does_a_stricter_policy_hold_it_up(app, clock):
    village = make_people(publicity_days=0, second_approval_fen=10_000_000)
    give(village, 1_000_000)
    before = evaluated(village, amount_fen=100_001)
    change_policy(publicity_days=5, second_approval_fen=100_000)
    clock.forward(days=40)
    approve(village.supervisor, before)
    pay(village.treasurer, before)
    after = evaluated(village, amount_fen=100_001)
    with pytest.raises(WrongState):
        approve(village.supervisor, after)
