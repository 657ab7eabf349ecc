"""A team or a shop that is typed by its name, and who has left: none of them is a new payee."""

import pytest

from incentives.access.actor import SYSTEM, Role
from incentives.clock import now, village_day
from incentives.errors import CapExceeded, Invalid, OwnHousehold
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import Status
from incentives.fund.operations import BudgetLine, ListLine, PayeeChoice
from incentives.fund.queries.typed import meant_by
from incentives.register import operations as register
from incentives.register.models import Resident, Team
from incentives.shop.models import StockOwner
from incentives.shop.operations import open_shop
from tests.factories import VILLAGE, act, make_household, staff
from tests.fund.people import (
    apply_for,
    approve,
    evaluate,
    give,
    make_people,
    set_budgets,
    status_of,
)
from tests.fund.test_duties import add_account

LIMIT = 100_000
LOOSE = ("平安巡防队伙食", "平安巡防队（队部）伙食", "平安巡防隊午餐", "Ping'an Xunfangdui 伙食")
TEAM_NAMES = (
    "平安巡防队",
    "平安 巡防队",
    "平安巡防隊",
    "平安巡防队（队长）",
    "下坝村平安巡防队",
)


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


@pytest.fixture
def home(village):
    return make_household(VILLAGE, "何小琴", "格桑", door="9")


def team_of(*homes, name: str = "平安巡防队") -> Team:
    heads = [home.head_id for home in homes]
    return act(
        lambda: register.make_team(
            village=VILLAGE,
            name=name,
            leader_id=heads[0],
            member_ids=heads,
            actor=SYSTEM,
            now=now(),
        )
    )


def typed_for(village, name: str, amount_fen: int = 5_000, purpose: str = "commons", actor=None):
    return apply_for(actor or village.cadre, PayeeChoice(name=name), amount_fen, purpose)


def nearby_fen(one) -> int:
    return queries.disbursement_views([queries.find_disbursement(VILLAGE, one)])[0].nearby_fen


def refused_fields(work) -> list[str]:
    with pytest.raises(Invalid) as refused:
        work()
    return [each.pointer for each in refused.value.errors]


@pytest.mark.parametrize("name", TEAM_NAMES)
def test_a_team_is_chosen_not_typed(village, home, name):
    team = team_of(home)
    assert refused_fields(lambda: typed_for(village, name)) == ["/payee/name"]
    act(lambda: register.disband_team(village=VILLAGE, team_id=team.id, actor=SYSTEM, now=now()))
    typed_for(village, name)


def test_nor_on_a_list(village, home):
    team_of(home)
    lines = [ListLine(PayeeChoice(name=each), 1_000) for each in ("县供销社", "平安巡防队")]

    def ask():
        act(
            lambda: operations.apply_for_list(
                village=VILLAGE,
                title="奖励",
                purpose="commons",
                reason="x",
                lines=lines,
                actor=village.cadre,
                now=now(),
            )
        )

    assert refused_fields(ask) == ["/lines/1/payee/name"]


@pytest.mark.parametrize("name", LOOSE)
def test_what_is_around_a_team_s_name_hides_no_member(village, home, name):
    team_of(home, village.payee)
    add_account("cadre", Role.CADRE, resident_id=home.head_id)
    with pytest.raises(OwnHousehold):
        typed_for(village, name, actor=staff(Role.CADRE, household=home))
    one = typed_for(village, name)
    assert queries.find_disbursement(VILLAGE, one).payee_has_role
    with pytest.raises(OwnHousehold):
        evaluate(staff(Role.REVIEWER, household=village.payee), one)
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    assert status_of(one) is Status.EVALUATED
    approve(village.township, one)
    assert status_of(one) is Status.APPROVED


def test_a_team_s_sums_and_cap_hold_however_it_is_named(village, home):
    set_budgets(village, family=BudgetLine(900_000, cap_fen=LIMIT))
    team = team_of(home, village.payee)
    apply_for(village.cadre, PayeeChoice(team_id=team.id), 90_000, "family")
    with pytest.raises(CapExceeded):
        typed_for(village, "平安巡防队伙食", 90_000, "family")
    assert nearby_fen(typed_for(village, "平安巡防队伙食", 10_000, "family")) == 90_000
    each = PayeeChoice(household_id=home.id)
    assert nearby_fen(apply_for(village.cadre, each, LIMIT, "family")) == 0


def test_a_typed_team_of_one_household_counts_with_it(village, home):
    set_budgets(village, family=BudgetLine(900_000, cap_fen=LIMIT))
    team_of(home)
    typed_for(village, "平安巡防队伙食", 90_000, "family")
    with pytest.raises(CapExceeded):
        apply_for(village.cadre, PayeeChoice(household_id=home.id), 90_000, "family")


def test_other_bodies_stay_strangers(village, home):
    team_of(home)
    means = meant_by(VILLAGE, ["县供销社", "县平安保险公司", "平安村", "护渠队"])
    assert {paid.homes | paid.people for paid in means.values()} == {frozenset()}


# Shops.


def shop(stock_owner: StockOwner) -> None:
    act(
        lambda: open_shop(
            division=VILLAGE,
            name="积分兑换超市",
            stock_owner=stock_owner,
            serves=[VILLAGE],
            actor=SYSTEM,
            now=now(),
        )
    )


@pytest.mark.parametrize("name", ["积分兑换超市", "积分兑换店", "积分兑换超市（门市部）"])
def test_what_a_shop_gets_whose_goods_are_its_keeper_s_is_the_keeper_s(village, home, name):
    shop(StockOwner.SHOPKEEPER)
    add_account("keeper", Role.SHOPKEEPER, resident_id=home.head_id)
    with pytest.raises(OwnHousehold):
        typed_for(village, name, actor=staff(Role.CADRE, household=home))
    set_budgets(village, family=BudgetLine(900_000, cap_fen=LIMIT))
    one = typed_for(village, name, 90_000, "family")
    assert queries.find_disbursement(VILLAGE, one).payee_has_role
    with pytest.raises(CapExceeded):
        apply_for(village.cadre, PayeeChoice(household_id=home.id), 90_000, "family")


def test_the_village_s_own_shop_is_nobody_s(village, home):
    shop(StockOwner.VILLAGE)
    add_account("keeper", Role.SHOPKEEPER, resident_id=home.head_id)
    one = typed_for(village, "积分兑换超市", actor=staff(Role.CADRE, household=home))
    assert not queries.find_disbursement(VILLAGE, one).payee_has_role


# Who has left.


def leave(*people) -> None:
    def work():
        for each in people:
            db.session.get_one(Resident, each).left_on = village_day(now())

    act(work)


def test_who_has_left_is_no_new_payee(village, home):
    set_budgets(village, family=BudgetLine(900_000, cap_fen=LIMIT))
    housemate = staff(Role.REVIEWER, household=home)
    apply_for(village.cadre, PayeeChoice(resident_id=home.head_id), 95_000, "family")
    leave(home.head_id)
    with pytest.raises(CapExceeded):
        typed_for(village, "何小琴", 95_000, "family")
    one = typed_for(village, "何小琴", 5_000, "family")
    assert nearby_fen(one) == 95_000
    with pytest.raises(OwnHousehold):
        evaluate(housemate, one)
    evaluate(village.reviewer, one)


def test_a_household_that_has_left_is_known_by_its_door(village):
    home = make_household(VILLAGE, "登巴贡布", door="1组5号")
    leave(home.head_id)
    assert meant_by(VILLAGE, ["1组5号户"])["1组5号户"].homes == {home.id}
