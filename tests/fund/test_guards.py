"""What the database keeps of the fund's rules when an operation is past by: a twin for each."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Role
from incentives.database import new_id
from incentives.extensions import db
from incentives.fund.models import (
    Disbursement,
    Status,
)
from incentives.fund.states import TRANSITIONS, Action
from tests.factories import TOWNSHIP, VILLAGE, act, staff
from tests.fund.people import (
    applied,
    apply_for,
    approve,
    evaluate,
    give,
    make_people,
    pay,
    status_of,
)
from tests.fund.raw import hexed, send


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


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


def test_nothing_unapproved_is_paid_past_the_operation(village, monkeypatch):
    disbursement_id = applied(village)
    evaluate(village.reviewer, disbursement_id)
    leads = {Action.PAY: {Status.EVALUATED: Status.PAID}}
    monkeypatch.setattr("incentives.fund.operations.steps.TRANSITIONS", TRANSITIONS | leads)
    monkeypatch.setattr("incentives.fund.operations.paying.BEFORE_APPROVAL", frozenset())
    send(
        "INSERT INTO disbursement_approval (disbursement_id, approver, decision, from_above,"
        " decided_at) VALUES (:one, :person, 'approve', false, '2026-03-01 01:00:00+00:00')",
        one=hexed(disbursement_id),
        person=hexed(village.supervisor.person),
    )
    with pytest.raises(DBAPIError, match=r"not approved|no act leads"):
        pay(village.treasurer, disbursement_id)
    assert status_of(disbursement_id) is Status.EVALUATED


def test_nobody_pays_what_they_decided_on_past_the_operation(village, monkeypatch):
    disbursement_id = applied(village)
    evaluate(village.reviewer, disbursement_id)
    approve(village.supervisor, disbursement_id)
    both = replace(village.supervisor, roles=village.treasurer.roles)
    monkeypatch.setattr("incentives.fund.operations.paying.refuse_same_person", lambda *_: None)
    with pytest.raises(DBAPIError, match="decided on"):
        pay(both, disbursement_id)
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
