"""Rulebooks on pages: the editor, adoption, versions, the sheet for the wall."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from incentives.awards.words import CATEGORIES
from incentives.web.sheets import for_the_wall, pdf_of
from tests.awards.rules_site import (
    AT,
    BOOKS,
    PUBLIC,
    USERS,
    VOTE,
    adopt,
    ask,
    draft,
    inputs,
    photo,
)
from tests.factories import VILLAGE
from tests.site import Site, make_site


@pytest.fixture
def site(bare_app: Flask) -> Site:
    return make_site(bare_app, users=USERS)


def fields_of(page: str) -> dict[str, str]:
    """What a draft's form would send untouched."""
    found = dict(
        re.findall(
            r'<input id="[^"]+" name="(items-[^"]+)" type="(?:text|number)" value="([^"]*)"', page
        )
    )
    for name, body in re.findall(
        r'<select id="[^"]+" name="(items-[^"]+)"[^>]*>(.*?)</select>', page, re.S
    ):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    for name in re.findall(r'name="(items-\d+-claimable)" type="checkbox" value="1" checked', page):
        found[name] = "1"
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision is not None
    return found | {"revision": revision[1]}


def post(site: Site, path: str, fields: dict[str, Any], on: str | None = None) -> Any:
    """Send a form's fields as they are."""
    return site.send("cadre", path, on, **fields)


def test_a_form_sent_untouched_changes_nothing(site: Site) -> None:
    before = draft(site)
    page = site.open("cadre", "/desk/rulebooks/1")
    assert post(site, "/desk/rulebooks/1", fields_of(page)).status_code == 303
    assert ask(site, "cadre", "GET", f"{BOOKS}/1") == before


def test_a_draft_is_edited_in_place(site: Site) -> None:
    draft(site)
    fields = fields_of(site.open("cadre", "/desk/rulebooks/1"))
    fields |= {
        "items-0-points": "６",
        "items-1-remove": "1",
        "items-4-place": "1",
        "items-35-code": "NE06",
        "items-35-category": "neighbours",
        "items-35-name_zh": "帮邻居收青稞一天",
        "items-35-points": "5",
        "items-35-unit": "day",
        "items-35-evidence": "witness",
        "items-35-claimable": "1",
    }
    assert post(site, "/desk/rulebooks/1", fields).status_code == 303
    items = ask(site, "cadre", "GET", f"{BOOKS}/1")["items"]
    assert [each["code"] for each in items[:4]] == ["PA05", "PA01", "PA03", "PA04"]
    assert (items[1]["points"], len(items)) == (6, 35)
    last = items[-1]
    assert (last["code"], last["unit"], last["claimable"]) == ("NE06", "day", True)


def test_nothing_typed_is_lost_and_the_right_card_is_marked(site: Site) -> None:
    draft(site)
    fields = fields_of(site.open("cadre", "/desk/rulebooks/1"))
    fields |= {
        "items-0-remove": "1",
        "items-6-place": "2",
        "items-3-name_zh": "听 党 话",
        "items-5-cap_points": "2",
        "items-9-name_en": "typed and to be kept",
        "items-36-name_zh": "半条新的",
    }
    del fields["items-5-cap_per"], fields["items-5-cap_period"]
    missing = post(site, "/desk/rulebooks/1", fields)
    assert missing.status_code == 422
    assert 'id="field-items-36-code-error"' in missing.text
    for name in [name for name in fields if name.startswith("items-36-")]:
        fields[name] = ""
    capped = post(site, "/desk/rulebooks/1", fields)
    assert 'id="field-items-5-cap_per-error"' in capped.text
    fields |= {"items-5-cap_points": ""}
    refused = post(site, "/desk/rulebooks/1", fields)
    assert refused.status_code == 422
    assert 'id="field-items-3-name_zh-error"' in refused.text
    assert "PA04: “听 党 话” is about political attitude" in refused.text
    assert refused.text.count('class="unfold rule-card rule-card-bad" open') == 1
    kept = fields_of(refused.text)
    assert kept["items-9-name_en"] == "typed and to be kept"
    assert kept["items-6-place"] == "2"
    assert re.search(r'name="items-0-remove" type="checkbox" value="1" checked', refused.text)
    fields["items-3-name_zh"] = "带队巡防"
    assert post(site, "/desk/rulebooks/1", fields).status_code == 303


def test_two_at_once_lose_nothing(site: Site) -> None:
    items = inputs(draft(site)["items"])
    mine = fields_of(site.open("cadre", "/desk/rulebooks/1")) | {"items-0-points": "7"}
    items[1]["points"] = 9
    ask(site, "cadre", "PUT", f"{BOOKS}/1/items", {"items": items, "revision": 1})
    stale = post(site, "/desk/rulebooks/1", mine)
    assert stale.status_code == 409
    assert "Somebody changed this meanwhile" in stale.text
    assert "Keep mine instead" in stale.text
    assert re.search(r"<del>9</del>.*?<ins>8</ins>", stale.text, re.S)
    assert ask(site, "cadre", "GET", f"{BOOKS}/1")["items"][1]["points"] == 9
    again = fields_of(stale.text)
    assert (again["items-0-points"], again["revision"]) == ("7", "2")
    assert post(site, "/desk/rulebooks/1", again).status_code == 303
    kept = ask(site, "cadre", "GET", f"{BOOKS}/1")
    assert [each["points"] for each in kept["items"][:2]] == [7, 8]


def test_adoption_with_minutes_on_pages(site: Site) -> None:
    draft(site)
    path = "/desk/rulebooks/1/adoption"
    vote = {**{name: str(value) for name, value in VOTE.items()}, "revision": "1"}
    bad = post(site, path, vote | {"in_favour": "12", "effective_on": "2026-03-01"})
    assert bad.status_code == 422
    assert "More than half of those present must be in favour" in bad.text
    assert 'value="12"' in bad.text
    minutes = (io.BytesIO(photo()), "minutes.png")
    good = post(site, path, vote | {"effective_on": "2026-03-02", "minutes": minutes})
    assert good.location == "/desk/rulebooks/1"
    page = site.open("supervisor", "/desk/rulebooks/1")
    found = re.search(rf"/v/{VILLAGE}/files/[0-9a-f-]+", page)
    assert found is not None
    assert site.browser("supervisor").get(found[0]).status_code == 200
    assert site.browser("shopkeeper").get(found[0]).status_code == 404
    assert "no draft any more" in site.open("cadre", path)
    assert "files/" not in site.app.test_client().get(f"{PUBLIC}/1").text


def test_minutes_brought_later_on_pages(site: Site) -> None:
    draft(site)
    adopt(site, 1)
    assert "minutes missing" in site.open("cadre", "/desk/rulebooks")
    one = "/desk/rulebooks/1"
    nothing = post(site, f"{one}/minutes", {}, on=one)
    assert nothing.status_code == 422
    torn = post(site, f"{one}/minutes", {"minutes": (io.BytesIO(b"%PDF-1.4 cut"), "m.pdf")}, on=one)
    assert torn.status_code == 422
    kept = post(site, f"{one}/minutes", {"minutes": (io.BytesIO(photo()), "m.png")}, on=one)
    assert kept.status_code == 303
    assert "minutes missing" not in site.open("cadre", "/desk/rulebooks")


def test_versions_are_listed_by_state_and_discarded(site: Site) -> None:
    draft(site)
    adopt(site, 1)
    assert post(site, "/desk/rulebooks", {"source": "template"}).location == "/desk/rulebooks/2"
    typed = fields_of(site.open("cadre", "/desk/rulebooks/2"))
    gone = post(site, "/desk/rulebooks/2/discarding", {}, on="/desk/rulebooks/2")
    assert gone.location == "/desk/rulebooks"
    late = post(site, "/desk/rulebooks/2", typed, on="/desk/rulebooks")
    assert late.status_code == 409
    assert "band-refused" in late.text
    for status, number in (("adopted", 1), ("discarded", 2)):
        shown = site.open("overseer", f"/desk/rulebooks?status={status}")
        assert re.findall(r'href="/desk/rulebooks/(\d+)"', shown) == [str(number)]
        assert 'name="source"' not in shown
    assert "Nothing in this list fits." in site.open("cadre", "/desk/rulebooks?status=draft")


def test_anyone_reads_every_adopted_version_for_ever(site: Site) -> None:
    anyone = site.app.test_client()
    anyone.get("/language/en")
    assert "No rules yet" in anyone.get(PUBLIC).text
    assert "No rules yet" in anyone.get(f"{PUBLIC}/versions").text
    items = inputs(draft(site)["items"])
    adopt(site, 1)
    draft(site)
    items[0]["points"] = 6
    ask(site, "cadre", "PUT", f"{BOOKS}/2/items", {"items": items})
    for path in ("2", "2/print", "2.xlsx"):
        assert anyone.get(f"{PUBLIC}/{path}").status_code == 404
        assert site.browser("cadre").get(f"{PUBLIC}/{path}").status_code == 200
    adopt(site, 2)
    versions = anyone.get(f"{PUBLIC}/versions").text
    assert re.findall(rf'href="{PUBLIC}/(\d+)"', versions) == ["2", "1"]
    assert "Replaced" in versions
    assert "40 there, 31 in favour, 2 against" in versions
    old, new = anyone.get(f"{PUBLIC}/1").text, anyone.get(f"{PUBLIC}/2").text
    assert "Replaced" in old
    assert re.search(r"<del>5</del>.*?<ins>6</ins>", new, re.S)
    assert "Against version 1" in anyone.get(PUBLIC).text


def test_a_version_that_never_held_isnt_said_to_hold_from_a_day(site: Site) -> None:
    """It was adopted for the same day as another after it: lists, pages, sheet and API say so."""
    for number, day in ((1, "2026-03-02"), (2, "2026-03-20"), (3, "2026-03-20")):
        draft(site)
        adopt(site, number, effective_on=day)
    anyone = site.app.test_client()
    anyone.get("/language/en")
    for rows in (anyone.get(f"{PUBLIC}/versions").text, site.open("cadre", "/desk/rulebooks")):
        third, second, first = re.findall(r">Version \d<.*?</li>", rows, re.S)
        assert "never in force" in second
        assert "from <time" not in second
        assert "never in force" not in third + first
        assert "from <time" in first
        assert "from <time" in third
    for page in (anyone.get(f"{PUBLIC}/2").text, site.open("cadre", "/desk/rulebooks/2")):
        assert re.search(r"never: another took its place before\s+<time", page)
    assert "another took its place" not in anyone.get(f"{PUBLIC}/3").text
    sheet = anyone.get(f"{PUBLIC}/2/print").text
    assert "从未施行" in sheet
    assert "起施行" not in sheet
    found = site.call(None, "GET", BOOKS).json["items"]
    assert [(each["standing"], each["never_held"]) for each in found] == [
        ("coming", False),
        ("superseded", True),
        ("in_force", False),
    ]


def test_the_sheet_is_chinese_with_tibetan_headings_whoever_prints_it(site: Site) -> None:
    draft(site)
    adopt(site, 1)
    anyone = site.app.test_client()
    anyone.get("/language/en")
    sheet = anyone.get(f"{PUBLIC}/1/print").text
    assert "做什么能得积分" in sheet
    assert '<span class="below" lang="bo">སྐར་གྲངས་ཐོབ་པའི་བྱ་བ།</span>' in sheet
    assert "自2026年3月2日起施行" in sheet
    assert "What earns points" not in sheet
    for pdf in (anyone.get(f"{PUBLIC}/1.pdf"), site.call(None, "GET", f"{BOOKS}/1.pdf")):
        assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
        assert pdf.data.startswith(b"%PDF-")
    draft(site)
    assert anyone.get(f"{PUBLIC}/2.pdf").status_code == 404
    assert "What earns points" in anyone.get(PUBLIC).text


def test_each_kind_stands_once_however_the_rules_are_ordered(site: Site) -> None:
    items = inputs(draft(site)["items"])
    items.append(items.pop(0))
    ask(site, "cadre", "PUT", f"{BOOKS}/1/items", {"items": items})
    adopt(site, 1)
    page = site.app.test_client().get(PUBLIC).text
    titles = re.findall(r'card-title">([^<]+)<', page)
    assert len(titles) == len(set(titles)) == 10


@pytest.mark.parametrize(
    ("who", "status"), [("supervisor", 200), ("overseer", 200), ("shopkeeper", 403)]
)
def test_who_opens_the_desk_s_rules(site: Site, who: str, status: int) -> None:
    draft(site)
    assert site.browser(who).get("/desk/rulebooks/1").status_code == status
    if status == 200:
        page = site.open(who, "/desk/rulebooks/1")
        assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_pages_cost_the_same_however_many_versions(site: Site, statements: Any) -> None:
    draft(site)
    adopt(site, 1)
    costs = []
    for _ in range(2):
        site.open("cadre", "/desk/rulebooks")
        statements.clear()
        site.open("cadre", "/desk/rulebooks")
        site.open("cadre", f"{PUBLIC}/versions")
        site.open("cadre", f"{PUBLIC}/1")
        costs.append(len(statements))
        for _more in range(3):
            number = draft(site)["number"]
            adopt(site, number)
    assert costs[0] == costs[1]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_heading_of_the_sheet_stands_alone_at_a_page_s_foot(bare_app: Flask, site: Site) -> None:
    """Wherever the table begins: it is pushed down the page, step by step."""
    draft(site)
    adopt(site, 1)
    page = bare_app.test_client().get(f"{PUBLIC}/1/print").text
    sheet = page[page.index('<table class="sheet"') : page.rindex("</table>") + len("</table>")]
    with bare_app.test_request_context(), for_the_wall():
        kinds = tuple(str(word) for word in CATEGORIES.values())
        feet = []
        for height in range(0, 120, 15):
            space = f'<div style="height: {height}mm"></div><table class="sheet-table">'
            pushed = sheet.replace('<table class="sheet-table">', space, 1)
            pages = PdfReader(io.BytesIO(pdf_of(f"<html><body>{pushed}</body></html>"))).pages
            feet += [last_line(each.extract_text()) for each in pages]
    assert len(feet) > 16
    assert [foot for foot in feet if foot.startswith(kinds)] == []


def last_line(text: str) -> str:
    """What stands last on a page, but for its number."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [line for line in lines if not re.fullmatch(r"\d+ ?/ ?\d+", line)][-1]


def test_a_day_chooses_the_version_that_was_in_force_on_it(site: Site) -> None:
    draft(site)
    adopt(site, 1)
    draft(site)
    adopt(site, 2, effective_on="2026-03-20")
    anyone = site.app.test_client()
    anyone.get("/language/en")
    for day, number in (("2026-03-02", 1), ("2026-03-19", 1), ("2026-03-20", 2)):
        assert f"{PUBLIC}/{number}/print" in anyone.get(f"{PUBLIC}?on={day}").text, day
        assert ask(site, None, "GET", f"{AT}/rules?on={day}")["rulebook"] == number
    assert "Version 2 of the rules" in anyone.get(f"{PUBLIC}?on=2026-03-20").text
    assert "What earns points" in anyone.get(f"{PUBLIC}?on=2026-03-19").text
    for on, words in (
        ("2026-02-30", "Write a day"),
        ("", "Write a day"),
        ("2026-03-01", "in force"),
    ):
        refused = anyone.get(f"{PUBLIC}?on={on}")
        assert refused.status_code == 422, on
        assert words in refused.text
    assert f'href="{PUBLIC}/versions"' in refused.text
