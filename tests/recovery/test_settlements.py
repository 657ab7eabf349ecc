"""Settlements after a restore: where their events show them, and lost receipts paid by points."""

import pytest
from sqlalchemy import select

from incentives.access.actor import Role
from incentives.clock import now
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.ledger.seals import seal_all
from incentives.recovery.models import LostItem, LostKind, Recovery, Signer
from incentives.recovery.operations import catch_up, sign_list
from incentives.shop.models import Settlement, SettlementStatus
from incentives.shop.queries.settlements import find_service, next_due, settlement_view
from incentives.shop.states import Action
from incentives.web.transaction import transaction
from tests.factories import COUNTY, VILLAGE, staff
from tests.recovery.drill import application_on, within
from tests.shop.settling import (
    ALL,
    APRIL,
    MARCH,
    MAY,
    OIL_FEN,
    SOAP_FEN,
    Trade,
    dispute,
    home_of,
    rule,
)


@pytest.fixture
def trade(bare_app, clock):
    """A shop with a month of sales, in April; outside any application context."""
    with within(bare_app):
        made = Trade(clock)
        made.sell(soap=3, oil=1)
        made.on(APRIL)
        seal_all(now=now())
    return made


@pytest.fixture
def restored(bare_app, copies):
    """The application on a backup, caught up with what was sealed since; ended at the end."""
    made = []

    def on(settings):
        app = application_on(bare_app, settings)
        made.append(app)
        with within(app):
            catch_up(now=now())
            sign()
        return app

    yield on
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def sign() -> None:
    """An administrator and a supervisor sign the list: writes are open again."""
    for signer, actor in (
        (Signer.ADMINISTRATOR, staff(Role.ADMINISTRATOR, COUNTY)),
        (Signer.SUPERVISOR, staff(Role.SUPERVISOR)),
    ):
        digest = db.session.scalars(select(Recovery.digest)).one()
        transaction(
            lambda signer=signer, actor=actor, digest=digest: (
                sign_list(signer=signer, digest=digest, actor=actor, now=now()).id
            ),
            in_recovery=True,
        )


@pytest.mark.parametrize("reached", range(1, 4), ids=["checked", "approved", "paid"])
def test_a_settlement_is_moved_to_where_its_events_show_it(
    bare_app, trade, copies, restored, reached
):
    with within(bare_app):
        settlement = trade.submit()
        if reached == 1:
            trade.through(settlement, Action.CHECK)
    settings = copies(bare_app)
    with within(bare_app):
        trade.through(settlement, *(ALL[1:3] if reached == 1 else ALL[:reached]))
        seal_all(now=now())
        before = trade.held()
    with within(restored(settings)):
        status = SettlementStatus.APPROVED if reached == 2 else SettlementStatus.PAID
        assert trade.status(settlement) is status
        assert trade.held() == before
        assert settlement_view(VILLAGE, settlement).differences == []
        assert audit(VILLAGE) == []
        facts = [each.data for each in db.session.scalars(select(LostItem)) if each.data]
        told = [each["facts"] for each in facts if each.get("record") == str(settlement)]
        assert (["check"] in told) is (reached > 1)
        if status is SettlementStatus.PAID:
            assert trade.do(Action.CONFIRM, settlement) is SettlementStatus.CONFIRMED


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_one_that_was_submitted_after_the_backup_is_entered_anew(
    bare_app, trade, copies, restored, closed
):
    """Also where the fund had closed the month that was settled, and so a later day was taken."""
    if closed:
        with within(bare_app):
            trade.close_fund()
    settings = copies(bare_app)
    with within(bare_app):
        settlement = trade.submit()
        trade.through(settlement, *ALL[:3])
        trade.do(Action.REVERSE_PAYMENT, settlement)
        trade.do(Action.REVERSE_APPROVAL, settlement)
        trade.do(Action.APPROVE, settlement)
        was = trade.row(settlement)
        figures = (was.from_size, was.to_size, was.points, was.amount_fen, was.month)
        seal_all(now=now())
    with within(restored(settings)):
        row = trade.row(settlement)
        assert (row.from_size, row.to_size, row.points, row.amount_fen, row.month) == figures
        assert row.status is SettlementStatus.APPROVED
        view = settlement_view(VILLAGE, settlement)
        assert view.differences == []
        assert sum(line.goods_fen for line in view.lines) == 3 * SOAP_FEN + OIL_FEN
        assert [each.reason for each in view.reversals] == ["?", "?"]
        assert next_due(find_service(trade.shop, VILLAGE), now()) is None  # nothing is paid twice
        with pytest.raises(WrongState):
            trade.submit()
        trade.do(Action.PAY, settlement)
        assert trade.do(Action.CONFIRM, settlement) is SettlementStatus.CONFIRMED
        assert audit(VILLAGE) == []
        assert db.session.query(Settlement).count() == 1


def test_sales_whose_receipts_are_lost_are_paid_by_their_points(bare_app, trade, copies, restored):
    with within(bare_app):
        trade.through(trade.submit(), *ALL)
        kept = trade.sell(oil=2)
        seal_all(now=now())
    settings = copies(bare_app)
    with within(bare_app):
        trade.sell(soap=4)
        trade.take_back(kept, oil=1)
        seal_all(now=now())
    with within(restored(settings)):
        lost = db.session.scalars(select(LostItem).where(LostItem.kind == LostKind.RECORD)).all()
        assert len(lost) == 2
        trade.on(MAY)
        due = next_due(find_service(trade.shop, VILLAGE), now())
        assert due.differences == []
        settlement = trade.submit(APRIL)
        row = trade.row(settlement)
        # 2 oils by their receipt; 40 points out and 40 back, at 1.00, of which nobody knows more.
        assert (row.points, row.amount_fen) == (80, 2 * OIL_FEN)
        lines = settlement_view(VILLAGE, settlement).lines
        assert [line.good_id is None for line in lines] == [False, True]
        assert trade.through(settlement, *ALL) is SettlementStatus.CONFIRMED
        assert audit(VILLAGE) == []


def test_two_late_ones_are_told_apart_by_their_points(bare_app, clock, copies, restored):
    """Their receipts are lost, and the fund had closed the months: only points tell which it was.

    Both were taken for the last month, which can be settled once.
    """
    with within(bare_app):
        trade = Trade(clock)
        seal_all(now=now())
    settings = copies(bare_app)
    with within(bare_app):
        trade.sell(soap=3)
        trade.on(APRIL)
        trade.sell(oil=2)
        trade.on(MAY)
        trade.close_fund()
        trade.close_fund(month=APRIL)
        settled = [trade.submit(each) for each in (MARCH, APRIL)]
        for each in settled:
            trade.through(each, *ALL[:2])
        rows = [trade.row(each) for each in settled]
        figures = [(row.month, row.from_size, row.to_size, row.amount_fen) for row in rows]
        seal_all(now=now())
    with within(restored(settings)):
        rows = [trade.row(each) for each in settled]
        assert [(row.month, row.from_size, row.to_size, row.amount_fen) for row in rows] == figures
        assert audit(VILLAGE) == []
        for each in settled:
            with pytest.raises(WrongState):  # what is known of it comes to another sum
                trade.do(Action.PAY, each)
            assert trade.do(Action.REVERSE_APPROVAL, each) is SettlementStatus.CHECKED


def test_a_ruling_that_was_lost_is_entered_as_it_was(bare_app, clock, copies, restored):
    with within(bare_app):
        trade = Trade(clock)
        sale = trade.sell(oil=26, cash_fen=40_00)
        objection = dispute(sale, home_of(trade.households[VILLAGE]))
        seal_all(now=now())
    settings = copies(bare_app)
    with within(bare_app):
        rule(objection, at_fault=False)
        seal_all(now=now())
    with within(restored(settings)):
        trade.on(APRIL)
        settlement = trade.submit()
        row = trade.row(settlement)
        assert (row.points, row.amount_fen) == (1000, 26 * OIL_FEN)
        assert settlement_view(VILLAGE, settlement).differences == []
