"""Typed payees in two writings: one payee where it is one, two where they are two."""

import pytest

from incentives.errors import CapExceeded
from incentives.fund.models import Status
from incentives.fund.operations import BudgetLine, PayeeChoice
from incentives.fund.queries.same_payee import called, is_same_payee
from incentives.fund.queries.typed import meant_by
from tests.factories import VILLAGE, make_household
from tests.fund.people import (
    apply_for,
    approve,
    evaluate,
    give,
    make_people,
    set_budgets,
    status_of,
)

PLACES = ("某某省某某县", "乡城县", "青麦乡", "乡城", "木差村")
OF_ONE = (
    "李建国木工店",
    "李建国木工坊",
    "李建国",
    "Li Jianguo",
    "Li Jianguo mugongdian",
    "乡城县李建国木工店",
    "青麦乡李建国木工店",
    "李建国（木工）",
    "木工店李建国",
    "LI JIAN GUO",
    "Li3 Jian4guo2",
)
PAIRS = (
    ("张三丰", "Zhang Sanfeng"),
    ("张三丰", "Sanfeng Zhang"),
    ("张三", "张三木工店"),
    ("Zhang San", "张三木工店"),
    ("县供销社", "乡城县供销社"),
    ("乡城县供销社", "乡城供销社"),
    ("张记五金", "张记五金店"),
    ("张记五金", "张记五金铺"),
    ("巴塘县石料厂", "巴塘石料厂"),
    ("得荣县瓦卡镇沙场", "得荣瓦卡镇沙场"),
)
OTHERS = (
    ("县供销社", "县供电所"),
    ("乡城县供销社", "乡城县供电所"),
    ("乡城县供销社", "青麦乡供销社"),
    ("张三", "张三丰"),
    ("李三店", "李四店"),
    ("王小丽", "王晓莉"),
    ("王小丽", "Wang Xiaolin"),
    ("书店", "书坊"),
    ("建材店", "县建材公司二厂"),
    ("张记五金店", "王记五金店"),
    ("木差村小学", "青麦乡小学"),
    ("巴塘县石料厂", "理塘石料厂"),
    ("县医院", "乡医院"),
)


def is_one(one: str, other: str) -> bool:
    first, second = called(one, PLACES), called(other, PLACES)
    assert is_same_payee(first, second) is is_same_payee(second, first)
    return is_same_payee(first, second)


def test_a_payee_in_two_writings_is_one():
    assert [pair for pair in PAIRS if not is_one(*pair)] == []
    assert [each for each in OF_ONE if not is_one(OF_ONE[0], each)] == []


def test_two_payees_stay_two():
    assert [pair for pair in OTHERS if is_one(*pair)] == []


@pytest.mark.parametrize("other", ["李建国木工坊", "Li Jianguo", "乡城县李建国木工店"])
def test_another_writing_escapes_neither_second_approval_nor_cap(app, other):
    village = make_people(publicity_days=0)
    give(village, 1_000_000)
    set_budgets(village, family=BudgetLine(900_000, cap_fen=180_000))
    for typed, state in (("李建国木工店", Status.APPROVED), (other, Status.EVALUATED)):
        one = apply_for(village.cadre, PayeeChoice(name=typed), 90_000)
        evaluate(village.reviewer, one)
        approve(village.supervisor, one)
        assert status_of(one) is state
    with pytest.raises(CapExceeded):
        apply_for(village.cadre, PayeeChoice(name="木工店李建国"), 1)


def test_a_tone_s_number_before_the_next_syllable_hides_no_name(app):
    make_people()
    home = make_household(VILLAGE, "胡小琴", door="9")
    means = meant_by(VILLAGE, ["Hu2 Xiao3qin2", "hu2xiao3qin2", "胡Xiao3qin2"])
    assert [paid.homes for paid in means.values()] == [{home.id}] * 3
