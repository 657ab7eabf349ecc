"""Batches by HTTP and by page: lists, checks, mending in place, the printed sheet."""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter
from flask import Flask

from incentives.extensions import db
from incentives.register.models import Division, Household, Level, Resident
from tests.awards.test_http import AT, DAY, adopt, people, propose
from tests.factories import VILLAGE, act
from tests.site import Site, csrf_of, make_site

NEW = "/desk/awards/new"
BATCH = f"{AT}/awards/batch"


@pytest.fixture
def site(bare_app: Flask) -> Site:
    """A village with rules, and two of one name behind two doors."""
    site = make_site(bare_app, users=("cadre", "reviewer"), publicity_days=5)
    adopt(site)
    return site


def workbook(*rows: list[str]) -> bytes:
    """A workbook of these rows."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def typed(**more: Any) -> dict[str, Any]:
    """The page's form with nobody ticked."""
    return {"rule_item": "CL01", "occurred_on": DAY, "quantity": "1", **more}


def count(site: Site) -> int:
    return len(site.call("cadre", "GET", f"{AT}/awards").json["items"])


def test_a_list_by_api(site: Site) -> None:
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    other, namesake = people(site, "王建国", "扎西彭措", door="7")
    text = {"text": "扎西彭措 7\n洛绒卓玛\n扎西彭措\n没有"}
    answer = site.call("cadre", "POST", f"{BATCH}/names", text)
    assert answer.status_code == 200, answer.text
    lines = answer.json["lines"]
    assert [line["resident_id"] for line in lines] == [namesake, two, None, None]
    assert {each["resident_id"] for each in lines[2]["candidates"]} == {one, namesake}
    assert lines[3]["detail"] == "Nobody here has this name"
    data = {"file": (io.BytesIO(workbook(["姓名"], ["王建国"])), "list.xlsx")}
    sheet = site.call("cadre", "POST", f"{BATCH}/sheet", data=data)
    assert sheet.status_code == 200, sheet.text
    assert sheet.json["lines"][0]["resident_id"] == other
    bad = {"file": (io.BytesIO(b"PK\x03\x04 no workbook"), "list.xlsx")}
    refused = site.call("cadre", "POST", f"{BATCH}/sheet", data=bad)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/file")
    for path, body in (("names", text), ("check", typed_body([one]))):
        assert site.call("reviewer", "POST", f"{BATCH}/{path}", body).status_code == 403
    assert (
        site.call("reviewer", "GET", f"{BATCH}/people?rule_item=CL01&occurred_on={DAY}")
        .json["type"]
        .endswith("not_permitted")
    )


def typed_body(ids: list[str]) -> dict[str, Any]:
    """A batch's body."""
    return {
        "rule_item": "CL01",
        "occurred_on": DAY,
        "lines": [{"resident_id": each} for each in ids],
    }


def test_what_is_left_by_api(site: Site) -> None:
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    propose(site, two, quantity=6)
    check = site.call("cadre", "POST", f"{BATCH}/check", typed_body([one, two]))
    assert (check.status_code, check.json["ready"]) == (200, False), check.text
    assert [line["problem"] is None for line in check.json["lines"]] == [True, False]
    assert check.json["lines"][1]["left"] == 0
    found = site.call("cadre", "GET", f"{BATCH}/people?rule_item=CL01&occurred_on={DAY}").json
    left = {each["resident_id"]: each["left"] for each in found["people"]}
    assert left == {one: found["cap_points"], two: 0}
    assert count(site) == 1
    site.call("cadre", "POST", BATCH, typed_body([one]))
    last = site.call("cadre", "GET", f"{BATCH}/last").json["batches"]
    assert [each["resident_ids"] for each in last] == [[one]]
    unknown = site.call("cadre", "GET", f"{BATCH}/people?rule_item=ZZ99&occurred_on={DAY}")
    assert (unknown.status_code, unknown.json["errors"][0]["pointer"]) == (422, "/rule_item")


def test_a_pasted_list_is_ticked_and_nothing_sent(site: Site) -> None:
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    page = site.send("cadre", NEW, **typed(names="扎西彭措\n洛绒卓玛", look="1"))
    assert page.status_code == 200
    for person in (one, two):
        assert re.search(rf'value="{person}" checked', page.text)
    assert "All 2 lines of the list are ticked" in page.text
    assert "data-kept" in page.text
    assert count(site) == 0


def test_a_look_without_a_list_sends_nothing(site: Site) -> None:
    one, _two = people(site, "扎西彭措", "洛绒卓玛")
    assert site.send("cadre", NEW, **typed(people=[one], look="1")).status_code == 200
    assert count(site) == 0


def test_bad_lines_are_mended_all_or_none(site: Site) -> None:
    people(site, "扎西彭措", "洛绒卓玛")
    _head, namesake = people(site, "王建国", "扎西彭措", door="7")
    page = site.send("cadre", NEW, **typed(names="洛绒卓玛\n扎西彭措\n王健国\n没有"))
    assert page.text.count('class="bad-line"') == 3
    ticked = re.findall(r'name="people" value="([^"]+)" checked', page.text)
    rows = {
        "people": ticked,
        "lines__0__typed": "扎西彭措",
        "lines__0__was": "扎西彭措",
        "lines__1__typed": "王建国",
        "lines__1__was": "王健国",
        "lines__2__typed": "没有",
        "lines__2__was": "没有",
    }
    again = site.send("cadre", NEW, **typed(**rows))
    assert (again.status_code, again.text.count('class="bad-line"')) == (200, 2)
    assert count(site) == 0
    picks = {"lines__0__pick": namesake, "lines__2__pick": "none"}
    sent = site.send("cadre", NEW, **typed(**rows, **picks))
    assert sent.status_code == 303, sent.text
    items = site.call("cadre", "GET", f"{AT}/awards").json["items"]
    assert sorted(each["holder"] for each in items) == sorted(["洛绒卓玛", "扎西彭措", "王建国"])
    assert namesake in {each["resident_id"] for each in items}


@pytest.mark.parametrize("pick", ["x", "0" * 36, "none\n"])
def test_a_pick_that_is_nobody_is_refused(site: Site, pick: str) -> None:
    people(site, "扎西彭措", "洛绒卓玛")
    rows = {"lines__0__typed": "扎", "lines__0__was": "扎", "lines__0__pick": pick}
    answer = site.send("cadre", NEW, **typed(**rows))
    assert answer.status_code in (200, 422)
    assert count(site) == 0


def test_a_stranger_picked_by_id_is_refused(site: Site) -> None:
    people(site, "扎西彭措", "洛绒卓玛")
    stranger = "01900000-0000-7000-8000-000000000000"
    rows = {"lines__0__typed": "扎", "lines__0__was": "扎", "lines__0__pick": stranger}
    answer = site.send("cadre", NEW, **typed(**rows))
    assert (answer.status_code, count(site)) == (422, 0)


def test_an_uploaded_sheet_and_an_unreadable_one(site: Site) -> None:
    people(site, "扎西彭措", "洛绒卓玛")
    browser = site.browser("cadre")
    for content, words in (
        (workbook(["门牌", "姓名"], ["1", "扎西彭措"]), "All 1 lines of the list are ticked"),
        (b"PK\x03\x04 no workbook", "This file is damaged"),
        (workbook(["", ""]), "There are no names in this file"),
        (workbook(["门牌", "姓名"]), "There are no names in this file"),
    ):
        sheet = io.BytesIO(content), "list.xlsx"
        form = typed(csrf_token=csrf_of(browser, NEW), sheet=sheet, names="洛绒卓玛")
        answer = browser.post(NEW, data=form)
        assert words.replace("1 lines", "2 lines") in answer.text, answer.text
        assert ("are ticked" in answer.text) == ("are ticked" in words)
    assert count(site) == 0


def test_names_are_looked_up_before_a_rule_is_chosen(site: Site) -> None:
    people(site, "扎西彭措", "洛绒卓玛")
    none_yet = typed(names="扎西彭措") | {"rule_item": "", "occurred_on": ""}
    looked = site.send("cadre", NEW, **none_yet, look="1")
    assert (looked.status_code, "All 1 lines of the list are ticked" in looked.text) == (200, True)
    assert site.send("cadre", NEW, **none_yet).status_code == 422
    assert count(site) == 0


def test_nobody_is_refused_with_the_words(site: Site) -> None:
    people(site, "扎西彭措", "洛绒卓玛")
    answer = site.send("cadre", NEW, **typed())
    assert answer.status_code == 422
    assert "Tick at least one person." in answer.text


def test_a_sign_up_sheet(site: Site) -> None:
    one, _two = people(site, "扎西彭措", "洛绒卓玛")
    asked = f"rule_item=CL01&occurred_on={DAY}"
    page = site.open("cadre", f"/desk/awards/sign-up?{asked}")
    for words in ("签到单", "མིང་འགོད་རེའུ་མིག", "扎西彭措", "<svg"):
        assert words in page
    assert "扎西彭措" not in site.open("cadre", "/desk/awards/sign-up")
    pdf = site.browser("cadre").get(f"/desk/awards/sign-up.pdf?{asked}")
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    assert pdf.data.startswith(b"%PDF")
    by_api = site.call("cadre", "GET", f"{BATCH}/sign-up.pdf?{asked}")
    assert (by_api.status_code, by_api.mimetype) == (200, "application/pdf")
    assert site.call("reviewer", "GET", f"{BATCH}/sign-up.pdf?{asked}").status_code == 403
    for path in ("", ".pdf"):
        assert (
            site.browser("reviewer").get(f"/desk/awards/sign-up{path}?{asked}").status_code == 403
        )
        wrong = site.browser("cadre").get(
            f"/desk/awards/sign-up{path}?rule_item=ZZ99&occurred_on=x"
        )
        assert wrong.status_code in (200, 422)
        assert "扎西彭措" not in wrong.text
    keyed = site.open("cadre", f"{NEW}?{asked}&printed=4102444800")
    assert "1 · 扎西彭措" in keyed
    assert f'value="{one}"' in keyed


def make_grid(grid: str, resident_id: str) -> None:
    """A grid of one household."""
    db.session.add(Division(code=grid, name_zh="一网格", level=Level.GRID, parent=VILLAGE))
    db.session.flush()
    household_id = db.session.get_one(Resident, UUID(resident_id)).household_id
    db.session.get_one(Household, household_id).grid = grid


def test_a_grid_is_ticked_and_printed_alone(site: Site) -> None:
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    people(site, "王建国", door="7")
    grid = f"{VILLAGE}001"
    with site.app.app_context():
        act(lambda: make_grid(grid, one))
    page = site.open("cadre", NEW)
    assert f'data-values="{one} {two}">一网格: all 2' in page
    asked = f"rule_item=CL01&occurred_on={DAY}&grid={grid}"
    sheet = site.open("cadre", f"/desk/awards/sign-up?{asked}")
    assert "扎西彭措" in sheet
    assert "王建国" not in sheet
    keyed = site.open("cadre", f"{NEW}?{asked}&printed=4102444800")
    assert "2 · 洛绒卓玛" in keyed
    assert "王建国" not in keyed
    found = site.call("cadre", "GET", f"{BATCH}/people?{asked}").json["people"]
    assert {each["resident_id"] for each in found} == {one, two}


def register_late(site: Site, resident_id: str) -> None:
    """Let somebody be registered after a sheet of the test was printed."""
    with site.app.app_context():
        resident = db.session.get_one(Resident, UUID(resident_id))
        resident.entered_at = datetime(2100, 2, 1, tzinfo=UTC)
        db.session.commit()


def pasted(name: str) -> dict[str, Any]:
    return {"names": f"扎西彭措\n{name}"}


def uploaded(name: str) -> dict[str, Any]:
    return {"sheet": (io.BytesIO(workbook(["姓名"], ["扎西彭措"], [name])), "list.xlsx")}


def mended(name: str) -> dict[str, Any]:
    return {"names": "扎西彭措", "lines__0__typed": name, "lines__0__was": "没有"}


@pytest.mark.parametrize("listed", [pasted, uploaded, mended])
@pytest.mark.parametrize("grid", ["", f"{VILLAGE}001"])
def test_who_is_not_on_the_sheet_is_ticked_and_sent(
    site: Site, listed: Callable[[str], dict[str, Any]], grid: str
) -> None:
    one, _two = people(site, "扎西彭措", "洛绒卓玛")
    (late,) = people(site, "新来客", door="7")
    if grid:
        with site.app.app_context():
            act(lambda: make_grid(grid, one))
    else:
        register_late(site, late)
    address = f"{NEW}?rule_item=CL01&occurred_on={DAY}&grid={grid}&printed=4102444800"
    assert "新来客" not in site.open("cadre", address)
    browser = site.browser("cadre")
    form = typed(csrf_token=csrf_of(browser, NEW), look="1", **listed("新来客"))
    page = browser.post(address, data={name.replace("__", "-"): form[name] for name in form})
    ticked = re.findall(r'name="people" value="([^"]+)"[^>]* checked', page.text)
    assert ticked == [one, late]
    tile = page.text.partition(f'value="{late}"')[2].partition("</label>")[0]
    assert '<span class="tile-title">新来客</span>' in tile
    assert "not on the sheet" in tile
    sent = site.send("cadre", address, **typed(people=ticked))
    assert (sent.status_code, count(site)) == (303, 2), sent.text


def test_who_moved_away_since_stays_in_sight_after_a_refusal(site: Site) -> None:
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    with site.app.app_context():
        db.session.get_one(Resident, UUID(two)).left_on = date(2020, 1, 1)
        db.session.commit()
    refused = site.send("cadre", NEW, **typed(people=[one, two]))
    assert (refused.status_code, count(site)) == (422, 0)
    assert re.search(rf'value="{two}"[^>]* checked disabled', refused.text)


def test_a_sheet_keyed_in_twice_asks_first(site: Site) -> None:
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    asked = f"rule_item=CL01&occurred_on={DAY}&printed=4102444800"
    assert "and day already" not in site.open("cadre", f"{NEW}?{asked}")
    assert site.send("cadre", NEW, **typed(people=one)).status_code == 303
    page = site.open("cadre", f"{NEW}?{asked}")
    told = "1 person on it has points for that act and day already: 扎西彭措"
    assert told in page
    assert page.count("has them already") == 1
    assert f"rule_item=CL01&amp;from={DAY}&amp;to={DAY}" in page
    refused = site.send("cadre", f"{NEW}?{asked}", **typed(people=[one, two]))
    assert refused.status_code == 422
    assert told in refused.text
    assert count(site) == 1
    without = site.send("cadre", f"{NEW}?{asked}", **typed(people=[one, two], standing="leave"))
    assert (without.status_code, count(site)) == (303, 2), without.text
    nobody = site.send("cadre", f"{NEW}?{asked}", **typed(people=[one, two], standing="leave"))
    assert (nobody.status_code, count(site)) == (422, 2)
    assert "Everyone ticked has points for it already: nobody is left." in nobody.text
    kept = site.send("cadre", f"{NEW}?{asked}", **typed(people=[one, two], standing="again"))
    assert (kept.status_code, count(site)) == (303, 4), kept.text
    assert site.send("cadre", NEW, **typed(people=[one, two])).status_code == 303


def test_a_list_to_be_entered_once_is_refused_by_api_the_second_time(site: Site) -> None:
    one, two, three = people(site, "扎西彭措", "洛绒卓玛", "次仁央宗")

    def send(*ids: str, to: str = BATCH, once: bool = True) -> Any:
        lines = [{"resident_id": each} for each in ids]
        body = {"rule_item": "CL01", "occurred_on": DAY, "lines": lines, "once": once}
        return site.call("cadre", "POST", to, body)

    first = send(one).json
    assert first["entered"] is None
    check = send(one, two, to=f"{BATCH}/check").json
    assert (check["ready"], check["entered"]["batch_id"]) == (False, first["batch_id"])
    assert check["entered"]["people"] == 1
    twice = send(one, two)
    assert (twice.status_code, twice.json["type"]) == (422, "/problems/duplicate")
    assert twice.json["batch_id"] == first["batch_id"]
    assert twice.json["entered_at"].endswith("Z")
    assert twice.json["resident_ids"] == [one]
    # One of three is enough to ask; half of them are a list that was entered.
    third = send(one, two, three, to=f"{BATCH}/check").json
    assert (third["ready"], third["entered"], third["standing"]) == (False, None, [one])
    assert send(two, three, to=f"{BATCH}/check").json["ready"]
    over = [{"resident_id": one, "quantity": 6}]
    capped = site.call("cadre", "POST", BATCH, {**typed_body([]), "lines": over, "once": True})
    assert capped.json["type"] == "/problems/duplicate"
    assert send(one, to=f"{BATCH}/check", once=False).json["ready"]
    again = send(one, two, once=False)
    assert (again.status_code, again.json["entered"]) == (201, check["entered"])
    for award in site.call("cadre", "GET", f"{AT}/awards").json["items"]:
        site.call("cadre", "POST", f"{AT}/awards/{award['id']}/withdrawal")
    assert send(one, two).status_code == 201
