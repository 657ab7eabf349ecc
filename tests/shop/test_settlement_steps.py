"""What the database keeps of the order of a settlement's steps, past the operations."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.shop.models import Settlement, SettlementReversal, SettlementStatus, Undone
from incentives.shop.states import TRANSITIONS, Action
from incentives.shop.step_triggers import MOVES
from tests.around import refused
from tests.factories import act
from tests.shop.settling import Trade, reach

pytestmark = pytest.mark.usefixtures("five_soaps_of_march")

S = SettlementStatus
TABLE, EVENT = "no act leads a settlement", "a step has its event"
SIGNED = "a statement stays as it was submitted"
UNPAID = "paid_by = NULL, paid_at = NULL, paid_on = NULL, method = NULL, voucher = NULL"
UNAPPROVED = "approved_by = NULL, approved_at = NULL"
CHECKED = "checked_by = COALESCE(checked_by, :a), checked_at = submitted_at"
APPROVED = (
    "approved_by = COALESCE(approved_by, :b), approved_at = submitted_at,"
    " approved_event_id = COALESCE(approved_event_id, :e)"
)
PAID = (
    "paid_by = COALESCE(paid_by, :c), paid_at = submitted_at, paid_on = '2026-04-01',"
    " method = 'cash', voucher = 'x', paid_event_id = COALESCE(paid_event_id, :f)"
)
NOT_PAID = f"{UNPAID}, paid_event_id = NULL"
NOT_APPROVED = f"{UNAPPROVED}, approved_event_id = NULL"
NOT_CONFIRMED = "confirmed_by = NULL, confirmed_at = NULL"
NOT_ENDED = "ended_by = NULL, ended_at = NULL, ended_reason = NULL"
# What the columns say in each state, so that no CHECK stands in a forger's way.
COLUMNS = {
    S.SUBMITTED: ("checked_by = NULL, checked_at = NULL", NOT_APPROVED, NOT_PAID),
    S.CHECKED: (CHECKED, NOT_APPROVED, NOT_PAID),
    S.APPROVED: (CHECKED, APPROVED, NOT_PAID),
    S.PAID: (CHECKED, APPROVED, PAID),
    S.CONFIRMED: (CHECKED, APPROVED, PAID),
    S.REJECTED: (NOT_APPROVED, NOT_PAID),
}


def forge(status: SettlementStatus) -> tuple[str, dict]:
    """A statement that brings all settlements to a state, and its values."""
    confirmed = "confirmed_by = submitted_by, confirmed_at = submitted_at"
    ended = "ended_by = submitted_by, ended_at = submitted_at, ended_reason = 'x'"
    columns = [
        *COLUMNS[status],
        confirmed if status is S.CONFIRMED else NOT_CONFIRMED,
        ended if status is S.REJECTED else NOT_ENDED,
    ]
    statement = f"UPDATE settlement SET status = '{status}', {', '.join(columns)}"
    return statement, {name: new_id() for name in "abcef" if f":{name}" in statement}


def test_the_moves_of_the_guard_are_those_of_the_table():
    assert sorted(MOVES) == sorted(
        f"{before}>{after}" for befores, after in TRANSITIONS.values() for before in befores
    )


@pytest.mark.parametrize("before", S, ids=str)
def test_every_other_pair_of_states_is_refused(trade: Trade, before):
    """By the table, or by what else keeps a settlement that is over."""
    settlement = reach(trade, before)
    strays = [each for each in S if each is not before and f"{before}>{each}" not in MOVES]
    assert strays
    for after in strays:
        statement, values = forge(after)
        refused(f"{TABLE}|{SIGNED}|{EVENT}", statement, **values)
        assert trade.status(settlement) is before


@pytest.mark.parametrize(
    ("before", "after"),
    [(S.SUBMITTED, S.APPROVED), (S.CHECKED, S.APPROVED), (S.CHECKED, S.PAID), (S.APPROVED, S.PAID)],
)
def test_nothing_is_approved_or_paid_without_its_event(trade: Trade, before, after):
    settlement = reach(trade, before)
    statement, values = forge(after)
    refused(f"{TABLE}|{EVENT}", statement, **values)
    if before is S.APPROVED:
        of_approval = {**values, "f": trade.row(settlement).approved_event_id}
        refused(EVENT, f"UPDATE settlement SET status = 'paid', {PAID}", **of_approval)


def test_no_payment_is_forgotten_without_its_reversal(trade: Trade):
    """It could be paid a second time."""
    settlement = reach(trade, S.PAID)
    back = f"UPDATE settlement SET status = 'approved', {NOT_PAID}"
    refused(EVENT, back)
    row = trade.row(settlement)
    forged = SettlementReversal(
        event_id=row.approved_event_id,
        settlement_id=settlement,
        undone=Undone.PAYMENT,
        undone_event_id=row.paid_event_id,
        done_by=row.paid_by,
        done_at=row.paid_at,
        reason="x",
        reversed_by=new_id(),
        reversed_at=now(),
    )
    act(lambda: db.session.add(forged))
    refused(EVENT, back)
    refused(
        f"{EVENT}|{TABLE}", f"UPDATE settlement SET status = 'checked', {NOT_APPROVED}, {NOT_PAID}"
    )


def test_what_was_taken_back_is_no_payment_any_more(trade: Trade):
    settlement = reach(trade, S.PAID)
    paid = trade.row(settlement).paid_event_id
    trade.do(Action.REVERSE_PAYMENT, settlement)
    words = f"UPDATE settlement SET status = 'paid', {PAID}"
    refused(EVENT, words, c=new_id(), f=paid)
    trade.do(Action.PAY, settlement)
    assert trade.row(settlement).paid_event_id != paid


def test_a_settlement_begins_as_submitted(trade: Trade):
    settlement = reach(trade, S.CHECKED)
    row = trade.row(settlement)
    names = [each.key for each in Settlement.__table__.columns]
    other = {each: getattr(row, each) for each in names} | {"id": new_id()}
    with pytest.raises(DBAPIError, match="begins as submitted"):
        act(lambda: db.session.add(Settlement(**other)))
    assert db.session.scalars(select(Settlement.id)).all() == [settlement]


@pytest.mark.parametrize(
    "forged",
    [
        "checked_by = :who",
        "checked_at = submitted_at",
        "approved_by = :who",
        "paid_by = :who",
        "voucher = 'FORGED'",
        "method = 'bank'",
        "paid_on = '2026-04-09'",
    ],
)
def test_who_took_a_step_stays(trade: Trade, forged):
    reach(trade, S.PAID)
    trade.clock.forward(hours=1)
    at = forged.replace("submitted_at", "'2026-01-01 00:00:00+00:00'")
    refused(SIGNED, f"UPDATE settlement SET {at}", **({"who": new_id()} if ":who" in at else {}))
