"""What the Excel sheets of calls, offices and duties hold, by API and from the page's link."""

import io
from datetime import date, datetime

from python_calamine import CalamineWorkbook

from tests.calls.web import CALLS, WORDS, report, step
from tests.factories import TOWNSHIP, VILLAGE

MADE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 -- a cell holds the village's own time


def rows(answer) -> list[list]:
    """The rows of an answered workbook, its heads first."""
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return book.get_sheet_by_index(0).to_python()


def as_dicts(answer) -> list[dict]:
    """The rows by their heads."""
    heads, *found = rows(answer)
    return [dict(zip(heads, each, strict=True)) for each in found]


def same(site, who, api: str, page: str) -> list[dict]:
    """A sheet by API, which is that of the page's link."""
    by_api = site.call(who, "GET", api)
    browser = site.browser(who) if who else site.app.test_client()
    browser.get("/language/en")
    assert rows(browser.get(page)) == rows(by_api)
    return as_dicts(by_api)


def put_right(site, call_id: str) -> None:
    for each in ("accept", "arrive"):
        step(site, "plumber", call_id, each)
    step(site, "plumber", call_id, "resolve", note="换了管子")


def test_the_village_s_own_sheet_has_words_and_places_and_the_public_s_has_none(site):
    put_right(site, report(site, "cadre", source="desk")["id"])
    report(site)
    waiting, done = same(site, "cadre", f"{CALLS}.xlsx", "/desk/calls.xlsx")
    assert (waiting["State"], waiting["Office"]) == ("To be looked at", "")
    assert (done["About"], done["Office"], done["State"]) == ("Water", "水务站", "Put right")
    assert (done["Place"], done["What was reported"]) == (WORDS["place"], WORDS["text"])
    assert done["Reported"] == done["Put right"] == MADE
    assert done["How it came"] == "told to a cadre"
    public = f"/villages/{VILLAGE}/public-calls.xlsx"
    (line,) = same(site, None, public, f"/v/{VILLAGE}/calls.xlsx")
    assert (line["About"], line["State"], line["Office"]) == ("Water", "Put right", "水务站")
    for hidden in (WORDS["text"], WORDS["place"], WORDS["phone"]):
        assert hidden not in str(rows(site.call(None, "GET", public)))
    for who, path in (("cadre", f"{CALLS}.xlsx"), (None, public)):
        assert WORDS["phone"] not in str(rows(site.call(who, "GET", path)))


def test_a_narrowed_list_of_calls_is_a_narrowed_sheet(site):
    report(site, "cadre", source="desk")
    report(site)
    sheet = same(site, "cadre", f"{CALLS}.xlsx?status=reported", "/desk/calls.xlsx?status=reported")
    assert [each["State"] for each in sheet] == ["To be looked at"]
    assert len(as_dicts(site.call("cadre", "GET", f"{CALLS}.xlsx?category=water"))) == 2
    assert as_dicts(site.call("cadre", "GET", f"{CALLS}.xlsx?category=road")) == []


def test_an_office_s_sheet_has_its_calls_alone(site):
    report(site, "cadre", source="desk")
    path = f"/offices/{site.__dict__['水务站']}/calls.xlsx"
    (line,) = as_dicts(site.call("plumber", "GET", path))
    assert line["What was reported"] == WORDS["text"]
    assert site.call("digger", "GET", path).status_code == 404
    assert as_dicts(site.call("digger", "GET", f"{CALLS}.xlsx")) == []


def test_both_ledgers_and_what_is_struck_off(site):
    office = {"office_id": site.__dict__["水务站"]}
    at = f"/villages/{VILLAGE}/duties"
    site.call("cadre", "POST", at, office | {"title": "修路灯", "due_on": "2026-03-04"})
    made = site.call("cadre", "POST", at, office | {"title": "清水沟", "due_on": "2026-03-05"})
    site.call("plumber", "POST", f"{at}/{made.json['id']}/done", {"note": "清好了"})
    report(site, "cadre", source="desk")
    sheet = same(site, None, f"{at}.xlsx", f"/v/{VILLAGE}/duties.xlsx")
    assert [(each["Which"], each["What"]) for each in sheet] == [
        ("in time", "Water"),
        ("in time", "修路灯"),
    ]
    assert sheet[1]["Due on"] == date(2026, 3, 4)
    assert (sheet[1]["Who has to do it"], sheet[1]["Where"]) == ("水务站", "下坝村")
    above = f"/divisions/{TOWNSHIP}/duties"
    assert same(site, None, f"{above}.xlsx", f"{above}.xlsx") == sheet
    assert as_dicts(site.call(None, "GET", f"{at}.xlsx?ledger=red")) == []
    (by_hand,) = as_dicts(site.call(None, "GET", f"{at}.xlsx?q=路灯"))
    assert by_hand == sheet[1]
    assert len(site.call(None, "GET", f"{at}?office_id={office['office_id']}").json["items"]) == 2
    (done,) = as_dicts(site.call(None, "GET", f"/villages/{VILLAGE}/done-duties.xlsx"))
    assert (done["What"], done["How"], done["Done"]) == ("清水沟", "清好了", MADE)


def test_numbers_of_few_are_empty_in_the_sheet_too(site):
    put_right(site, report(site, "cadre", source="desk")["id"])
    path = f"/divisions/{TOWNSHIP}/call-numbers.xlsx"
    by_category, by_office, by_place = same(site, None, path, path)
    assert (
        by_category["What it is called"],
        by_office["What it is called"],
        by_place["What it is called"],
    ) == (
        "Water",
        "水务站",
        "下坝村",
    )
    for each in (by_category, by_office, by_place):
        assert (each["Calls reported"], each["Calls put right"]) == (1, 1)
        for hidden in ("To putting right, median", "To taking on, slowest", "Stars, mean"):
            assert each[hidden] == ""


def test_offices_with_what_they_answer_for(site):
    sheet = as_dicts(site.call(None, "GET", "/offices.xlsx"))
    assert [(each["Name of the office"], each["Answers for"]) for each in sheet] == [
        ("交通局", "Road or bridge"),
        ("水务站", "Water"),
    ]
    (water,) = as_dicts(site.call(None, "GET", "/offices.xlsx?category=water"))
    assert water["Where"] == "青德镇"
    browser = site.browser("administrator")
    assert [
        each["Name of the office"] for each in as_dicts(browser.get("/admin/offices.xlsx"))
    ] == [
        "交通局",
        "水务站",
    ]
