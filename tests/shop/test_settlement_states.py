"""What a settlement takes in which state, and from whom: every state, action and role."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Actor, Assignment, Role
from incentives.database import new_id
from incentives.errors import (
    Invalid,
    NotFound,
    NotPermitted,
    OwnHousehold,
    OwnRequest,
    SamePerson,
    WrongState,
)
from incentives.extensions import db
from incentives.fund.models import Decision
from incentives.shop.models import SettlementStatus
from incentives.shop.states import TRANSITIONS, Action
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_household, staff
from tests.shop.settling import ALL, APRIL, WAYS, Trade, user

STEPS = (Action.CHECK, Action.APPROVE, Action.PAY)


@pytest.fixture
def trade(app, clock) -> Trade:
    made = Trade(clock)
    made.sell(soap=5)
    made.on(APRIL)
    return made


def reach(trade: Trade, status: SettlementStatus):
    settlement = trade.submit()
    trade.through(settlement, *WAYS[status])
    assert trade.status(settlement) is status
    return settlement


def reversal_of(action: Action) -> bool:
    return action in (Action.REVERSE_APPROVAL, Action.REVERSE_PAYMENT)


@pytest.mark.parametrize("status", SettlementStatus, ids=str)
def test_a_state_takes_the_actions_of_the_table_and_no_others(trade, status):
    settlement = reach(trade, status)
    allowed = {action for action, (before, _after) in TRANSITIONS.items() if status in before}
    for action in set(Action) - allowed:
        # A reversal takes back what stands last: of a payment by the treasurer alone, of an
        # approval by the supervisor alone.
        one_of_both = reversal_of(action) and any(reversal_of(each) for each in allowed)
        # `check` with a no is the reviewer's; a checked statement the supervisor sends back.
        with pytest.raises(NotPermitted if one_of_both else WrongState):
            trade.do(action, settlement)
        assert trade.status(settlement) is status, action
    assert trade.row(settlement).status is status


@pytest.mark.parametrize("action", Action, ids=str)
def test_an_action_of_the_table_leads_where_it_says(trade, action):
    before, after = TRANSITIONS[action]
    settlement = reach(trade, sorted(before, key=lambda each: list(WAYS).index(each))[0])
    assert trade.do(action, settlement) is after


def test_a_supervisor_sends_back_what_was_checked(trade):
    settlement = reach(trade, SettlementStatus.CHECKED)
    with pytest.raises(Invalid):
        trade.do(Action.APPROVE, settlement, decision=Decision.REJECT, reason="  ")
    done = trade.do(Action.APPROVE, settlement, decision=Decision.REJECT, reason="数不对")
    assert done is SettlementStatus.REJECTED


MAY = {
    Action.CHECK: "R",
    Action.REJECT: "R",
    Action.APPROVE: "S",
    Action.PAY: "T",
    Action.CONFIRM: "K",
    Action.REVERSE_APPROVAL: "S",
    Action.REVERSE_PAYMENT: "T",
}
LETTERS = dict(zip("AOCRTSKP", Role, strict=True))


@pytest.mark.parametrize("action", Action, ids=str)
def test_each_act_refuses_every_other_role_and_other_villages(trade, action):
    before = sorted(TRANSITIONS[action][0], key=lambda each: list(WAYS).index(each))[0]
    settlement = reach(trade, before)
    for letter, role in LETTERS.items():
        if letter not in MAY[action]:
            with pytest.raises(NotPermitted):
                trade.do(action, settlement, actor=staff(role))
    with pytest.raises(NotFound):
        trade.do(action, settlement, actor=staff(LETTERS[MAY[action]], OTHER_VILLAGE))
    assert trade.status(settlement) is before


def test_only_its_keeper_asks_for_a_shop_s_money(trade):
    for letter, role in LETTERS.items():
        if letter != "K":
            with pytest.raises(NotPermitted):
                trade.submit(actor=staff(role))
    with pytest.raises(NotFound):
        trade.submit(actor=staff(Role.SHOPKEEPER, OTHER_VILLAGE))


def with_roles(person: Actor, *roles: Role) -> Actor:
    """The same person with other roles in the village."""
    return Actor(**{**person.__dict__, "roles": tuple(Assignment(r, VILLAGE) for r in roles)})


ROLES = {
    Action.CHECK: Role.REVIEWER,
    Action.APPROVE: Role.SUPERVISOR,
    Action.PAY: Role.TREASURER,
    Action.REVERSE_APPROVAL: Role.SUPERVISOR,
    Action.REVERSE_PAYMENT: Role.TREASURER,
}


@pytest.mark.parametrize("action", ROLES, ids=str)
def test_the_shop_s_keepers_and_their_households_stay_out(trade, action):
    before = sorted(TRANSITIONS[action][0])[0]
    settlement = reach(trade, before)
    role = ROLES[action]
    with pytest.raises(OwnRequest):
        trade.do(action, settlement, actor=with_roles(trade.keeper, role, Role.SHOPKEEPER))
    # The keeper's second account, which keeps no shop, is the same person.
    other = user(role, VILLAGE, resident=trade.keeper_home.head_id)
    with pytest.raises(OwnRequest):
        trade.do(action, settlement, actor=other)
    with pytest.raises(OwnHousehold):
        trade.do(action, settlement, actor=staff(role, household=trade.keeper_home))
    # Whoever else keeps the shop is no other hand either, nor who lives with them.
    home = make_household(VILLAGE, "次仁央宗", door="12")
    user(Role.SHOPKEEPER, VILLAGE, resident=home.head_id)
    with pytest.raises(OwnRequest):
        trade.do(action, settlement, actor=user(role, VILLAGE, resident=home.head_id))
    with pytest.raises(OwnHousehold):
        trade.do(
            action,
            settlement,
            actor=Actor(**{**staff(role).__dict__, "household_id": home.id, "village": VILLAGE}),
        )
    assert trade.status(settlement) is before


def test_checker_approver_and_payer_are_three(trade):
    settlement = trade.submit()
    both = with_roles(staff(Role.REVIEWER), *(ROLES[step] for step in STEPS))
    trade.do(Action.CHECK, settlement, actor=both)
    with pytest.raises(SamePerson):
        trade.do(Action.APPROVE, settlement, actor=both)
    trade.do(Action.APPROVE, settlement)
    with pytest.raises(SamePerson):
        trade.do(Action.PAY, settlement, actor=both)
    approver = trade.people[VILLAGE][Role.SUPERVISOR]
    two_jobs = with_roles(approver, Role.SUPERVISOR, Role.TREASURER)
    with pytest.raises(SamePerson):
        trade.do(Action.PAY, settlement, actor=two_jobs)
    # Nor once the approval was taken back and given by somebody else.
    trade.do(Action.REVERSE_APPROVAL, settlement)
    trade.do(Action.APPROVE, settlement, actor=staff(Role.SUPERVISOR))
    with pytest.raises(SamePerson):
        trade.do(Action.PAY, settlement, actor=two_jobs)
    assert trade.do(Action.PAY, settlement) is SettlementStatus.PAID


def test_where_the_village_is_too_small_the_township_takes_the_steps(trade):
    settlement = trade.submit()
    for action in STEPS:
        trade.do(action, settlement, actor=staff(ROLES[action], TOWNSHIP))
    assert trade.status(settlement) is SettlementStatus.PAID


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
