"""What the database keeps of the fund's papers and signatures, and of a closed month's bank."""

from datetime import date

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.files.models import File
from incentives.files.operations import erase_file
from incentives.fund import operations
from incentives.fund.models import (
    BankStatement,
    BudgetAdoption,
    Disbursement,
    DisbursementFile,
    Method,
    Source,
    Status,
)
from incentives.fund.operations import BudgetLine
from incentives.register.models import Resident
from tests.factories import VILLAGE, act
from tests.fund.people import (
    DAY,
    bring_to,
    give,
    give_back,
    keep,
    make_people,
    receive,
    set_budgets,
    status_of,
)
from tests.fund.raw import hexed, later, send


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


def erase(file_id):
    from incentives.access.actor import SYSTEM

    return act(lambda: erase_file(village=VILLAGE, file_id=file_id, actor=SYSTEM, now=now()))


def test_a_voucher_stays_for_thirty_years(village, clock):
    file = keep(village.treasurer)
    give(village, 100, Method.CASH, source=Source.DONATION, file=file)
    assert db.session.get_one(File, file).kept_until == date(2056, 12, 31)
    with pytest.raises(WrongState):
        erase(file)
    for sent in (
        "UPDATE file SET kept_until = NULL",
        "UPDATE file SET kept_until = '2026-01-01'",
        "UPDATE file SET erased_at = '2056-12-31 15:59:59+00:00'",
    ):
        with pytest.raises(DBAPIError, match="accounting keeps"):
            send(sent)
    with pytest.raises(DBAPIError, match="accounting keeps"):
        act(lambda: db.session.execute(delete(File).where(File.id == file)))
    clock.forward(days=365 * 31)
    assert erase(file).erased_at is not None


def test_the_row_of_a_file_that_nothing_keeps_any_more_may_go(village):
    free, past = keep(village.treasurer), keep(village.treasurer)
    act(lambda: db.session.execute(update(File).where(File.id == past).values(kept_until=DAY)))
    for file in (free, past):
        act(lambda file=file: db.session.execute(delete(File).where(File.id == file)))
        assert db.session.get(File, file) is None


def test_a_payees_receipt_stays_though_their_personal_data_went(village):
    """No operation erases a household's personal data: the rows are changed by hand here.

    What this holds is that the receipt depends on none of it.
    """
    disbursement_id = bring_to(Status.PAID, village)
    receive(village.treasurer, disbursement_id)
    file = db.session.get_one(Disbursement, disbursement_id).receipt_file_id

    def forget_them():
        for resident in db.session.query(Resident).filter_by(household_id=village.payee.id):
            resident.name, resident.pinyin, resident.phone = "?", "", None
            resident.left_on = DAY

    act(forget_them)
    with pytest.raises(WrongState):
        erase(file)
    assert db.session.get_one(File, file).kept_until == date(2056, 12, 31)
    assert status_of(disbursement_id) is Status.RECEIVED


def test_a_rejected_applications_papers_may_go(village):
    file = keep(village.cadre)
    one = act(
        lambda: operations.apply_for_disbursement(
            village=VILLAGE,
            purpose="family",
            payee=operations.PayeeChoice(household_id=village.payee.id),
            amount_fen=100,
            reason="x",
            evidence=[file],
            actor=village.cadre,
            now=now(),
        )
    )
    with pytest.raises(WrongState):
        erase(file)
    act(
        lambda: operations.reject_disbursement(
            village=VILLAGE,
            disbursement_id=one.id,
            reason="不符合",
            actor=village.supervisor,
            now=now(),
        )
    )
    assert erase(file).erased_at is not None


@pytest.mark.parametrize("act_of", ["DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_vouchers_and_signatures_are_kept(village, act_of):
    if act_of.startswith("TRUNCATE") and db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    keep_papers(village)
    for table in (
        "disbursement_approval",
        "payment_return",
        "income_file",
        "income",
        "budget_adoption",
        "disbursement_file",
        "disbursement",
    ):
        with pytest.raises(DBAPIError, match=r"signatures are kept|permission denied"):
            send(act_of.format(table))


@pytest.mark.parametrize(
    "column",
    [
        "disbursement.receipt_file_id",
        "budget_adoption.minutes_id",
        "bank_statement.file_id",
        "income_file.file_id",
        "disbursement_file.file_id",
    ],
)
def test_no_paper_is_taken_away_or_exchanged(village, column):
    other = keep_papers(village)
    table, name = column.split(".")
    kept = "vouchers and signatures are kept|a receipt has who took it, when, and its paper"
    for value in (None, hexed(other)):
        with pytest.raises(DBAPIError, match=kept):
            send(f"UPDATE {table} SET {name} = :value", value=value)


@pytest.mark.parametrize(
    "forged",
    [
        "disbursement_approval SET approver = applied_by FROM disbursement",
        "disbursement_approval SET decided_at = {later}",
        "payment_return SET amount_fen = amount_fen - 1",
        "income SET voucher = 'FORGED'",
        "income SET giver = 'FORGED'",
        "income SET amount_fen = amount_fen + 1",
        "budget_adoption SET in_favour = in_favour - 1",
        "disbursement SET voucher = 'FORGED'",
        "disbursement SET payee_name = 'FORGED', household_id = NULL, resident_id = NULL",
        "disbursement SET evaluated_by = received_by",
        "disbursement SET paid_on = NULL",
        "disbursement SET received_by = applied_by",
    ],
)
def test_what_was_signed_stays_as_it_was_signed(village, forged):
    keep_papers(village)
    with pytest.raises(DBAPIError, match="vouchers and signatures are kept"):
        send("UPDATE " + forged.format(later=later()))


def keep_papers(village):
    """One of each paper of the fund, in its row; another file's id."""
    paper, other = (keep(village.treasurer) for _each in "12")
    one = bring_to(Status.PAID, village)
    receive(village.treasurer, one)
    give_back(village.treasurer, one, 100)
    give(village, 100, voucher="R-2", file=paper)
    set_budgets(village, family=BudgetLine(100_000))

    def add_papers():
        db.session.execute(update(BudgetAdoption).values(minutes_id=paper))
        db.session.add(DisbursementFile(disbursement_id=one, file_id=paper))
        db.session.add(
            BankStatement(
                village=VILLAGE,
                from_on=DAY,
                to_on=DAY,
                opening_fen=0,
                closing_fen=0,
                file_id=paper,
                entered_by=village.treasurer.person,
                entered_at=now(),
            )
        )

    act(add_papers)
    return other
