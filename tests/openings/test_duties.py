"""Who may not check, what is taken over once, and how it is taken back."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from incentives import ledger
from incentives.access.actor import Actor, Assignment, Role
from incentives.clock import now
from incentives.errors import (
    AlreadyReversed,
    Invalid,
    NotFound,
    NotPermitted,
    OutOfStock,
    OwnHousehold,
    OwnRequest,
    Refusal,
    SamePerson,
    WrongState,
)
from incentives.extensions import db
from incentives.fund.models import Method
from incentives.notices import operations as notices
from incentives.openings import operations, queries
from incentives.openings.models import Opening, Part
from incentives.openings.operations import Entry
from incentives.register.models import Household
from incentives.shop.models import Stock, StockSource
from incentives.shop.operations import StockLine, receive_stock
from tests.factories import TOWNSHIP, VILLAGE, act, make_household, staff
from tests.openings.books import ALL, FUND, ONE, POINTS, STOCK, TWO


def test_nobody_checks_what_they_entered_mended_or_checked(village):
    both = Actor(
        person=uuid4(),
        user_id=uuid4(),
        resident_id=None,
        household_id=None,
        name="两职",
        roles=(Assignment(Role.CADRE, VILLAGE), Assignment(Role.REVIEWER, VILLAGE)),
    )
    opening = village.drafted(TWO)
    line = village.lines(opening)[1].id
    village.do("mend_line", opening, both, line_id=line, changes={"points": 36})
    village.do("submit_opening", opening, village.cadre)
    for step, more in (("check_opening", {}), ("reject_opening", {"reason": "x"})):
        with pytest.raises(OwnRequest):
            village.do(step, opening, both, **more)
    village.do("check_opening", opening, village.reviewer)
    with pytest.raises(SamePerson):
        village.do("check_opening", opening, village.reviewer)
    with pytest.raises(WrongState):  # the review group's check is there
        village.do("check_opening", opening, staff(Role.REVIEWER))
    assert village.status(opening) == "submitted"


def test_one_person_of_both_groups_checks_once(village):
    opening = village.drafted(ONE)
    village.do("submit_opening", opening, village.cadre)
    both = staff(Role.REVIEWER)
    both = Actor(**{**vars(both), "roles": (*both.roles, Assignment(Role.SUPERVISOR, VILLAGE))})
    village.do("check_opening", opening, both)
    with pytest.raises(SamePerson):
        village.do("check_opening", opening, both)
    assert village.status(opening) == "submitted"


def test_a_checkers_own_household_waits_for_another_of_the_group(village):
    opening = village.drafted(TWO)
    village.do("submit_opening", opening, village.cadre)
    home = village.households["扎西彭措"]
    own, cousin = (staff(Role.REVIEWER, household=home) for _ in range(2))
    cousin = Actor(**{**vars(cousin), "person": uuid4()})
    village.do("check_opening", opening, own)
    village.do("check_opening", opening, village.supervisor)
    view = queries.opening_view(VILLAGE, opening)
    assert {role.value: count for role, count in view.missing.items()} == {"reviewer": 1}
    with pytest.raises(OwnHousehold):  # of the same household: it would count for nothing
        village.do("check_opening", opening, cousin)
    township = staff(Role.REVIEWER, TOWNSHIP)  # where the village is too small
    assert village.do("check_opening", opening, township) == "checked"


def test_a_check_of_ones_own_line_alone_is_refused(village):
    opening = village.drafted(ONE)
    village.do("submit_opening", opening, village.cadre)
    own = staff(Role.REVIEWER, household=village.households["扎西彭措"])
    with pytest.raises(OwnHousehold):
        village.do("check_opening", opening, own)


@pytest.mark.parametrize(
    ("keeper", "sheets"),
    [(Role.TREASURER, {FUND: ALL[FUND]}), (Role.SHOPKEEPER, {STOCK: ALL[STOCK]})],
)
def test_whoever_keeps_money_or_goods_does_not_check_them(village, keeper, sheets):
    reviewer = staff(Role.REVIEWER)
    kept = Actor(**{**vars(reviewer), "roles": (*reviewer.roles, Assignment(keeper, VILLAGE))})
    opening = village.drafted(sheets)
    village.do("submit_opening", opening, village.cadre)
    with pytest.raises(NotPermitted):
        village.do("check_opening", opening, kept)


def test_a_book_with_bad_lines_or_none_is_not_sent_on(village):
    opening = village.drafted({POINTS: [["1组9号", "扎西彭措", 1], ["1组2号", "洛绒卓玛", 2.5]]})
    with pytest.raises(Invalid) as caught:
        village.do("submit_opening", opening, village.cadre)
    assert [each.pointer for each in caught.value.errors] == [
        "/lines/1/household_id",
        "/lines/2/points",
    ]
    for line in village.lines(opening):
        village.do("drop_line", opening, village.cadre, line_id=line.id)
    with pytest.raises(WrongState):
        village.do("submit_opening", opening, village.cadre)


def test_a_line_is_mended_within_its_part_and_village(village):
    opening = village.drafted(ALL)
    points, _other, fund, stock = village.lines(opening)
    for line, changes in (
        (points, {"cash_fen": 5}),
        (points, {"household_id": uuid4()}),
        (fund, {"points": 5}),
        (stock, {"good_id": uuid4()}),
    ):
        with pytest.raises(Invalid):
            village.do("mend_line", opening, village.cadre, line_id=line.id, changes=changes)
    with pytest.raises(NotFound):
        village.do("mend_line", opening, village.cadre, line_id=uuid4(), changes={"points": 1})


def test_a_village_has_one_book_at_a_time_and_no_days_to_come(village):
    village.drafted(ONE)
    with pytest.raises(WrongState):
        village.drafted(ONE)
    with pytest.raises(Invalid):
        village.drafted(ONE, occurred_on=now().date() + timedelta(days=2))
    with pytest.raises(Invalid) as refused:
        village.drafted(ONE, occurred_on=now().date().replace(year=1900))
    assert [each.pointer for each in refused.value.errors] == ["/occurred_on"]


def test_what_is_taken_over_is_taken_over_once(village):
    village.posted(ALL)
    again = village.drafted(ALL)
    bad = queries.opening_view(VILLAGE, again).bad
    codes = [each["code"] for line in village.lines(again) for each in bad[line.id]]
    assert codes == ["household_standing", "household_standing", "fund_standing", "good_standing"]
    with pytest.raises(Invalid):
        village.do("submit_opening", again, village.cadre)
    village.do("withdraw_opening", again, village.cadre, reason="重复")
    rest = village.posted({POINTS: [["1组3号", "王建国", 8]]})  # one that was forgotten
    assert village.status(rest) == "posted"


def test_taken_back_it_can_be_entered_again(village):
    opening = village.posted(ALL)
    for nothing in (" ", "\u200b"):
        with pytest.raises(Invalid):
            village.do("reverse_opening", opening, village.reviewer, reason=nothing)
    assert village.do("reverse_opening", opening, village.reviewer, reason="错账") == "reversed"
    assert {row.balance for row in ledger.trial_balance(VILLAGE)} == {0}
    assert db.session.get_one(Stock, village.goods["OI007"]).quantity == 0
    again = village.posted(ALL)
    assert village.status(again) == "posted"
    assert ledger.balance(VILLAGE, "issuance") == -155


def test_some_lines_are_taken_back_by_number(village):
    opening = village.posted(ALL)
    step = ("reverse_opening", opening, village.reviewer)
    assert village.do(*step, reason="错", lines=[2]) == "posted"
    assert ledger.balance(VILLAGE, "issuance") == -120
    with pytest.raises(AlreadyReversed):
        village.do(*step, reason="错", lines=[2])
    with pytest.raises(Invalid):
        village.do(*step, reason="错", lines=[9])
    own = staff(Role.REVIEWER, household=village.households["扎西彭措"])
    with pytest.raises(OwnHousehold):
        village.do("reverse_opening", opening, own, reason="错")
    assert village.do("reverse_opening", opening, own, reason="错", lines=[3, 4]) == "posted"
    assert village.do(*step, reason="错") == "reversed"


def test_goods_that_are_gone_and_money_that_is_spent_are_not_taken_back(village):
    opening = village.posted({STOCK: ALL[STOCK], FUND: ALL[FUND]})

    def hand_out() -> None:
        db.session.execute(
            update(Stock).where(Stock.good_id == village.goods["OI007"]).values(quantity=39)
        )

    act(hand_out)
    with pytest.raises(OutOfStock):
        village.do("reverse_opening", opening, village.reviewer, reason="错")
    assert village.status(opening) == "posted"
    assert ledger.balance(VILLAGE, Method.CASH.value) == 8_650  # all or nothing


def test_a_household_that_left_meanwhile_is_not_posted(village):
    opening = village.checked(TWO)
    home = village.households["洛绒卓玛"].id

    def leave() -> None:
        db.session.get_one(Household, home).departed_on = now().date()

    act(leave)
    with pytest.raises(Invalid):
        village.do("post_opening", opening, village.cadre)
    assert village.status(opening) == "checked"
    assert {row.balance for row in ledger.trial_balance(VILLAGE)} == {0}


def test_objections_end_after_their_days_and_the_checkers_do_not_rule(village, clock):
    village.posted(TWO)
    asker = village.households["王建国"].head_id

    def objected(line: int):
        return act(
            lambda: (
                notices.make_objection(
                    village=VILLAGE,
                    about=notices.About(notice=1, line=line),
                    reason="不对",
                    on_behalf_of=asker,
                    actor=staff(Role.CADRE),
                    now=now(),
                ).id
            )
        )

    objection = objected(1)
    home = village.households["扎西彭措"]
    for actor, refusal in (
        (village.reviewer, SamePerson),
        (staff(Role.REVIEWER, household=home), OwnHousehold),
    ):
        with pytest.raises(refusal):
            rule(objection, actor, upheld=True)
    rule(objection, staff(Role.REVIEWER), upheld=False)
    assert ledger.balance(VILLAGE, "issuance") == -155
    clock.forward(days=31)
    with pytest.raises(WrongState):
        objected(2)


def rule(objection, actor: Actor, *, upheld: bool) -> None:
    act(
        lambda: (
            notices.rule_on_objection(
                village=VILLAGE,
                objection_id=objection,
                upheld=upheld,
                reason="看过账本",
                actor=actor,
                now=now(),
            )
            and None
        )
    )


def test_two_who_post_at_once_post_once(app, village):
    opening = village.checked(ALL)
    cadres = [staff(Role.CADRE) for _ in range(4)]
    answers: list[str] = []
    start = threading.Barrier(len(cadres))

    def post(actor: Actor) -> None:
        with app.app_context():
            start.wait()
            try:
                answers.append(village.do("post_opening", opening, actor))
            except Refusal as refusal:
                answers.append(refusal.name)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=post, args=(actor,)) for actor in cadres]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    db.session.rollback()  # what was read before the race is old
    assert sorted(answers) == ["posted", "wrong_state", "wrong_state", "wrong_state"]
    assert ledger.balance(VILLAGE, "issuance") == -155
    assert db.session.get_one(Stock, village.goods["OI007"]).quantity == 40


def test_a_shopkeeper_cannot_call_a_delivery_an_opening(village):
    with pytest.raises(Invalid):
        act(
            lambda: (
                receive_stock(
                    shop_id=village.shop,
                    source=StockSource.OPENING,
                    lines=[StockLine(village.goods["OI007"], 5)],
                    actor=staff(Role.SHOPKEEPER),
                    now=now(),
                )
                and None
            )
        )


def test_lines_entered_one_by_one_name_the_villages_own(village):
    def draft(*entries: Entry) -> None:
        act(
            lambda: (
                operations.draft_opening(
                    village=VILLAGE,
                    occurred_on=now().date(),
                    entries=entries,
                    actor=village.cadre,
                    now=now(),
                )
                and None
            )
        )

    stranger = Entry(Part.POINTS, household_id=uuid4(), points=5)
    with pytest.raises(Invalid) as caught:
        draft(stranger, Entry(Part.STOCK, good_id=uuid4(), quantity=1))
    pointers = [each.pointer for each in caught.value.errors]
    assert pointers == ["/lines/0/household_id", "/lines/1/good_id"]
    draft(Entry(Part.STOCK, good_id=village.goods["DA012"], quantity=3))
    opening = db.session.query(Opening).one()
    assert village.lines(opening.id)[0].unit_cost_fen == 400


def test_a_departed_households_name_finds_nobody(village):
    home = make_household(VILLAGE, "仁青", door="3组1号").id

    def leave() -> None:
        db.session.get_one(Household, home).departed_on = now().date()

    act(leave)
    opening = village.drafted({POINTS: [["3组1号", "仁青", 5]]})
    bad = queries.opening_view(VILLAGE, opening).bad
    assert [each["code"] for found in bad.values() for each in found] == ["household_unknown"]
