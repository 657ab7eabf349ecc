"""The duties that stay apart in a disbursement, whatever roles one person holds."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Actor, Assignment, Role
from incentives.access.models import User, UserRole
from incentives.database import new_id
from incentives.errors import (
    Invalid,
    NotPermitted,
    OwnHousehold,
    OwnRequest,
    SamePerson,
    WrongState,
)
from incentives.extensions import db
from incentives.fund.models import Decision, Disbursement, Status
from incentives.fund.operations import PayeeChoice, objection_open
from incentives.fund.queries import Part, count_waiting, find_disbursement, payees, whole_book
from incentives.fund.queries.township import sent_up_to
from tests.conftest import START
from tests.factories import TOWNSHIP, VILLAGE, act, make_household, staff
from tests.fund.people import (
    applied,
    apply_for,
    approve,
    bring_to,
    conclude,
    evaluate,
    give,
    give_back,
    make_people,
    pay,
    publish,
    receive,
    reject,
    reverse,
    status_of,
)

ALL = tuple(Role)


def with_all_roles(household=None) -> Actor:
    """Somebody who holds every role of the village."""
    one = staff(Role.CADRE, household=household)
    roles = tuple(Assignment(role, VILLAGE) for role in ALL)
    return Actor(
        person=one.person,
        user_id=one.user_id,
        resident_id=one.resident_id,
        household_id=one.household_id,
        name="all",
        roles=roles,
        village=one.village,
    )


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


def payee_of(village):
    return PayeeChoice(household_id=village.payee.id)


def test_who_applied_neither_evaluates_nor_approves_nor_rejects(village):
    everybody = with_all_roles()
    disbursement_id = apply_for(everybody, payee_of(village))
    with pytest.raises(OwnRequest):
        evaluate(everybody, disbursement_id)
    with pytest.raises(OwnRequest):
        reject(everybody, disbursement_id)
    evaluate(village.reviewer, disbursement_id)
    with pytest.raises(OwnRequest):
        approve(everybody, disbursement_id)


def test_who_evaluated_neither_approves_nor_pays(village):
    everybody = with_all_roles()
    disbursement_id = applied(village)
    evaluate(everybody, disbursement_id)
    with pytest.raises(SamePerson):
        approve(everybody, disbursement_id)
    approve(village.supervisor, disbursement_id)
    with pytest.raises(SamePerson):
        pay(everybody, disbursement_id)
    assert status_of(disbursement_id) is Status.APPROVED


def test_who_approved_does_not_pay(village):
    everybody = with_all_roles()
    disbursement_id = applied(village)
    evaluate(village.reviewer, disbursement_id)
    approve(everybody, disbursement_id)
    with pytest.raises(SamePerson):
        pay(everybody, disbursement_id)


def test_who_applied_may_pay(village):
    everybody = with_all_roles()
    disbursement_id = apply_for(everybody, payee_of(village))
    evaluate(village.reviewer, disbursement_id)
    approve(village.supervisor, disbursement_id)
    pay(everybody, disbursement_id)
    assert status_of(disbursement_id) is Status.PAID


def test_none_of_them_is_of_the_payees_household(village):
    relative = with_all_roles(village.payee)
    with pytest.raises(OwnHousehold):
        apply_for(relative, payee_of(village))
    with pytest.raises(OwnHousehold):
        apply_for(relative, PayeeChoice(resident_id=village.payee.head_id))
    disbursement_id = applied(village)
    for step in (evaluate, reject):
        with pytest.raises(OwnHousehold):
            step(relative, disbursement_id)
    evaluate(village.reviewer, disbursement_id)
    with pytest.raises(OwnHousehold):
        approve(relative, disbursement_id)
    approve(village.supervisor, disbursement_id)
    with pytest.raises(OwnHousehold):
        pay(relative, disbursement_id)


@pytest.mark.parametrize("step", [receive, give_back, reverse])
def test_nor_is_who_keeps_its_receipt_or_takes_it_back(village, step):
    relative = staff(Role.TREASURER, household=village.payee)
    disbursement_id = bring_to(Status.PAID, village)
    with pytest.raises(OwnHousehold):
        step(relative, disbursement_id)
    assert status_of(disbursement_id) is Status.PAID
    step(village.treasurer, disbursement_id)


@pytest.mark.parametrize(
    "typed",
    ["扎西彭措家", "扎西 彭措", "扎西·彭措（木工）", "3组12号扎西彭措", "Household of 扎西彭措"],
)
def test_a_relative_cannot_name_the_payee_as_if_a_stranger(village, typed):
    relative = with_all_roles(village.payee)
    with pytest.raises(Invalid):
        apply_for(relative, PayeeChoice(name=typed), purpose="commons")


def test_a_trader_who_only_shares_letters_with_a_resident_may_be_typed(village):
    for typed in ("扎西五金店", "县彭措商行", "扎西彭措木工店"):
        apply_for(village.cadre, PayeeChoice(name=typed), purpose="commons")


def test_the_database_refuses_an_evaluator_who_applied(village):
    disbursement_id = applied(village)
    with pytest.raises(DBAPIError):
        act(
            lambda: db.session.execute(
                text("UPDATE disbursement SET evaluated_by = applied_by, status = 'evaluated'")
            )
        )
    assert status_of(disbursement_id) is Status.APPLIED


def test_above_the_limit_two_supervisors_approve(village):
    disbursement_id = applied(village, amount_fen=100_001)
    evaluate(village.reviewer, disbursement_id)
    approve(village.supervisor, disbursement_id)
    assert status_of(disbursement_id) is Status.EVALUATED
    assert count_waiting(village.supervisor, VILLAGE) == 0
    assert count_waiting(village.supervisor2, VILLAGE) == 1
    with pytest.raises(SamePerson):
        approve(village.supervisor, disbursement_id)
    with pytest.raises(WrongState):
        pay(village.treasurer, disbursement_id)
    approve(village.supervisor2, disbursement_id)
    assert status_of(disbursement_id) is Status.APPROVED


def test_at_the_limit_one_supervisor_is_enough(village):
    disbursement_id = applied(village, amount_fen=100_000)
    evaluate(village.reviewer, disbursement_id)
    approve(village.supervisor, disbursement_id)
    assert status_of(disbursement_id) is Status.APPROVED


def test_a_payee_with_a_role_needs_the_township_and_is_named_in_full(village):
    official = make_household(VILLAGE, "格绒次仁", door="2")

    def add_user():
        user = User(
            id=new_id(),
            username="shopkeeper",
            name="格绒次仁",
            password_hash="x",
            resident_id=official.head_id,
            added_by=new_id(),
            added_at=START,
        )
        user.roles = [UserRole(role=Role.SHOPKEEPER, division=VILLAGE)]
        db.session.add(user)

    act(add_user)
    disbursement_id = apply_for(
        village.cadre, PayeeChoice(household_id=official.id), purpose="relief"
    )
    evaluate(village.reviewer, disbursement_id)
    approve(village.supervisor, disbursement_id)
    assert status_of(disbursement_id) is Status.EVALUATED
    approve(village.township, disbursement_id)
    assert status_of(disbursement_id) is Status.APPROVED
    found = find_disbursement(VILLAGE, disbursement_id)
    assert "格绒次仁" in payees([found])[disbursement_id].public_name
    pay(village.treasurer, disbursement_id)
    steps = [each.step for each in whole_book(VILLAGE, Part())[-1].hands]
    assert steps == ["applied", "evaluated", "approved", "approved_above", "paid"]


def test_a_payee_in_need_is_masked_in_public(village):
    disbursement_id = applied(village, purpose="relief")
    found = find_disbursement(VILLAGE, disbursement_id)
    public_name = payees([found])[disbursement_id].public_name
    assert "扎**" in public_name
    assert "扎西彭措" not in public_name


def test_a_payee_in_need_whose_head_is_gone_isnt_known_by_the_households_number(village):
    disbursement_id = applied(village, purpose="relief")
    reward = applied(village)
    act(lambda: db.session.execute(text("UPDATE household SET head_id = NULL")))
    named = payees([find_disbursement(VILLAGE, each) for each in (disbursement_id, reward)])
    assert not any(letter.isdigit() for letter in named[disbursement_id].public_name)
    assert named[disbursement_id].name == named[reward].public_name


def test_a_no_needs_a_reason_and_ends_it(village):
    disbursement_id = applied(village)
    with pytest.raises(Invalid):
        evaluate(village.reviewer, disbursement_id, Decision.REJECT)
    evaluate(village.reviewer, disbursement_id, Decision.REJECT, "没有证明")
    row = db.session.get_one(Disbursement, disbursement_id, populate_existing=True)
    assert (row.status, row.ended_reason) == (Status.REJECTED, "没有证明")


def test_approval_waits_for_the_notice_and_its_objections(app):
    village = make_people(publicity_days=5)
    disbursement_id = applied(village)
    evaluate(village.reviewer, disbursement_id)
    with pytest.raises(WrongState):
        approve(village.supervisor, disbursement_id)
    publish(disbursement_id)
    with pytest.raises(WrongState):
        approve(village.supervisor, disbursement_id)
    conclude(disbursement_id)
    objection_open.append(lambda _id: True)
    try:
        with pytest.raises(WrongState):
            approve(village.supervisor, disbursement_id)
    finally:
        objection_open.pop()
    approve(village.supervisor, disbursement_id)
    assert status_of(disbursement_id) is Status.APPROVED


def test_a_supervisor_of_another_village_finds_nothing(village):
    from incentives.errors import NotFound
    from tests.factories import OTHER_VILLAGE

    disbursement_id = bring_to(Status.APPLIED, village)
    with pytest.raises(NotFound):
        evaluate(staff(Role.REVIEWER, OTHER_VILLAGE), disbursement_id)
    with pytest.raises(NotPermitted):
        evaluate(staff(Role.SUPERVISOR, TOWNSHIP), disbursement_id)


def add_account(username, role, division=VILLAGE, resident_id=None, person=None):
    """A user of the staff, so that the village counts it among those who may decide."""

    def work():
        user = User(
            id=person or new_id(),
            username=username,
            name=username,
            password_hash="x",
            resident_id=resident_id,
            added_by=new_id(),
            added_at=START,
        )
        user.roles = [UserRole(role=role, division=division)]
        db.session.add(user)

    act(work)


def test_the_township_evaluates_only_what_the_village_cannot(village):
    above = staff(Role.REVIEWER, TOWNSHIP)
    disbursement_id = applied(village)
    add_account("reviewer", Role.REVIEWER)
    assert sent_up_to(above) == []
    with pytest.raises(NotPermitted):
        evaluate(above, disbursement_id)
    apply_for(village.cadre, PayeeChoice(name="县电力公司"), purpose="commons")
    # The only reviewer lives in the payee's household: the township's decides.
    own = make_household(VILLAGE, "格绒次仁", door="5")

    def move_in():
        user = db.session.query(User).filter_by(username="reviewer").one()
        user.resident_id = own.head_id

    act(move_in)
    sent = apply_for(village.cadre, PayeeChoice(household_id=own.id))
    assert [each.view.disbursement.id for each in sent_up_to(above)] == [sent]
    evaluate(above, sent)
    assert sent_up_to(above) == []


def test_the_township_approves_where_too_few_of_the_village_may(village):
    above = staff(Role.SUPERVISOR, TOWNSHIP)
    add_account("supervisor", Role.SUPERVISOR, person=village.supervisor.person)
    small = apply_for(village.cadre, PayeeChoice(name="县五金店"), purpose="commons")
    large = applied(village, amount_fen=100_001)
    for each in (small, large):
        evaluate(village.reviewer, each)
    assert [each.view.disbursement.id for each in sent_up_to(above)] == [large]
    approve(village.supervisor, large)
    assert [each.why for each in sent_up_to(above)] == ["too_small"]
    approve(above, large)
    assert sent_up_to(above) == []
    assert status_of(large) is Status.APPROVED


def test_two_accounts_of_one_person_are_one_person(village):
    """A resident's account and that resident's other account have one `person`."""
    cadre = staff(Role.CADRE, household=make_household(VILLAGE, "次仁", door="7"))
    disbursement_id = apply_for(cadre, payee_of(village))
    second_account = Actor(
        person=cadre.person,
        user_id=new_id(),
        resident_id=cadre.resident_id,
        household_id=cadre.household_id,
        name="another",
        roles=(Assignment(Role.REVIEWER, VILLAGE), Assignment(Role.SUPERVISOR, VILLAGE)),
        village=VILLAGE,
    )
    with pytest.raises(OwnRequest):
        evaluate(second_account, disbursement_id)
    evaluate(village.reviewer, disbursement_id)
    with pytest.raises(OwnRequest):
        approve(second_account, disbursement_id)
