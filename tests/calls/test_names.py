"""What stands on the public ledgers names no villager, however the name is written."""

import pytest
from sqlalchemy import update

from incentives.access.actor import SYSTEM
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.register.models import Division
from tests.calls.scenes import Scene
from tests.calls.test_duties import enter, strike_off
from tests.factories import COUNTY, OTHER_VILLAGE, VILLAGE, act, make_household


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


def test_neither_a_duty_nor_its_note_nor_an_office_names_a_villager(scene):
    make_household(VILLAGE, "洛绒卓玛", "扎西", "Ang Dawa")
    named = {
        "把洛绒卓玛家门口的路灯修好": "洛绒卓玛",
        "路灯（洛绒·卓玛）": "洛绒卓玛",
        "路灯 洛 绒 卓 玛": "洛绒卓玛",
        "找扎西修路灯": "扎西",
        "Light for ang dawa": "Ang Dawa",
    }
    duty_id = enter(scene).id
    for title, name in named.items():
        for tried in (
            lambda title=title: enter(scene, title=title),
            lambda title=title: enter(
                scene, title=title, division=COUNTY, actor=SYSTEM, office=scene.roads
            ),
            lambda title=title: strike_off(duty_id, scene.plumber, note=title),
            lambda title=title: scene.office(VILLAGE, title),
        ):
            with pytest.raises(Invalid) as refused:
                tried()
            assert name in str(refused.value.errors[0].detail)
    for title in ("下坝村的路灯", "洛绒路的路灯", "扎实做好西边的路灯", "Gang dawah", "卓玛路"):
        assert enter(scene, title=title).title == title
    assert enter(scene, title="洛绒卓玛", division=OTHER_VILLAGE, actor=SYSTEM).title
    assert strike_off(duty_id, scene.plumber).note == "换了灯"


def test_a_villager_is_named_in_traditional_letters_and_in_pinyin_too(scene):
    make_household(VILLAGE, "贺小琴", "马力", "单小玛", "吕琴")
    named = {
        "賀小琴家的燈": "贺小琴",
        "Light at He Xiaoqin's": "贺小琴",
        "xiaoqin he 家的灯": "贺小琴",
        "修好hexiaoqin门口的灯": "贺小琴",
        "XiaoqinHe": "贺小琴",
        "Hè Xiǎoqín": "贺小琴",
        "he xiao-qin": "贺小琴",
        "單小瑪的水管": "单小玛",
        "Shan Xiaoma": "单小玛",
        "Xiaoma Dan": "单小玛",
        "Lǚ Qín": "吕琴",
        "Light of Ma Li": "马力",
    }
    for title, name in named.items():
        with pytest.raises(Invalid) as refused:
            enter(scene, title=title)
        assert f"“{name}”" in str(refused.value.errors[0].detail)
    # One who is only called alike, a part of a longer word, and letters that stand far apart.
    for title in ("何小勤路口的灯", "賀家小琴", "Formaliser", "the xiaoqing", "Ma and Li", "馬路"):
        assert enter(scene, title=title).title == title


def test_a_place_that_is_called_like_somebody_may_be_named(scene):
    make_household(VILLAGE, "下坝")
    assert enter(scene, title="下坝村的路灯").title == "下坝村的路灯"
    called = update(Division).where(Division.code == VILLAGE).values(name_en="Xiaba")
    act(lambda: db.session.execute(called) and None)
    assert enter(scene, title="Lamps of Xiaba").title
    with pytest.raises(Invalid):
        enter(scene, title="下坝的路灯")
