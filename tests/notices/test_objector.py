"""Whoever objects to a neighbour's points isn't named to them: staff read who it was."""

import io

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from tests.awards.scenes import adopt_rules
from tests.awards.test_claims_http import Home
from tests.factories import VILLAGE
from tests.site import Site, make_site

AT = f"/villages/{VILLAGE}"
TODAY = "2026-03-02"
WORDS = {"en": "another household", "zh-CN": "另一户人家", "bo": "ཁྱིམ་ཚང་གཞན་ཞིག"}


@pytest.fixture
def site(bare_app: Flask) -> Site:
    site = make_site(bare_app, users=("cadre", "reviewer"), publicity_days=5)
    with bare_app.app_context():
        adopt_rules()
    return site


@pytest.fixture
def home(site: Site) -> Home:
    return Home(site, "扎西彭措", door="1")


@pytest.fixture
def other(site: Site) -> Home:
    return Home(site, "王建国", door="2")


@pytest.fixture
def award(site: Site, home: Home) -> str:
    """Points of the first household's that stand in a notice; their id."""
    act_of = {"rule_item": "CL01", "occurred_on": TODAY, "resident_id": str(home.head)}
    award_id = site.call("cadre", "POST", f"{AT}/awards", act_of).json["id"]
    yes = {"decision": "approve"}
    site.call("reviewer", "POST", f"{AT}/awards/{award_id}/review", yes)
    assert site.call("reviewer", "POST", f"{AT}/notices", {"kind": "awards"}).status_code == 201
    return str(award_id)


def object_to_line(who: Home) -> None:
    """Object to the notice's line."""
    line = {"about": {"notice": 1, "line": 1}, "reason": "I saw nobody"}
    answer = who.call("POST", f"{AT}/objections", line)
    assert answer.status_code == 201, answer.text


def named(site: Site, who: str, award: str) -> str:
    """By whom the award was objected to, as the API tells somebody."""
    found = site.call(who, "GET", f"{AT}/awards/{award}/timeline").json["steps"]
    return next(str(each["name"]) for each in found if each["kind"] == "objection")


def test_a_neighbour_who_objects_is_another_household(site, home, other, award):
    object_to_line(other)
    for language, words in WORDS.items():
        home.browser.get(f"/language/{language}")
        page = home.open(f"/c/awards/{award}")
        assert words in page
        assert "王建国" not in page
    assert named(site, home.number, award) == "another household"
    for who in ("cadre", "reviewer"):
        assert named(site, who, award) == "王建国"
        assert "王建国" in site.open(who, f"/desk/awards/{award}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(home.browser.get("/c/awards.xlsx").data))
    rows = str(book.get_sheet_by_index(0).to_python())
    public = site.app.test_client().get(f"/api/v1{AT}/notices/1/lines")
    assert "扎西彭措" in rows
    assert "王建国" not in rows
    assert "王建国" not in public.text
    assert home.call("GET", f"{AT}/objections").json["items"] == []


def test_ones_own_objection_is_ones_own(site, home, award):
    object_to_line(home)
    assert named(site, home.number, award) == "扎西彭措"
