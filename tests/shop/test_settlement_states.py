"""What a settlement takes in which state, and from whom: every state, action and role."""

from enum import StrEnum
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Role
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import (
    Invalid,
    NotFound,
    NotPermitted,
    WrongState,
)
from incentives.extensions import db
from incentives.fund.models import Decision
from incentives.shop.models import SettlementStatus
from incentives.shop.queries.settlements import after, find_service, next_due
from incentives.shop.states import TRANSITIONS, Action
from tests.factories import OTHER_VILLAGE, VILLAGE, act, staff
from tests.machines import FROM_ABOVE, Machine, differences, flow_of, somebody, try_state
from tests.shop.settling import ALL, WAYS, Trade, reach

pytestmark = pytest.mark.usefixtures("five_soaps_of_march")

STEPS = (Action.CHECK, Action.APPROVE, Action.PAY)


class Step(StrEnum):
    """What people do with a settlement: a no is the checker's or the approver's."""

    CHECK = "check"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    REFUSE = "refuse"
    PAY = "pay"
    CONFIRM = "confirm"


FLOW = flow_of("""
submitted check           checked
submitted reject          rejected
checked   approve         approved
checked   reject          rejected
approved  pay             paid
approved  reverse_approval checked
paid      confirm         confirmed
paid      reverse_payment approved
""")
STEPS_FLOW = flow_of("""
submitted check     checked
submitted send_back rejected
checked   approve   approved
checked   refuse    rejected
approved  pay       paid
paid      confirm   confirmed
""")
PERMISSIONS = {
    Step.CHECK: "settlement.check",
    Step.SEND_BACK: "settlement.check",
    Step.APPROVE: "settlement.approve",
    Step.REFUSE: "settlement.approve",
    Step.PAY: "settlement.pay",
    Step.CONFIRM: "settlement.confirm",
}


def machine(trade: Trade) -> Machine:
    """Settlements of one shop, month after month, in the state that is tried."""
    service = find_service(trade.shop, VILLAGE)
    no = {"decision": Decision.REJECT, "reason": "数不对"}

    def made(status: SettlementStatus) -> UUID:
        if next_due(service, now()) is None:
            trade.sell(soap=1)
            trade.on(after(now().date()))
        due = next_due(service, now())
        assert due is not None
        settlement = trade.submit(due.month)
        trade.through(settlement, *WAYS[status])
        return settlement

    return Machine(
        flow=STEPS_FLOW,
        reach=made,
        state=trade.status,
        acts={
            Step.CHECK: lambda each, who: trade.do(Action.CHECK, each, actor=who),
            Step.SEND_BACK: lambda each, who: trade.do(Action.REJECT, each, actor=who),
            Step.APPROVE: lambda each, who: trade.do(Action.APPROVE, each, actor=who),
            Step.REFUSE: lambda each, who: trade.do(Action.APPROVE, each, actor=who, **no),
            Step.PAY: lambda each, who: trade.do(Action.PAY, each, actor=who),
            Step.CONFIRM: lambda each, who: trade.do(Action.CONFIRM, each, actor=who),
        },
        permissions=PERMISSIONS,
    )


def test_the_table_is_the_flow() -> None:
    assert differences(FLOW, TRANSITIONS, states=SettlementStatus, actions=Action) == []


@pytest.mark.parametrize("status", SettlementStatus, ids=str)
def test_every_step_by_every_role(trade, status):
    assert try_state(machine(trade), status) == []


@pytest.mark.parametrize("status", SettlementStatus, ids=str)
def test_a_reversal_is_of_whose_step_stands_last(trade, status):
    """A payment is taken back by a treasurer, an approval by a supervisor, else nothing is."""
    settlement = reach(trade, status)
    last = {SettlementStatus.PAID: Role.TREASURER, SettlementStatus.APPROVED: Role.SUPERVISOR}
    for role in Role:
        both = role in (Role.SUPERVISOR, Role.TREASURER)
        if last.get(status) is role:
            continue
        refused = WrongState if both and status not in last else NotPermitted
        with pytest.raises(refused):
            trade.do(Action.REVERSE_PAYMENT, settlement, actor=somebody(role))
        assert trade.status(settlement) is status
    if status in last:
        taken_back = trade.do(Action.REVERSE_PAYMENT, settlement, actor=somebody(last[status]))
        assert (
            taken_back.value
            == FLOW[
                (
                    status.value,
                    "reverse_payment" if status is SettlementStatus.PAID else "reverse_approval",
                )
            ]
        )


@pytest.mark.parametrize("action", [*STEPS, Action.CONFIRM], ids=str)
def test_nobody_takes_a_step_from_another_village(trade, action):
    before = sorted(TRANSITIONS[action][0], key=lambda each: list(WAYS).index(each))[0]
    settlement = reach(trade, before)
    for role in set(Role) - set(FROM_ABOVE):
        with pytest.raises(NotFound):
            trade.do(action, settlement, actor=staff(role, OTHER_VILLAGE))
    assert trade.status(settlement) is before


def test_a_supervisor_sends_back_what_was_checked(trade):
    settlement = reach(trade, SettlementStatus.CHECKED)
    with pytest.raises(Invalid):
        trade.do(Action.APPROVE, settlement, decision=Decision.REJECT, reason="  ")
    done = trade.do(Action.APPROVE, settlement, decision=Decision.REJECT, reason="数不对")
    assert done is SettlementStatus.REJECTED


def test_only_its_keeper_asks_for_a_shop_s_money(trade):
    for role in set(Role) - {Role.SHOPKEEPER}:
        with pytest.raises(NotPermitted):
            trade.submit(actor=staff(role))
    with pytest.raises(NotFound):
        trade.submit(actor=staff(Role.SHOPKEEPER, OTHER_VILLAGE))


# What the database refuses by itself, whoever asks it.
def refused(sql: str, **values: object) -> None:
    def work() -> None:
        db.session.execute(text(sql), values)

    with pytest.raises(DBAPIError):
        act(work)
    db.session.rollback()


def quoted(value) -> str:
    return value.hex if db.engine.dialect.name == "sqlite" else str(value)


@pytest.mark.parametrize(
    "change",
    [
        "amount_fen = amount_fen + 1, goods_fen = goods_fen + 1",
        "points = points + 1",
        "to_size = to_size + 1",
        "month = '2026-02-01'",
        "submitted_by = checked_by",
        "approved_by = submitted_by",
        "approved_by = checked_by",
        "status = 'paid'",
        "status = 'checked'",
        "status = 'rejected'",
        "approved_event_id = NULL",
    ],
)
def test_the_database_keeps_a_statement_and_its_hands_apart(trade, change):
    settlement = reach(trade, SettlementStatus.APPROVED)
    refused(f"UPDATE settlement SET {change}")
    assert trade.status(settlement) is SettlementStatus.APPROVED


def test_the_database_keeps_lines_and_never_lets_one_go(trade):
    reach(trade, SettlementStatus.PAID)
    refused("UPDATE settlement SET paid_by = approved_by")
    refused("UPDATE settlement SET paid_by = checked_by")
    refused("UPDATE settlement SET paid_by = submitted_by")
    refused("UPDATE settlement_line SET goods_fen = goods_fen + 1")
    refused("DELETE FROM settlement_line")
    refused("DELETE FROM settlement")


def test_the_database_has_one_statement_a_shop_village_and_month(trade):
    settlement = trade.submit()
    columns = (
        "village, shop_id, from_size, points, goods_fen, cash_fen, amount_fen, submitted_by,"
        " submitted_at"
    )
    copied = (
        f"INSERT INTO settlement (id, status, month, to_size, {columns})"
        f" SELECT :new, 'submitted', month, to_size, {columns} FROM settlement WHERE id = :old"
    )
    refused(copied, new=quoted(new_id()), old=quoted(settlement))
    # Another month over the same receipts is none either.
    other = copied.replace(" month, to_size, village", " '2026-04-01', to_size, village")
    refused(other.replace("SELECT :new, 'submitted', month,", "SELECT :new, 'submitted',"
            " '2026-02-01',"), new=quoted(new_id()), old=quoted(settlement))  # fmt: skip


def test_what_is_confirmed_stays(trade):
    reach(trade, SettlementStatus.CONFIRMED)
    refused("UPDATE settlement SET status = 'paid', confirmed_by = NULL, confirmed_at = NULL")
    assert ALL[-1] is Action.CONFIRM
