"""Acts of days on which other rules held: what forms offer of them, and what they come to."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from incentives.awards import queries, words
from incentives.awards.sign_up import SignUp
from incentives.awards.template import template_items
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.register.models import Household
from incentives.web.dates import day_word
from tests.awards import versions
from tests.awards.scenes import adopt_rules, make_scene
from tests.conftest import Clock
from tests.factories import VILLAGE, make_household
from tests.site import Site, make_site

AT = f"/villages/{VILLAGE}"
NEW = "/desk/awards/new"
LATER = date(2026, 6, 1)
NAME, NEW_NAME = "A day of mutual help in the busy season", "Mow a neighbour's meadow"
CHANGED: dict[str, dict[str, Any]] = {
    "CL01": {"points": 9},
    "NE02": {"name_zh": "帮邻居割草", "name_en": NEW_NAME},
}


def adopt_new(effective_on: date | None = None, more: str = "XX01") -> None:
    """A version that gives 9 for cleaning instead of 4, renames one, has one less and one more."""
    items = [
        replace(each, **CHANGED.get(each.code, {}))
        for each in template_items()
        if each.code not in ("CU01", "NE05")
    ]
    number = versions.draft().number
    versions.edit(number, [*items, replace(items[0], code=more)])
    versions.adopt(number, effective_on=effective_on or village_day(now()))


@pytest.fixture
def site(bare_app: Flask) -> Site:
    """A village whose rules are others since today."""
    site = make_site(bare_app, users=("cadre",), publicity_days=5)
    with bare_app.app_context():
        adopt_rules()
        adopt_new()
        make_household(VILLAGE, "扎西彭措", "洛绒卓玛")
        db.session.remove()
    return site


def yesterday(site: Site) -> date:
    """The last day of the older rules."""
    with site.app.app_context():
        return village_day(now()) - timedelta(days=1)


def options(page: str) -> dict[str, str]:
    """The words of each choice by its value."""
    found = re.findall(r'<option value="([A-Z]{2}[0-9]{2})"[^>]*>([^<]*)<', page)
    return {code: unescape(words) for code, words in found}


def points(page: str, code: str) -> int:
    """The points with which a page begins to count."""
    found = re.search(rf'<option value="{code}" data-points="([0-9]+)"', page)
    assert found is not None
    return int(found[1])


def test_every_act_of_the_last_days_is_offered_once(app: Flask, clock: Clock) -> None:
    scene = make_scene(late_entry_days=10)
    adopt_new(effective_on=scene.today + timedelta(days=3))
    ahead = {each.code: each for each in queries.enterable_items(VILLAGE, scene.today, ahead=True)}
    now_ = {each.code: each for each in queries.enterable_items(VILLAGE, scene.today)}
    assert ("XX01" in ahead, "XX01" in now_) == (True, False)
    assert now_["CU01"].latest.last is None
    clock.forward(days=3)
    adopted, before = scene.today, scene.today - timedelta(days=1)
    found = {each.code: each for each in queries.enterable_items(VILLAGE, adopted)}
    assert (found["CU01"].latest.last, found["CL01"].latest.last) == (before, None)
    assert found["CL01"].on(before).points == 4
    assert found["CL01"].on(adopted).points == 9
    clock.forward(days=9)
    assert "CU01" in {each.code for each in queries.enterable_items(VILLAGE, scene.today)}
    clock.forward(days=1)
    assert "CU01" not in {each.code for each in queries.enterable_items(VILLAGE, scene.today)}


def test_the_page_offers_what_was_dropped_and_shows_the_points_of_the_day(site: Site) -> None:
    page, day = site.open("cadre", NEW), yesterday(site)
    assert "until" in options(page)["CU01"]
    assert "until" not in options(page)["CL01"]
    assert points(page, "CL01") == 9
    held = re.search(r'value="CL01"[^>]*data-spans="([^"]*)"', page)
    assert held is not None
    spans = json.loads(unescape(held[1]))
    assert [(each["points"], each["last"]) for each in spans] == [(9, None), (4, day.isoformat())]
    of_that_day = site.open("cadre", f"{NEW}?rule_item=CL01&occurred_on={day}")
    assert points(of_that_day, "CL01") == 4
    answer = site.call("cadre", "GET", f"{AT}/awards/batch/people?rule_item=CL01&occurred_on={day}")
    assert answer.json["points"] == 4


def test_a_printed_sheet_of_the_older_rules_is_keyed_in(site: Site) -> None:
    day = yesterday(site)
    address = SignUp(VILLAGE, "CU01", day, datetime(2100, 1, 1, tzinfo=UTC)).path
    page = site.open("cadre", address)
    assert re.search(r'<option value="CU01"[^>]* selected', page)
    person = page.partition('name="people" value="')[2][:36]
    typed = {"rule_item": "CU01", "occurred_on": day.isoformat(), "quantity": "1"}
    sent = site.send("cadre", address, people=[person], **typed)
    assert sent.status_code == 303, sent.text
    today = (day + timedelta(days=1)).isoformat()
    refused = site.send("cadre", NEW, people=[person], **typed | {"occurred_on": today})
    assert refused.status_code == 422
    assert "The rules of that day have no such item" in refused.text


def test_a_sheet_is_printed_of_the_rules_of_its_day(site: Site) -> None:
    with site.app.app_context():
        adopt_new(LATER, "XX02")
        db.session.remove()
    asked = f"rule_item=CU01&occurred_on={yesterday(site)}"
    page = site.open("cadre", f"/desk/awards/sign-up?{asked}")
    assert "until" in options(page)["CU01"]
    assert "锅庄" in page.partition("</form>")[2]
    asked = f"rule_item=XX02&occurred_on={LATER}"
    assert "from" in options(page)["XX02"]
    assert "锅庄" not in site.open("cadre", f"/desk/awards/sign-up?{asked}").partition("</form>")[2]


def test_claims_and_missing_points_name_what_was_dropped(site: Site) -> None:
    with site.app.app_context():
        home = db.session.query(Household.id).filter_by(village=VILLAGE).scalar()
        db.session.remove()
    claim = unescape(site.open("cadre", f"/desk/households/{home}/claims/new"))
    assert 'value="NE05"' in claim
    assert "until" in claim.partition('value="NE05"')[2].partition("</label>")[0]
    missing = site.open("cadre", f"/desk/households/{home}/objections/new?missing=1")
    assert "until" in options(missing)["CU01"]
    assert "until" not in options(missing)["CL01"]


def test_an_act_is_offered_by_the_name_of_its_day(site: Site) -> None:
    day = yesterday(site)
    page = site.open("cadre", NEW)
    said = options(page)["NE02"]
    assert said.startswith(NEW_NAME)
    assert "until" in said.partition(NAME)[0]
    held = re.search(r'value="NE02"[^>]*data-spans="([^"]*)"', page)
    assert held is not None
    now_, before = (each["text"] for each in json.loads(unescape(held[1])))
    assert now_ == said
    assert before.startswith(NAME)
    assert "from" in before.partition(NEW_NAME)[0]
    of_that_day = site.open("cadre", f"{NEW}?rule_item=NE02&occurred_on={day}")
    assert options(of_that_day)["NE02"] == before


def test_claims_and_missing_points_offer_an_act_by_its_name_of_old(site: Site) -> None:
    with site.app.app_context():
        home = db.session.query(Household.id).filter_by(village=VILLAGE).scalar()
        db.session.remove()
    claim = unescape(site.open("cadre", f"/desk/households/{home}/claims/new"))
    lines = claim.partition('value="NE02"')[2].partition("</label>")[0]
    assert NEW_NAME in lines.partition("<small>")[0]
    assert re.search(f"<small>until [^<]*: {NAME}</small>", lines)
    missing = site.open("cadre", f"/desk/households/{home}/objections/new?missing=1")
    assert re.fullmatch(f"NE02 {NEW_NAME} · until .*: {NAME}", options(missing)["NE02"])


def test_a_name_in_the_middle_has_a_first_and_a_last_day(app: Flask, clock: Clock) -> None:
    scene = make_scene(late_entry_days=30)
    for name in ("割草", "收青稞"):
        clock.forward(days=5)
        items = template_items()
        number = versions.draft().number
        versions.edit(
            number, [replace(each, name_zh=name) if each.code == "NE02" else each for each in items]
        )
        versions.adopt(number, effective_on=scene.today)
    (act,) = (each for each in queries.enterable_items(VILLAGE, scene.today) if each.code == "NE02")
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        first = act.spans[1].first
        middle = f"{day_word(first)} – {day_word(first + timedelta(days=4))}"
        of_old, in_between, of_today = (
            words.other_names(act, span.item) for span in reversed(act.spans)
        )
        assert of_old == [f"从 {day_word(scene.today)} 起：收青稞", f"{middle}：割草"]
        assert in_between[1].startswith(f"到{day_word(first - timedelta(days=1))}为止")
        assert of_today[0] == f"{middle}：割草"
