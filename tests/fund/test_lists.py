"""Lists of payees: asked for and decided on as one, each line its own event, bad ones named."""

import pytest
from sqlalchemy import select

from incentives import ledger
from incentives.access.actor import Role
from incentives.clock import now
from incentives.errors import (
    CapExceeded,
    Invalid,
    NotPermitted,
    OwnHousehold,
    SamePerson,
    WrongState,
)
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import Decision, Method, Status
from incentives.fund.operations import BudgetLine, ListLine, PayeeChoice, objection_open
from incentives.fund.queries.township import sent_up_to
from incentives.ledger.models import Event
from tests.factories import TOWNSHIP, VILLAGE, act, make_household, staff
from tests.fund.people import (
    TODAY,
    apply_for,
    approve,
    evaluate,
    give,
    keep,
    make_people,
    pay,
    receive,
    reject,
    set_budgets,
    status_of,
)
from tests.fund.test_duties import add_account


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


@pytest.fixture
def families(village):
    names = ("格绒次仁", "拉姆", "尼玛泽仁")
    return [village.payee, *(make_household(VILLAGE, each, door=f"9{each}") for each in names)]


def ask(village, families, amount_fen=30_000, actor=None, lines=None):
    lines = lines or [ListLine(PayeeChoice(household_id=each.id), amount_fen) for each in families]
    return act(
        lambda: operations.apply_for_list(
            village=VILLAGE,
            title="年终好家风",
            purpose="family",
            reason="年终评选的好家风家庭",
            lines=lines,
            actor=actor or village.cadre,
            now=now(),
        )
    ).id


def step(operation, actor, list_id, **given):
    return act(lambda: operation(village=VILLAGE, list_id=list_id, actor=actor, now=now(), **given))


def evaluate_list(village, list_id, actor=None):
    given = {"decision": Decision.APPROVE}
    return step(operations.evaluate_list, actor or village.reviewer, list_id, **given)


def approve_list(actor, list_id):
    return step(operations.approve_list, actor, list_id, decision=Decision.APPROVE)


def pay_list(village, list_id, **given):
    fields = {"paid_on": TODAY, "method": Method.CASH, "voucher": "ZC-9"} | given
    return step(operations.pay_list, village.treasurer, list_id, **fields)


def states(list_id) -> list[Status]:
    return [row.status for row in queries.rows_on(list_id)]


def test_a_list_is_decided_on_as_one_and_paid_with_an_event_each(village, families):
    list_id = ask(village, families, 20_000)
    evaluate_list(village, list_id)
    approve_list(village.supervisor, list_id)
    assert states(list_id) == [Status.APPROVED] * 4
    pay_list(village, list_id, lines=[2])
    assert [each.voucher for each in queries.rows_on(list_id)] == [None, "ZC-9-2", None, None]
    pay_list(village, list_id)
    rows = queries.rows_on(list_id)
    assert [row.status for row in rows] == [Status.PAID] * 4
    assert len({row.event_id for row in rows}) == 4
    assert ledger.balance(VILLAGE, "cash") == 920_000
    with pytest.raises(WrongState):
        pay_list(village, list_id)


def test_one_signed_sheet_is_the_receipt_of_all_lines_of_a_list_and_of_no_other(village, families):
    list_id, other = ask(village, families, 10_000), ask(village, families, 10_000)
    for each in (list_id, other):
        evaluate_list(village, each)
        for actor in (village.supervisor, village.supervisor2):
            if Status.EVALUATED in states(each):
                approve_list(actor, each)
        pay_list(village, each)
    sheet, copy = (keep(village.treasurer, sha256="a" * 64) for _copy in range(2))
    first, second, *_others = queries.rows_on(list_id)
    receive(village.treasurer, first.id, sheet)
    receive(village.treasurer, second.id, copy)
    receive(village.treasurer, queries.rows_on(list_id)[2].id, sheet)
    with pytest.raises(Invalid) as refused:
        receive(village.treasurer, queries.rows_on(other)[0].id, sheet)
    assert [each.pointer for each in refused.value.errors] == ["/file"]
    assert states(list_id) == [Status.RECEIVED] * 3 + [Status.PAID]


def test_the_line_that_a_cap_adopted_since_leaves_less_is_named(village, families):
    approved = ask(village, families, 20_000)
    evaluate_list(village, approved)
    approve_list(village.supervisor, approved)
    amounts = zip(families, (1_000, 1_000, 1_000, 70_000), strict=True)
    lines = [ListLine(PayeeChoice(household_id=each.id), fen) for each, fen in amounts]
    late = ask(village, families, lines=lines)
    evaluate_list(village, late)
    set_budgets(village, family=BudgetLine(1_000_000, cap_fen=60_000))
    with pytest.raises(CapExceeded) as refused:
        approve_list(village.supervisor, late)
    assert [each.pointer for each in refused.value.errors] == ["/lines/3/amount_fen"]
    assert "尼玛泽仁" in str(refused.value.detail)
    set_budgets(village, family=BudgetLine(1_000_000, cap_fen=19_000))
    with pytest.raises(CapExceeded) as refused:
        pay_list(village, approved, lines=[2, 4])
    assert [each.pointer for each in refused.value.errors] == [
        "/lines/1/amount_fen",
        "/lines/3/amount_fen",
    ]
    said = str(refused.value.detail)
    assert ("格绒次仁" in said, "尼玛泽仁" in said) == (True, True)


def left_after(list_id) -> list[int]:
    return [view.budget_left_fen for view in queries.disbursement_views(queries.rows_on(list_id))]


def test_a_budget_is_reckoned_with_the_whole_list(village, families):
    set_budgets(village, family=BudgetLine(100_000))
    list_id = ask(village, families, 30_000)
    assert left_after(list_id) == [-20_000] * 4
    reject(village.supervisor, queries.rows_on(list_id)[0].id)
    views = queries.disbursement_views(queries.rows_on(list_id))
    assert queries.speaks_for(views).budget_left_fen == 10_000
    evaluate_list(village, list_id)
    approve_list(village.supervisor, list_id)
    approve_list(village.supervisor2, list_id)
    assert left_after(list_id) == [10_000] * 4
    pay_list(village, list_id, lines=[2])
    assert left_after(list_id) == [10_000] * 4
    other = ask(village, families[:2], 5_000)
    assert left_after(other) == [0] * 2
    assert queries.left_to_ask_for(VILLAGE, 2026) == {"family": 10_000}


def test_splitting_a_sum_over_a_list_gets_past_no_second_approval(village, families):
    list_id = ask(village, families, 30_000)  # 1,200 yuan together, 300 each
    evaluate_list(village, list_id)
    approve_list(village.supervisor, list_id)
    assert states(list_id) == [Status.EVALUATED] * 4
    with pytest.raises(SamePerson):
        approve_list(village.supervisor, list_id)
    row = queries.rows_on(list_id)[0]
    with pytest.raises(SamePerson):
        approve(village.supervisor, row.id)
    approve_list(village.supervisor2, list_id)
    assert states(list_id) == [Status.APPROVED] * 4


def test_each_bad_line_is_named_and_nothing_is_kept(village, families):
    set_budgets(village, family=BudgetLine(1_000_000, cap_fen=40_000))
    lines = [
        ListLine(PayeeChoice(household_id=families[0].id), 30_000),
        ListLine(PayeeChoice(household_id=families[1].id), 40_001),
        ListLine(PayeeChoice(household_id=families[0].id), 10),
        ListLine(PayeeChoice(name="拉姆"), 10),
        ListLine(PayeeChoice(household_id=families[2].id), 0),
    ]
    with pytest.raises(Invalid) as refused:
        ask(village, families, lines=lines)
    assert [each.pointer for each in refused.value.errors] == [
        "/lines/1/amount_fen",
        "/lines/2/payee",
        "/lines/3/payee/name",
        "/lines/4/amount_fen",
    ]
    assert db.session.scalars(queries.lists_of(VILLAGE)).all() == []
    assert db.session.scalars(queries.disbursements(VILLAGE)).all() == []


def test_two_lines_of_one_household_share_its_cap(village, families):
    set_budgets(village, family=BudgetLine(1_000_000, cap_fen=40_000))
    lines = [
        ListLine(PayeeChoice(household_id=families[0].id), 30_000),
        ListLine(PayeeChoice(resident_id=families[0].head_id), 30_000),
    ]
    with pytest.raises(Invalid) as refused:
        ask(village, families, lines=lines)
    assert [each.pointer for each in refused.value.errors] == ["/lines/1/amount_fen"]


def test_none_of_them_lives_in_a_payees_household(village, families):
    with pytest.raises(Invalid) as refused:
        ask(village, families, actor=staff(Role.CADRE, household=families[2]))
    assert [each.pointer for each in refused.value.errors] == ["/lines/2/payee"]
    list_id = ask(village, families, 10_000)
    with pytest.raises(OwnHousehold):
        evaluate_list(village, list_id, staff(Role.REVIEWER, household=families[3]))
    assert states(list_id) == [Status.APPLIED] * 4
    evaluate_list(village, list_id)
    with pytest.raises(OwnHousehold):
        approve_list(staff(Role.SUPERVISOR, household=families[0]), list_id)
    with pytest.raises(SamePerson):
        step(
            operations.approve_list,
            act_as_both(village),
            list_id,
            decision=Decision.APPROVE,
        )


def act_as_both(village):
    """The reviewer, who is a supervisor too."""
    from dataclasses import replace

    from incentives.access.actor import Assignment, Role

    return replace(
        village.reviewer,
        roles=(*village.reviewer.roles, Assignment(Role.SUPERVISOR, VILLAGE)),
    )


def test_a_list_that_concerns_every_reviewer_of_the_village_goes_up(village, families):
    above = staff(Role.REVIEWER, TOWNSHIP)
    add_account("reviewer", Role.REVIEWER, resident_id=families[1].head_id)
    list_id = ask(village, families[:1] + families[2:], 10_000)
    assert sent_up_to(above) == []
    with pytest.raises(NotPermitted):
        evaluate_list(village, list_id, above)
    list_id = ask(village, families, 10_000)
    waiting = [each.view.disbursement for each in sent_up_to(above)]
    assert waiting == queries.rows_on(list_id)
    evaluate_list(village, list_id, above)
    assert states(list_id) == [Status.EVALUATED] * 4
    assert sent_up_to(above) == []


def test_an_objection_holds_back_its_line_alone(village, families):
    list_id = ask(village, families, 10_000)
    evaluate_list(village, list_id)
    held_back = queries.rows_on(list_id)[1].id
    objection_open.append(lambda each: each == held_back)
    try:
        approve_list(village.supervisor, list_id)
    finally:
        objection_open.pop()
    assert status_of(held_back) is Status.EVALUATED
    pay_list(village, list_id)
    with pytest.raises(Invalid):
        pay_list(village, list_id, lines=[2])
    approve(village.supervisor, held_back)
    pay(village.treasurer, held_back)
    assert states(list_id) == [Status.PAID] * 4


def test_a_single_line_is_rejected_and_the_rest_goes_on(village, families):
    list_id = ask(village, families, 10_000)
    rows = queries.rows_on(list_id)
    evaluate(village.reviewer, rows[0].id)
    reject(village.supervisor, rows[1].id)
    evaluate_list(village, list_id)
    approve_list(village.supervisor, list_id)
    pay_list(village, list_id)
    assert states(list_id).count(Status.PAID) == 3
    events = db.session.scalars(
        select(Event).where(Event.village == VILLAGE, Event.kind == "disbursement")
    ).all()
    assert len(events) == 3


def test_only_who_asked_takes_the_list_back(village, families):
    list_id = ask(village, families, 10_000)
    with pytest.raises(NotPermitted):
        step(operations.withdraw_list, village.treasurer, list_id, reason="写错")
    step(operations.withdraw_list, village.cadre, list_id, reason="写错")
    assert states(list_id) == [Status.WITHDRAWN] * 4
    with pytest.raises(WrongState):
        evaluate_list(village, list_id)


def test_a_list_waits_as_one(village, families):
    list_id = ask(village, families)
    ask(village, families[:2])
    assert queries.count_waiting(village.reviewer, VILLAGE) == 2
    evaluate_list(village, list_id)
    assert queries.count_waiting(village.reviewer, VILLAGE) == 1
    assert queries.count_waiting(village.supervisor, VILLAGE) == 1


def test_what_goes_to_ones_own_household_does_not_wait_for_one(village, families):
    list_id = ask(village, families, 10_000)
    ask(village, families[1:3])
    member = PayeeChoice(resident_id=families[0].head_id)
    apply_for(village.cadre, member, purpose="conduct")
    own = {role: staff(role, household=families[0]) for role in (Role.REVIEWER, Role.TREASURER)}
    assert queries.count_waiting(village.reviewer, VILLAGE) == 3
    assert queries.count_waiting(own[Role.REVIEWER], VILLAGE) == 1
    evaluate_list(village, list_id)
    approve_list(village.supervisor, list_id)
    waiting = db.session.scalars(queries.waiting_for(own[Role.TREASURER], VILLAGE)).all()
    assert {each.household_id for each in waiting} == {each.id for each in families[1:]}
