"""A settlement of a month that the fund closed: posted in the open one, paid on no closed day."""

from datetime import date

import pytest
from sqlalchemy import select

from incentives.access.actor import Role
from incentives.clock import now, village_day
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.fund import operations
from incentives.fund.models import Decision, Method
from incentives.fund.queries.closing import held_on
from incentives.ledger.models import Event
from incentives.shop.models import SettlementStatus
from incentives.shop.operations import pay_settlement
from incentives.shop.rebuilding import month_settled
from incentives.shop.states import Action
from tests.factories import VILLAGE, act, staff
from tests.shop.settling import APRIL, MARCH

MARCH_END = date(2026, 3, 31)


def close_march() -> None:
    """March's cash counted, confirmed and closed."""
    treasurer = staff(Role.TREASURER)
    count = act(
        lambda: operations.count_cash(
            village=VILLAGE,
            month=MARCH,
            counted_on=MARCH_END,
            counted_fen=held_on(VILLAGE, "cash", MARCH_END),
            actor=treasurer,
            now=now(),
        )
    ).id
    act(
        lambda: operations.confirm_count(
            village=VILLAGE,
            count_id=count,
            decision=Decision.APPROVE,
            actor=staff(Role.SUPERVISOR),
            now=now(),
        )
    )
    act(lambda: operations.close_month(village=VILLAGE, month=MARCH, actor=treasurer, now=now()))


def test_a_settlement_of_a_closed_month_is_posted_today_and_paid_on_an_open_day(trade):
    trade.sell(soap=3)
    trade.on(APRIL)
    settlement = trade.submit()
    close_march()
    assert trade.through(settlement, Action.CHECK, Action.APPROVE) is SettlementStatus.APPROVED
    event = db.session.scalars(
        select(Event).where(Event.kind == "settlement_approved", Event.village == VILLAGE)
    ).one()
    assert event.occurred_on == village_day(now())
    assert month_settled(event.occurred_on, village_day(event.at)) == MARCH
    with pytest.raises(Invalid):
        act(
            lambda: pay_settlement(
                village=VILLAGE,
                settlement_id=settlement,
                method=Method.CASH,
                voucher="ZC-1",
                paid_on=MARCH_END,
                actor=staff(Role.TREASURER),
                now=now(),
            )
        )
    assert trade.through(settlement, Action.PAY) is SettlementStatus.PAID


def test_what_occurred_before_its_posting_is_of_its_own_month():
    assert month_settled(MARCH_END, date(2026, 4, 2)) == MARCH
    assert month_settled(date(2026, 1, 31), date(2026, 1, 31)) == date(2025, 12, 1)
