"""What the database keeps of the fund's rules when an operation is past by: a twin for each."""

from datetime import date

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Role
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import WrongState
from incentives.extensions import db
from incentives.files.models import File, FileKind
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
from tests.factories import TOWNSHIP, VILLAGE, act, staff
from tests.fund.people import (
    DAY,
    applied,
    apply_for,
    approve,
    bring_to,
    evaluate,
    give,
    give_back,
    make_people,
    receive,
    set_budgets,
    status_of,
)


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


def send(statement: str, **values: object) -> None:
    act(lambda: db.session.execute(text(statement), values))


def hexed(value) -> str:
    """An id as the database at hand writes it."""
    return value.hex if db.engine.dialect.name == "sqlite" else str(value)


def test_an_approval_of_who_applied_or_evaluated_is_refused(village):
    disbursement_id = applied(village)
    evaluate(village.reviewer, disbursement_id)
    for person in (village.cadre.person, village.reviewer.person):
        with pytest.raises(DBAPIError, match="nobody approves"):
            send(
                "INSERT INTO disbursement_approval"
                " (disbursement_id, approver, decision, from_above, decided_at)"
                " VALUES (:one, :person, 'approve', false, '2026-03-02 01:00:00+00:00')",
                one=hexed(disbursement_id),
                person=hexed(person),
            )


def test_nothing_is_approved_without_its_approvals(village):
    disbursement_id = applied(village, amount_fen=100_001)
    evaluate(village.reviewer, disbursement_id)
    with pytest.raises(DBAPIError, match="lacks approvals"):
        send("UPDATE disbursement SET status = 'approved'")
    approve(village.supervisor, disbursement_id)
    with pytest.raises(DBAPIError, match="lacks approvals"):
        send("UPDATE disbursement SET status = 'approved'")
    assert status_of(disbursement_id) is Status.EVALUATED


def test_a_payee_with_a_role_is_not_approved_below_the_township(village):
    disbursement_id = applied(village)
    evaluate(village.reviewer, disbursement_id)
    send("UPDATE disbursement SET payee_has_role = true")
    approve(village.supervisor, disbursement_id)
    with pytest.raises(DBAPIError, match="lacks approvals"):
        send("UPDATE disbursement SET status = 'approved'")
    approve(staff(Role.SUPERVISOR, TOWNSHIP), disbursement_id)
    assert status_of(disbursement_id) is Status.APPROVED


PAID = (
    "UPDATE disbursement SET status = 'paid', event_id = :event, paid_by = :person,"
    " paid_at = '2026-03-02 01:00:00+00:00', paid_on = '2026-03-02', method = 'cash', voucher = 'x'"
)


def test_nothing_unapproved_is_paid_nor_by_who_decided(village):
    disbursement_id = applied(village)
    evaluate(village.reviewer, disbursement_id)
    with pytest.raises(DBAPIError, match="not approved"):
        send(PAID, event=hexed(new_id()), person=hexed(village.treasurer.person))
    approve(village.supervisor, disbursement_id)
    with pytest.raises(DBAPIError, match="decided on"):
        send(PAID, event=hexed(new_id()), person=hexed(village.supervisor.person))
    assert status_of(disbursement_id) is Status.APPROVED


def test_a_payee_who_took_a_role_meanwhile_needs_the_township(village):
    from incentives.access.models import User, UserRole
    from tests.conftest import START

    disbursement_id = applied(village)
    evaluate(village.reviewer, disbursement_id)

    def add_user():
        user = User(
            id=new_id(),
            username="new-cadre",
            name="x",
            password_hash="x",
            resident_id=village.payee.head_id,
            added_by=new_id(),
            added_at=START,
        )
        user.roles = [UserRole(role=Role.CADRE, division=VILLAGE)]
        db.session.add(user)

    act(add_user)
    approve(village.supervisor, disbursement_id)
    assert status_of(disbursement_id) is Status.EVALUATED
    approve(village.township, disbursement_id)
    assert db.session.get_one(Disbursement, disbursement_id).payee_has_role


def test_a_name_of_the_staff_that_is_typed_needs_the_township_too(village):
    from incentives.access.models import User, UserRole
    from incentives.fund.operations import PayeeChoice
    from tests.conftest import START

    def add_user():
        user = User(
            id=new_id(),
            username="keeper",
            name="阿旺",
            password_hash="x",
            added_by=new_id(),
            added_at=START,
        )
        user.roles = [UserRole(role=Role.SHOPKEEPER, division=VILLAGE)]
        db.session.add(user)

    act(add_user)
    for typed in ("阿旺", "阿旺家"):
        disbursement_id = apply_for(village.cadre, PayeeChoice(name=typed), purpose="commons")
        assert db.session.get_one(Disbursement, disbursement_id).payee_has_role


def keep(village) -> File:
    """A file of the village's."""

    def work():
        file = File(
            village=VILLAGE,
            name=new_id().hex,
            kind=FileKind.PDF,
            size=1,
            sha256="0" * 64,
            uploaded_by=village.treasurer.person,
            uploaded_at=now(),
        )
        db.session.add(file)
        db.session.flush()
        return file

    return act(work)


def erase(file_id):
    from incentives.access.actor import SYSTEM

    return act(lambda: erase_file(village=VILLAGE, file_id=file_id, actor=SYSTEM, now=now()))


def test_a_voucher_stays_for_thirty_years(village, clock):
    file = keep(village).id
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
    free, past = keep(village).id, keep(village).id
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
    file = keep(village).id
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
    for value in (None, hexed(other)):
        with pytest.raises(DBAPIError, match="vouchers and signatures are kept"):
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
    later = "datetime('now')" if db.engine.dialect.name == "sqlite" else "now()"
    with pytest.raises(DBAPIError, match="vouchers and signatures are kept"):
        send("UPDATE " + forged.format(later=later))


def keep_papers(village):
    """One of each paper of the fund, in its row; another file's id."""
    paper, other = (keep(village).id for _each in "12")
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
