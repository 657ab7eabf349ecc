"""Rulebooks: the template passes its own check, the assembly's vote must add up, days decide."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from incentives.access.actor import Role
from incentives.awards import operations as awards
from incentives.awards.queries import rules_in_force
from incentives.clock import now, village_day
from incentives.errors import Invalid, NoRuleInForce, NotPermitted, RuleNotAllowed, WrongState
from tests.awards.scenes import adopt_rules
from tests.factories import VILLAGE, act, make_village, staff


def test_every_item_of_the_template_may_have_points() -> None:
    items = template_items()
    assert len(items) == 35


@pytest.mark.parametrize(
    "words",
    [
        "听党话、跟党走表现突出",
        "参加宗教活动",
        "积极参加寺庙念经",
        "思想觉悟高",
        "落实计划生育",
        "不上访、不信访",
        "按时接种疫苗",
        "婚事简办",
        "独自制止斗殴",
        "见义勇为",
        "扑救山火",
    ],
)
def test_what_domain_md_rules_out_is_not_allowed(words: str) -> None:
    item = replace(template_items()[0], name_zh=words, name_en=None)


@pytest.mark.parametrize("words", ["在村组织安排下参与扑救山火", "及时报告有人打架"])
def test_danger_as_organised_or_reported_is_allowed(words: str) -> None:


def test_a_category_that_does_not_exist_is_not_allowed() -> None:


def test_an_item_ruled_out_is_named(app: Flask) -> None:
    make_village()
    cadre = staff(Role.CADRE)
    items = template_items()
    items[3] = replace(items[3], name_zh="主动信教登记")

    def work() -> None:
        draft = awards.draft_rulebook(village=VILLAGE, source=None, actor=cadre, now=now())
        awards.set_items(village=VILLAGE, number=draft.number, items=items, actor=cadre, now=now())

    with pytest.raises(RuleNotAllowed) as refused:
        act(work)
    assert [error.pointer for error in refused.value.errors] == ["/items/3/name_zh"]
    assert items[3].code in str(refused.value.detail)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"present": 30}, "/present"),
        ({"in_favour": 20, "against": 0}, "/in_favour"),
        ({"held_on": village_day, "effective_on": village_day}, "/held_on"),
        ({"effective_on": "before"}, "/effective_on"),
    ],
)
def test_a_vote_that_cannot_have_been_is_refused(
    app: Flask, changes: dict[str, object], pointer: str
) -> None:
    make_village()
    today = village_day(now())
    days = {"before": today - timedelta(days=300), village_day: today + timedelta(days=1)}
    changes = {name: days.get(value, value) for name, value in changes.items()}
    with pytest.raises(Invalid) as refused:
        adopt_rules(**changes)
    assert refused.value.errors[0].pointer == pointer


def test_an_adopted_version_is_never_changed(app: Flask) -> None:
    make_village()
    number = adopt_rules()
    cadre = staff(Role.CADRE)
    with pytest.raises(WrongState):
        act(
            lambda: awards.set_items(
                village=VILLAGE, number=number, items=template_items(), actor=cadre, now=now()
            )
        )


def test_the_version_of_the_day_is_in_force(app: Flask) -> None:
    make_village()
    today = village_day(now())
    adopt_rules()
    adopt_rules(held_on=today - timedelta(days=3), effective_on=today + timedelta(days=7))
    assert rules_in_force(VILLAGE, today)[0].number == 1
    assert rules_in_force(VILLAGE, today + timedelta(days=7))[0].number == 2
    with pytest.raises(NoRuleInForce):
        rules_in_force(VILLAGE, today - timedelta(days=201))


def test_a_reviewer_adopts_no_rules(app: Flask) -> None:
    make_village()
    reviewer = staff(Role.REVIEWER)
    with pytest.raises(NotPermitted):
        act(lambda: awards.draft_rulebook(village=VILLAGE, source=None, actor=reviewer, now=now()))
