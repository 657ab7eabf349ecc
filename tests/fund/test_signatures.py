"""What was signed stays from its signature on, past the operations too, which go on as before."""

from datetime import date

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from incentives.extensions import db
from incentives.fund import queries
from incentives.fund.models import Decision, DisbursementApproval, Status
from tests.factories import VILLAGE, make_household
from tests.fund.months import close, confirm, count
from tests.fund.people import (
    applied,
    apply_for_families,
    approve,
    bring_to,
    evaluate,
    give,
    give_back,
    keep,
    make_people,
    pay,
    receive,
    status_of,
)
from tests.fund.raw import hexed, refused, send

MARCH = date(2026, 3, 1)


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


APPLIED = [
    "amount_fen = amount_fen - 1",
    "payee_name = 'FORGED', household_id = NULL",
    "purpose = 'commons'",
    "reason = 'FORGED'",
    "village = '513336101217'",
    "applied_by = id",
    "applied_at = {later}",
    "second_approval_fen = second_approval_fen + 1",
    "publicity_days = publicity_days + 1",
]
EVALUATED = ["evaluated_by = id", "evaluated_at = {later}", "evaluation_reason = 'FORGED'"]
ENDED = ["ended_by = id", "ended_at = {later}", "ended_reason = 'FORGED'"]
KEPT = "vouchers and signatures are kept"
PAID_STATES = (Status.PAID, Status.RECEIVED, Status.RETURNED, Status.REVERSED)


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.PUBLISHED])
def test_a_disbursement_stays_as_it_was_signed(village, status):
    one = bring_to(status, village)
    forged = list(APPLIED)
    if status not in (Status.APPLIED, Status.REJECTED, Status.WITHDRAWN):
        forged += EVALUATED
    if status in (Status.REVERSED, Status.REJECTED, Status.WITHDRAWN):
        forged += ENDED
    # While it stays paid, the guard of payments refuses it, too.
    words = r"signatures are kept|is not approved" if status is Status.PAID else KEPT
    for each in forged:
        refused(f"UPDATE disbursement SET {each}", words)
    assert status_of(one) is status


def test_what_is_over_does_not_begin_again(village):
    bring_to(Status.REJECTED, village)
    nothing = "ended_by = NULL, ended_at = NULL, ended_reason = NULL"
    words = r"signatures are kept|no act leads"
    refused(f"UPDATE disbursement SET status = 'applied', {nothing}", words)


def test_that_the_payee_holds_a_role_is_not_taken_back(village):
    applied(village)
    send("UPDATE disbursement SET payee_has_role = true")
    refused("UPDATE disbursement SET payee_has_role = false")


def test_the_operations_sign_one_after_another(village):
    one = bring_to(Status.PAID, village)
    receive(village.treasurer, one)
    give_back(village.treasurer, one)
    assert status_of(one) is Status.RETURNED


APPROVAL = (
    "INSERT INTO disbursement_approval (disbursement_id, approver, decision, from_above, reason,"
    " decided_at) VALUES (:one, :person, :decision, {above}, 'x', '2026-03-02 01:00:00+00:00')"
)


@pytest.mark.parametrize("above", ["true", "false"])
@pytest.mark.parametrize(
    "status", [Status.APPLIED, Status.APPROVED, *PAID_STATES, Status.REJECTED, Status.WITHDRAWN]
)
def test_nobody_approves_what_is_past_approval(village, status, above):
    decisions = ["approve"] if status is Status.APPROVED else ["approve", "reject"]
    one = bring_to(status, village)
    for decision in decisions:
        refused(
            APPROVAL.format(above=above),
            "not to be approved",
            one=hexed(one),
            person=hexed(village.supervisor2.person),
            decision=decision,
        )


def test_a_supervisor_still_says_no_to_what_is_approved(village):
    one = bring_to(Status.APPROVED, village)
    approve(village.supervisor2, one, Decision.REJECT, "钱不够了")
    assert status_of(one) is Status.REJECTED
    said = db.session.scalars(select(DisbursementApproval.decision)).all()
    assert sorted(said) == [Decision.APPROVE, Decision.REJECT]


def test_a_list_stays_as_it_was_applied_for(village):
    others = [make_household(VILLAGE, name, door=name) for name in "甲乙"]
    asked = apply_for_families(village.cadre, others, 60_000)
    for forged in (
        "title = 'FORGED'",
        "purpose = 'commons'",
        "total_fen = 1",
        "applied_by = id",
        "applied_at = {later}",
    ):
        refused(f"UPDATE disbursement_list SET {forged}")
    with pytest.raises(DBAPIError):
        send("DELETE FROM disbursement_list")
    for row in queries.rows_on(asked.id):
        refused("UPDATE disbursement SET reason = 'FORGED' WHERE id = :id", id=hexed(row.id))
        evaluate(village.reviewer, row.id)
        approve(village.supervisor, row.id)
        approve(village.supervisor2, row.id)
        pay(village.treasurer, row.id)


COUNTED = [
    "month = '2026-02-01'",
    "counted_on = '2026-03-30'",
    "counted_fen = counted_fen + 1",
    "book_fen = book_fen + 1",
    "note = 'FORGED'",
    "counted_by = id",
    "counted_at = {later}",
]


CONFIRMED = ["confirmed_by = id", "confirmed_at = {later}"]


@pytest.mark.parametrize(
    ("decision", "forged"),
    [
        (None, COUNTED),
        (Decision.APPROVE, [*COUNTED, *CONFIRMED, "status = 'refused'"]),
        (Decision.REJECT, [*COUNTED, *CONFIRMED, "status = 'confirmed'", "refused_reason = 'x'"]),
        (Decision.REJECT, ["status = 'waiting', confirmed_by = NULL, confirmed_at = NULL"]),
    ],
)
def test_a_count_stays_as_both_signed_it(village, clock, decision, forged):
    clock.forward(days=32)
    waiting = count(village, MARCH)
    if decision is not None:
        confirm(village, waiting.id, decision=decision, reason="x")
    for each in forged:
        refused(f"UPDATE cash_count SET {each}")
    if decision is None:
        confirm(village, waiting.id)
        close(village, MARCH)


@pytest.mark.parametrize(
    "forged",
    [
        "sha256 = '1111111111111111111111111111111111111111111111111111111111111111'",
        "name = 'FORGED'",
        "size = size + 1",
        "kind = 'png'",
        "village = '513336101217'",
        "uploaded_by = id",
        "uploaded_at = {later}",
    ],
)
def test_a_paper_is_not_exchanged_through_its_own_row(village, forged):
    """A voucher as little as minutes and evidence, which accounting doesn't keep yet."""
    free, kept = keep(village.treasurer), keep(village.treasurer)
    give(village, 100, file=kept)
    for file in [kept] if "uploaded_by" in forged else [kept, free]:
        refused(
            f"UPDATE file SET {forged} WHERE id = :file",
            "stays as it was uploaded",
            file=hexed(file),
        )
    give(village, 100, file=free, voucher="R-2")  # its keeping alone is put off


def test_a_fund_of_the_release_before_is_kept_from_now_on(village):
    one = bring_to(Status.APPROVED, village)
    forge = "UPDATE disbursement SET reason = 'FORGED'"
    db.session.remove()
    downgrade(revision="0037_fund_papers")
    send(forge)
    db.session.remove()
    upgrade()
    refused(forge.replace("FORGED", "FORGED AGAIN"))
    pay(village.treasurer, one)
    assert status_of(one) is Status.PAID
