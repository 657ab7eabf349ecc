"""That a notice is whole and comes before the act, by statements past the operations."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from incentives.clock import now, village_day
from incentives.database import new_id
from incentives.extensions import db
from incentives.fund.models import Disbursement, Status
from incentives.notices.models import Notice, NoticeKind, NoticeLine
from incentives.notices.operations import close_notice, make_notice
from incentives.register.policy import NoticeNames
from tests.factories import OTHER_VILLAGE, VILLAGE, act, let_pass, make_village
from tests.fund.people import applied, approve, evaluate, give, make_people, pay, status_of
from tests.fund.public import publish, take_down
from tests.fund.raw import hexed, refused, send

OPEN = "a notice begins open"
UNLIKE = "a line says what it lists"
DAYS = "for the days it was promised"


@pytest.fixture
def village(app):
    people = make_people(publicity_days=5, second_approval_fen=100_000)
    give(people, 1_000_000)
    return people


def evaluated(village):
    one = applied(village, amount_fen=6_000)
    evaluate(village.reviewer, one)
    return one


def notice_of(**changes) -> Notice:
    """A notice of today, of five days."""
    today = village_day(now())
    given = {
        "id": new_id(),
        "village": VILLAGE,
        "number": 77,
        "year": 2026,
        "number_in_year": 77,
        "kind": NoticeKind.DISBURSEMENTS,
        "names": NoticeNames.MASKED,
        "opened_on": today,
        "closes_on": today + timedelta(days=5),
        "opened_by": new_id(),
        "opened_at": now(),
        "fingerprint": "0" * 64,
    }
    return Notice(**given | changes)


def keep(row):
    """Put a row in past the operations."""

    def work():
        db.session.add(row)
        db.session.flush()
        return getattr(row, "id", None)

    return act(work)


def line_of(one, notice, amount_fen: int = 6_000) -> NoticeLine:
    what = {"what": "family", "amount_fen": amount_fen}
    return NoticeLine(notice_id=notice, line=2, disbursement_id=one, **what)


def refuses(row, words: str) -> None:
    with pytest.raises(DBAPIError, match=words):
        keep(row)


def test_a_notice_begins_open_on_its_day(village):
    week = timedelta(days=7)
    today = village_day(now())
    for forged in (
        {"closed_at": now(), "closed_by": new_id()},
        {"opened_on": today - week, "closes_on": today - timedelta(days=1)},
        {"opened_on": today - week},
        {"opened_on": today + timedelta(days=1)},
    ):
        refuses(notice_of(**forged), OPEN)
    keep(notice_of())


def test_a_line_is_of_its_notice_and_says_what_it_lists(village):
    make_village(OTHER_VILLAGE)
    one = evaluated(village)
    for wrong in ({"kind": NoticeKind.AWARDS}, {"village": OTHER_VILLAGE}):
        refuses(line_of(one, keep(notice_of(**wrong))), UNLIKE)
    right = keep(notice_of(number=78, number_in_year=78))
    for amount_fen in (1, 6_001):
        refuses(line_of(one, right, amount_fen), UNLIKE)
    keep(line_of(one, right))


def test_no_line_joins_a_closed_notice(village):
    one, other = evaluated(village), evaluated(village)
    publish(one)
    act(lambda: take_down(one))
    refuses(line_of(other, db.session.get_one(Disbursement, one).notice_id), UNLIKE)


def test_no_line_joins_a_notice_that_was_put_up(village):
    first, later = evaluated(village), applied(village, amount_fen=6_000)
    notice = act(
        lambda: (
            make_notice(
                village=VILLAGE,
                kind=NoticeKind.DISBURSEMENTS,
                actor=village.reviewer,
                now=now(),
            ).id
        )
    )
    assert db.session.get_one(Disbursement, first).notice_id == notice
    evaluate(village.reviewer, later)
    refuses(line_of(later, notice), "a notice stays as it was put up")


def test_a_line_comes_after_the_decision_and_for_all_its_days(village, clock):
    before = keep(notice_of())
    clock.forward(hours=1)
    one = evaluated(village)
    today = village_day(now())
    short = {"number": 78, "number_in_year": 78, "closes_on": today + timedelta(days=4)}
    for notice in (before, keep(notice_of(**short))):
        refuses(line_of(one, notice), DAYS)
    keep(line_of(one, keep(notice_of(number=79, number_in_year=79))))


def test_what_goes_on_does_so_after_the_closing(village):
    one = evaluated(village)
    publish(one)
    notice = db.session.get_one(Disbursement, one).notice_id
    earlier = hexed(village.supervisor.person)
    send(
        "INSERT INTO disbursement_approval (disbursement_id, approver, decision, from_above,"
        " decided_at) SELECT id, :who, 'approve', false, evaluated_at FROM disbursement",
        who=earlier,
    )
    act(lambda: take_down(one))
    refused("UPDATE disbursement SET concluded_at = evaluated_at", "in public still then")
    send("UPDATE disbursement SET concluded_at = (SELECT closed_at FROM notice)")
    refused("UPDATE disbursement SET status = 'approved'", "in public still when it was approved")
    assert db.session.get_one(Notice, notice).closed_at is not None


def test_a_true_notice_leads_to_the_payment(village):
    one = evaluated(village)
    notice = act(
        lambda: (
            make_notice(
                village=VILLAGE,
                kind=NoticeKind.DISBURSEMENTS,
                actor=village.reviewer,
                now=now(),
            ).number
        )
    )
    let_pass(db.session.scalars(select(Notice.closes_on)).one())
    closing = {"number": notice, "actor": village.reviewer, "now": now()}
    act(lambda: close_notice(village=VILLAGE, **closing).id)
    approve(village.supervisor, one)
    pay(village.treasurer, one)
    assert status_of(one) is Status.PAID
