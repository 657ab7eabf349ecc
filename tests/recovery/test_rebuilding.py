"""What rooms put back behind a sealed event: clearings, disputes, paper books, money back.

Each drill: a backup, life after it, the seals, and the backup caught up with them.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from incentives import ledger
from incentives.access.actor import Role
from incentives.clearing.models import Clearing
from incentives.clearing.operations import clear_villages
from incentives.clock import now
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.fund.models import Disbursement, PaymentReturn, Status
from incentives.ledger.audit import audit
from incentives.ledger.seals import seal_all, troubles
from incentives.notices.models import Notice, Objection, ObjectionStatus
from incentives.openings.models import Opening, OpeningLine, OpeningStatus
from incentives.openings.problems import problems_of
from incentives.recovery.models import LostItem, LostKind, Recovery, Signer
from incentives.recovery.operations import catch_up, sign_list
from incentives.shop.models import Good, RedemptionLine, Stock
from incentives.web.transaction import transaction
from tests.awards.scenes import make_scene
from tests.clearing.test_clearing import DUE, END, earn, go_to, village
from tests.factories import COUNTY, VILLAGE, staff
from tests.fund import people as fund
from tests.notices.test_other_matters import home, objected, redeemed, rule
from tests.openings.books import ALL, POINTS, TWO, make_people_and_shop
from tests.recovery.drill import application_on, within


@pytest.fixture
def backup(bare_app: Flask, copies: Callable[..., dict[str, str]]):
    """Backs the books up as they are; what it gives seals, restores and catches up later."""
    made: list[Flask] = []

    def back_up() -> Callable[[], Flask]:
        with within(bare_app):
            seal_all(now=now())
        settings = copies(bare_app)

        def restore() -> Flask:
            with within(bare_app):
                seal_all(now=now())
            made.append(application_on(bare_app, settings))
            with within(made[-1]):
                catch_up(now=now())
                assert troubles() == []
            return made[-1]

        return restore

    yield back_up
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def sign_by_both() -> None:
    """An administrator and a supervisor sign the list: the books may be written again."""
    digest = db.session.scalars(select(Recovery.digest)).one()
    for signer in (Signer.ADMINISTRATOR, Signer.SUPERVISOR):

        def work(signer: Signer = signer) -> None:
            actor = staff(Role(signer.value), COUNTY)
            sign_list(signer=signer, digest=digest, actor=actor, now=now())

        transaction(work, in_recovery=True)


def lost(kind: LostKind) -> list[dict[str, Any]]:
    """What stands on the list of one kind."""
    return list(db.session.scalars(select(LostItem.data).where(LostItem.kind == kind)))


def test_a_clearing_counts_again_whom_it_cleared(bare_app, backup, clock):
    with within(bare_app):
        account = village(carry_over="year")
        go_to(clock, date(2026, 12, 20))
        earn(account, 60)
        go_to(clock, END + timedelta(days=1))
        assert clear_villages(now=now())["clearings_announced"] == 1
    restore = backup()
    with within(bare_app):
        go_to(clock, DUE + timedelta(days=1))
        assert clear_villages(now=now())["points_cleared"] == 60
    with within(restore()):
        clearing = db.session.scalars(select(Clearing)).one()
        assert (clearing.households, clearing.points) == (1, 60)
        assert clearing.cleared_at is not None
        assert lost(LostKind.RECORD) == []
        assert ledger.balance(VILLAGE, "expired") == 60


def test_a_clearing_that_was_announced_after_the_backup_is_listed(bare_app, backup, clock):
    with within(bare_app):
        account = village(carry_over="year")
        go_to(clock, date(2026, 12, 20))
        earn(account, 60)
    restore = backup()
    with within(bare_app):
        go_to(clock, END + timedelta(days=1))
        clear_villages(now=now())
        go_to(clock, DUE + timedelta(days=1))
        clear_villages(now=now())
    with within(restore()):
        assert db.session.scalars(select(Clearing)).all() == []
        assert len(lost(LostKind.RECORD)) == 1


def test_a_dispute_that_the_village_bore_is_ruled_on_again(bare_app, backup):
    with within(bare_app):
        scene = make_scene()
        account = scene.household.account_code
        redemption = redeemed(scene)
        objection = objected(home(scene), redemption=redemption)
    restore = backup()
    with within(bare_app):
        rule(objection, upheld=True, actor=scene.third, shop_at_fault=False)
    with within(restore()):
        kept = db.session.get_one(Objection, objection)
        assert (kept.status, kept.shop_at_fault) == (ObjectionStatus.UPHELD, False)
        assert kept.ruling_reason == "?"
        assert kept.ruled_by not in (None, kept.made_by)  # a code stands in for who isn't known
        lines = db.session.scalars(select(RedemptionLine)).all()
        assert all(line.refunded == line.quantity for line in lines)
        assert {"record": str(objection), "facts": ["reason"]} in lost(LostKind.FACTS)
        assert ledger.positions(VILLAGE, [account])[account].balance == 12


def test_a_dispute_that_was_made_after_the_backup_is_listed(bare_app, backup):
    with within(bare_app):
        scene = make_scene()
        redemption = redeemed(scene)
    restore = backup()
    with within(bare_app):
        objection = objected(home(scene), redemption=redemption)
        rule(objection, upheld=True, actor=scene.third, shop_at_fault=False)
    with within(restore()):
        assert db.session.get(Objection, objection) is None
        assert [each["record"] for each in lost(LostKind.RECORD)] == [str(objection)]


def book_of(opening: UUID) -> tuple[OpeningStatus, list[bool]]:
    """A paper book's state, and which of its lines stand."""
    lines = db.session.scalars(
        select(OpeningLine).where(OpeningLine.opening_id == opening).order_by(OpeningLine.line)
    )
    return db.session.get_one(Opening, opening).status, [line.is_standing for line in lines]


def shelf_of(good: UUID) -> tuple[int, int]:
    """How many of a good the shelf holds, and what one cost."""
    row = db.session.execute(
        select(Stock.quantity, Good.cost_fen).join(Good).where(Stock.good_id == good)
    ).one()
    return row.quantity, row.cost_fen


@pytest.mark.parametrize("far", ["drafted", "checked"])
def test_a_paper_book_is_taken_over_again_and_published_anew(bare_app, backup, far):
    with within(bare_app):
        people = make_people_and_shop()
        opening = getattr(people, far)(ALL)
    restore = backup()
    with within(bare_app):
        if far == "drafted":
            people.do("submit_opening", opening, people.cadre)
            people.do("check_opening", opening, people.reviewer)
            people.do("check_opening", opening, people.supervisor)
        people.do("post_opening", opening, people.cadre)
    with within(restore()):
        # Two households and the fund have events. Goods have none: they come back with the lines of
        # a book that was submitted, as nobody changes those any more.
        submitted = far == "checked"
        assert book_of(opening) == (OpeningStatus.POSTED, [True, True, True, submitted])
        assert shelf_of(people.goods["OI007"]) == ((40, 230) if submitted else (0, 250))
        kept = db.session.get_one(Opening, opening)
        assert db.session.get_one(Notice, kept.notice_id).closed_at is None
        facts = ["notice", "checks"] if far == "drafted" else ["notice"]
        assert {"record": str(opening), "facts": facts} in lost(LostKind.FACTS)
        assert lost(LostKind.STOCK_MOVEMENT) == ([] if submitted else [{"event_kind": "opening"}])
        assert lost(LostKind.RECORD) == []
        assert [each for each in audit(VILLAGE) if each.table != "event_detail"] == []


def test_lines_that_were_taken_back_are_so_again(bare_app, backup):
    with within(bare_app):
        people = make_people_and_shop()
        opening = people.posted(TWO)
    restore = backup()
    with within(bare_app):
        people.do("reverse_opening", opening, people.reviewer, reason="typed wrong", lines=[1])
        people.do("reverse_opening", opening, people.reviewer, reason="typed wrong", lines=[2])
    with within(restore()):
        assert book_of(opening) == (OpeningStatus.REVERSED, [False, False])
        reasons = db.session.scalars(select(OpeningLine.reversed_reason)).all()
        assert reasons == ["?", "?"]


def test_a_paper_book_of_after_the_backup_is_listed(bare_app, backup):
    with within(bare_app):
        people = make_people_and_shop()
    restore = backup()
    with within(bare_app):
        people.posted(ALL)
    with within(restore()):
        assert db.session.scalars(select(Opening)).all() == []
        assert len(lost(LostKind.RECORD)) == 3
        # Points and money are back: the same paper is refused, but for goods, which no event holds,
        # and for a household that wasn't in it.
        sign_by_both()
        again = people.drafted({**ALL, POINTS: [*ALL[POINTS], ["1组3号", "王建国", 5]]})
        lines = people.lines(again)
        problems = problems_of(VILLAGE, lines)
        assert [[each["code"] for each in problems.get(line.id, ())] for line in lines] == [
            ["household_standing"],
            ["household_standing"],
            [],
            ["fund_standing"],
            [],
        ]
        with pytest.raises(Invalid):
            people.do("submit_opening", again, people.cadre)


def test_a_household_whose_lost_opening_was_reversed_may_be_taken_over_again(bare_app, backup):
    with within(bare_app):
        people = make_people_and_shop()
    restore = backup()
    with within(bare_app):
        opening = people.posted(TWO)
        people.do("reverse_opening", opening, people.reviewer, reason="typed wrong", lines=[1])
    with within(restore()):
        sign_by_both()
        first, second = people.lines(people.drafted(TWO))
        assert list(problems_of(VILLAGE, [first, second])) == [second.id]


def test_money_that_came_back_is_entered_again_where_it_can_be_of_one_payment_only(
    bare_app, backup
):
    with within(bare_app):
        people = fund.make_people()
        fund.give(people, 100_000)
        paid = fund.bring_to(Status.PAID, people)
    restore = backup()
    with within(bare_app):
        fund.give_back(people.treasurer, paid, 1_000)
    with within(restore()):
        row = db.session.get_one(Disbursement, paid)
        assert (row.status, row.returned_fen) == (Status.RETURNED, 1_000)
        back = db.session.scalars(select(PaymentReturn)).one()
        assert (back.disbursement_id, back.amount_fen, back.reason) == (paid, 1_000, "?")
        assert lost(LostKind.RECORD) == []


@pytest.mark.parametrize("before", [Status.PAID, Status.RECEIVED], ids=str)
@pytest.mark.parametrize("since", ["the reversal", "the return"])
def test_a_return_that_was_mistyped_is_reversed_again(bare_app, backup, before, since):
    with within(bare_app):
        people = fund.make_people()
        fund.give(people, 100_000)
        paid = fund.bring_to(before, people)
        if since == "the reversal":
            fund.give_back(people.treasurer, paid, 3_000)
    restore = backup()
    with within(bare_app):
        if since == "the return":
            fund.give_back(people.treasurer, paid, 3_000)
        fund.reverse_return(people.treasurer, paid)
    with within(restore()):
        row = db.session.get_one(Disbursement, paid)
        assert (row.status, row.returned_fen) == (before, 0)
        back = db.session.scalars(select(PaymentReturn)).one()
        assert (back.reversal.reason, back.reversal.reversed_by) == ("?", people.treasurer.person)
        assert lost(LostKind.RECORD) == []


@pytest.mark.parametrize("other", ["there", "lost"])
def test_money_that_may_have_come_back_of_several_payments_is_listed(bare_app, backup, other):
    with within(bare_app):
        people = fund.make_people()
        fund.give(people, 100_000)
        paid = fund.bring_to(Status.PAID, people)
        if other == "there":
            fund.bring_to(Status.PAID, people)
    restore = backup()
    with within(bare_app):
        if other == "lost":
            db.session.add(people.payee)
            fund.bring_to(Status.PAID, people)
        fund.give_back(people.treasurer, paid, 1_000)
    with within(restore()):
        assert db.session.scalars(select(PaymentReturn)).all() == []
        assert db.session.get_one(Disbursement, paid).returned_fen == 0
        assert len(lost(LostKind.RECORD)) == 1 + (other == "lost")
