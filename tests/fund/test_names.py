"""Typed payees: a name that means somebody counts as them, in every duty and sum."""

import pytest

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.access.models import User
from incentives.access.people import actor_of_user
from incentives.clock import now
from incentives.errors import CapExceeded, Invalid, OwnHousehold
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import Disbursement, Status
from incentives.fund.operations import BudgetLine, ListLine, PayeeChoice
from incentives.fund.queries.payees import paid_to
from incentives.fund.queries.typed import meant_by
from incentives.register import operations as register
from incentives.register.names import letters
from tests.factories import VILLAGE, act, make_household, staff
from tests.fund.people import (
    apply_for,
    approve,
    evaluate,
    give,
    make_people,
    pay,
    set_budgets,
    status_of,
)
from tests.statements import counted

LIMIT = 100_000


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


def typed_for(actor, name: str, amount_fen: int = 50_000, purpose: str = "commons"):
    return apply_for(actor, PayeeChoice(name=name), amount_fen, purpose)


def add_staff(name: str, role: Role, resident_id=None):
    """An account of this name, as who signs in with it acts."""

    def work():
        access.add_user(
            username=role.value,
            name=name,
            password="jishan-demo",
            roles=[Assignment(role, VILLAGE)],
            resident_id=resident_id,
            actor=SYSTEM,
            now=now(),
        )

    act(work)
    return actor_of_user(db.session.query(User).filter_by(username=role.value).one())


# Letters that nobody sees: selectors, joiners, fillers of Hangul and Khmer, Braille's blank, tags.
UNSEEN = (
    "\ufe0f\ufe00\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\u180b\u180e\u2800\u2065\u200b\u200d\ufeff\u2063"
    "\u061c\u00ad\U000e0100\U0001d173\U000e0020"
)
ONES = (
    "何小琴同志",
    "何小琴女士",
    "He Xiaoqin",
    "Xiaoqin He",
    "Hé  Xiǎoqín",
    "HE XIAO QIN 商店",
    "小卖部（何小琴）",
    "Mrs Xiaoqin He",
    "Xiaoqin He shop",
    "xiaoqin he女士",
    "何xiaoqin",
    "小琴He",
    "小琴何",
    "小琴（何）",
    "MrsXiaoqinHe",
    "he2 xiao3 qin2",
)
DOORS = (
    "1组5号",
    "1组5号户",
    "1 组 5 号 家",
    "1组5号户主",
    "一组五号",
    "第1组5号",
    "第一组第五号",
    "1组5号人家",
    "1组5号一家",
    "1组005号",
    "1组5號",
    "一組五號",
    "壹组伍号",
    "1组5号的户主",
    "1-5",
    "1社5号",
    "1组5号老何",
    "老何（1组5号）",
    "户主1组5号",
    "本村1组5号",
    "我们村一组五号户",
    "村里1组5号",
    "村民1组5号何家",
    "城镇低保户1组5号",
    "1村民小组5号",
    "第一小组5号",
    "1生产队5号",
    "一组的5号",
    "1组门牌5号",
    "5号（1组）",
)
OTHERS = (
    "县供销社",
    "11组5号",
    "1组50号",
    "1组5斤米",  # without its last word a door has to be all
    "1组",
    "1-5月电费",
    "上坝村1组5号",
    "人民路1组5号",
    "县五金店5号",
    "小琴商店",
    "Xiaoqin Hedong",
    "Xiao Qin",
    "何xiaoq",
    "༄༅།།",
)


def test_each_way_to_write_a_name_means_its_owner(village):
    home = make_household(VILLAGE, "何小琴", "登巴贡布", "吕光", door="1组5号")
    means = meant_by(VILLAGE, [*ONES, *DOORS, *OTHERS, "登巴贡布老人", "Lǚ Guāng"])
    assert [each for each in OTHERS if means.pop(each).homes] == []
    assert {paid.homes for paid in means.values()} == {frozenset({home.id})}
    assert {means[each].people for each in ONES} == {frozenset({home.head_id})}
    assert {len(means[each].people) for each in DOORS} == {3}


@pytest.mark.parametrize(
    ("door", "typed"),
    [
        ("1组12号", ("一组十二号", "壹組拾贰號", "1组012号", "一组一二号", "1-12", "1—12")),
        ("2组120号", ("二组一百二十号", "贰组壹佰贰拾号", "2组120号的一家")),
        ("3组102号", ("三组一百零二号", "叁组壹佰零贰号")),
        ("4组20号", ("四组二十号", "肆组贰拾号户", "四组20号")),
        ("中心街5号", ("中心街五号户主", "中心街5号一家", "中心街5號")),
    ],
)
def test_a_door_s_numbers_are_read_in_words_too(village, door, typed):
    home = make_household(VILLAGE, "何小琴", door=door)
    make_household(VILLAGE, "登巴贡布", door="?")
    means = meant_by(VILLAGE, [*typed, "?"])
    assert means.pop("?").homes == frozenset()
    assert {name: paid.homes for name, paid in means.items()} == {name: {home.id} for name in typed}


def test_an_unseen_letter_hides_no_name(village):
    home = make_household(VILLAGE, "何小琴", door="9")
    hidden = [f"何{each}小琴{more}" for each in (*UNSEEN, "\u0338") for more in ("", "商店")]
    means = meant_by(VILLAGE, hidden)
    assert [ascii(each) for each in hidden if means[each].homes != {home.id}] == []
    assert letters("བཀྲ་ཤིས།") == "བཀྲཤིས"


@pytest.mark.parametrize("unseen", UNSEEN)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_name_with_an_unseen_letter_is_refused(village, unseen):
    with pytest.raises(Invalid) as refused:
        typed_for(village.cadre, f"县{unseen}供销社")
    assert [each.pointer for each in refused.value.errors] == ["/payee/name"]
    with pytest.raises(Invalid) as refused:
        give(village, 100, giver=f"在外{unseen}乡友")
    assert [each.pointer for each in refused.value.errors] == ["/giver"]


def test_of_names_within_one_another_the_longest_is_meant(village):
    short, long = (make_household(VILLAGE, name, door=name) for name in ("扎西", "扎西顿珠"))
    means = meant_by(VILLAGE, ["扎西顿珠商店", "扎西商店"])
    assert [paid.homes for paid in means.values()] == [{long.id}, {short.id}]


@pytest.mark.parametrize("name", ONES)
@pytest.mark.parametrize("lives_here", [True, False])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_treasurer_applies_for_and_pays_nothing_to_herself(village, name, lives_here):
    home = make_household(VILLAGE, "何小琴" if lives_here else "格桑", door="9")
    treasurer = add_staff("何小琴", Role.TREASURER, home.head_id if lives_here else None)
    with pytest.raises(OwnHousehold):
        typed_for(treasurer, name)
    one = typed_for(village.cadre, name)
    row = queries.find_disbursement(VILLAGE, one)
    assert row.payee_has_role
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    assert status_of(one) is Status.EVALUATED
    approve(village.township, one)
    assert status_of(one) is Status.APPROVED
    assert not list(db.session.scalars(queries.waiting_for(treasurer, VILLAGE)))
    with pytest.raises(OwnHousehold):
        pay(treasurer, one)
    pay(village.treasurer, one)


@pytest.mark.parametrize("name", ["登巴贡布老人", "1组5号", "1组5号户", "Dengbagongbu"])
def test_a_typed_name_counts_with_its_household(village, name):
    home = make_household(VILLAGE, "登巴贡布", door="1组5号")
    relative = staff(Role.REVIEWER, household=home)
    set_budgets(village, family=BudgetLine(900_000, cap_fen=LIMIT + 10_000))
    first = apply_for(village.cadre, PayeeChoice(household_id=home.id), LIMIT, "family")
    with pytest.raises(CapExceeded):
        typed_for(village.cadre, name, 10_001, "family")
    one = typed_for(village.cadre, name, 10_000, "family")
    with pytest.raises(OwnHousehold):
        evaluate(relative, one)
    assert not list(db.session.scalars(queries.waiting_for(relative, VILLAGE)))
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    assert status_of(one) is Status.EVALUATED
    assert status_of(first) is Status.APPLIED
    view = queries.disbursement_views([queries.find_disbursement(VILLAGE, one)])[0]
    assert view.nearby_fen == LIMIT


def test_a_list_counts_its_typed_names_too(village):
    home = make_household(VILLAGE, "登巴贡布", door="1组5号")
    relative = staff(Role.REVIEWER, household=home)

    def ask(actor):
        return act(
            lambda: operations.apply_for_list(
                village=VILLAGE,
                title="奖励",
                purpose="commons",
                reason="x",
                lines=[ListLine(PayeeChoice(name=each), 1_000) for each in ("1组5号户", "供销社")],
                actor=actor,
                now=now(),
            )
        )

    with pytest.raises(Invalid) as refused:
        ask(staff(Role.CADRE, household=home))
    assert [each.pointer for each in refused.value.errors] == ["/lines/0/payee"]
    rows = queries.rows_on(ask(village.cadre).id)
    assert not list(db.session.scalars(queries.waiting_for(relative, VILLAGE)))
    many = rows * 20
    with counted() as statements:
        paid_to(many)
    assert len(statements) <= 6


# Teams.


def team_of(*residents) -> PayeeChoice:
    team = act(
        lambda: register.make_team(
            village=VILLAGE,
            name=f"护林队{len(residents)}",
            leader_id=residents[0],
            member_ids=residents,
            actor=SYSTEM,
            now=now(),
        )
    )
    return PayeeChoice(team_id=team.id)


def members_of(home) -> list:
    return list(paid_to([Disbursement(village=VILLAGE, household_id=home.id)])[None].people)


def test_a_team_of_which_a_member_holds_a_role_needs_the_township(village):
    home = make_household(VILLAGE, "何小琴", "格桑", door="9")
    add_staff("何小琴", Role.TREASURER, home.head_id)
    one = apply_for(village.cadre, team_of(village.payee.head_id, home.head_id), 5_000, "commons")
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    assert status_of(one) is Status.EVALUATED
    approve(village.township, one)
    assert status_of(one) is Status.APPROVED


def test_a_team_of_one_household_counts_with_it(village):
    set_budgets(village, family=BudgetLine(900_000, cap_fen=LIMIT + 10_000))
    payee = PayeeChoice(household_id=village.payee.id)
    apply_for(village.cadre, payee, LIMIT, "family")
    own = team_of(*members_of(village.payee))
    with pytest.raises(CapExceeded):
        apply_for(village.cadre, own, 10_001, "family")
    one = apply_for(village.cadre, own, 10_000, "family")
    evaluate(village.reviewer, one)
    approve(village.supervisor, one)
    assert status_of(one) is Status.EVALUATED
    other = make_household(VILLAGE, "格桑", door="9")
    wider = team_of(other.head_id, *members_of(village.payee))
    apply_for(village.cadre, wider, LIMIT, "family")


def test_nobody_decides_on_a_team_of_somebody_of_their_household(village):
    home = make_household(VILLAGE, "何小琴", "格桑", door="9")
    team = team_of(village.payee.head_id, home.head_id)
    reviewer, supervisor, treasurer = (
        staff(role, household=home) for role in (Role.REVIEWER, Role.SUPERVISOR, Role.TREASURER)
    )
    with pytest.raises(OwnHousehold):
        apply_for(treasurer, team, 5_000, "commons")
    one = apply_for(village.cadre, team, 5_000, "commons")
    for step, own, other in (
        (evaluate, reviewer, village.reviewer),
        (approve, supervisor, village.supervisor),
        (pay, treasurer, village.treasurer),
    ):
        assert not list(db.session.scalars(queries.waiting_for(own, VILLAGE)))
        with pytest.raises(OwnHousehold):
            step(own, one)
        step(other, one)
