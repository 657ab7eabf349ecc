"""Rulebooks by HTTP and by pages: the same can be done by both, and adopted rules anyone reads."""

import io
import re
import zipfile
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from tests.factories import VILLAGE
from tests.site import Site, make_site

AT = f"/villages/{VILLAGE}"
BOOKS = f"{AT}/rulebooks"
PUBLIC = f"/v/{VILLAGE}/rules"
VOTE = {"held_on": "2026-03-01", "present": 40, "in_favour": 31, "against": 2}
USERS = ("cadre", "supervisor", "overseer", "shopkeeper")


@pytest.fixture
def site(bare_app: Flask) -> Site:
    return make_site(bare_app, users=USERS)


def ask(site: Site, who: str | None, method: str, path: str, body: Any = None) -> Any:
    """A call's answer, which must be no refusal."""
    answer = site.call(who, method, path, body)
    assert answer.status_code < 400, answer.text
    return answer.json


def draft(site: Site, source: str = "template") -> Any:
    return ask(site, "cadre", "POST", BOOKS, {"from": source})


def adopt(site: Site, number: int, **more: Any) -> Any:
    body = VOTE | {"effective_on": "2026-03-02"} | more
    return ask(site, "cadre", "POST", f"{BOOKS}/{number}/adoption", body)


def inputs(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items as they are sent."""
    return [{name: each[name] for name in each if name != "id"} for each in items]


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (9, 9), "white").save(buffer, "PNG")
    return buffer.getvalue()


def bring(site: Site) -> str:
    """A file's id."""
    answer = site.call(
        "cadre", "POST", f"{AT}/files", data={"file": (io.BytesIO(photo()), "m.png")}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def test_from_draft_to_force_by_http(site: Site) -> None:
    first = draft(site)
    assert (first["number"], first["standing"], first["revision"]) == (1, "draft", 1)
    items = inputs(first["items"])
    items[0]["points"] = 6
    del items[1]
    items.append(items[0] | {"code": "PA09", "name_zh": "帮助老人办理医保"})
    path = f"{BOOKS}/1"
    body = {"items": items, "revision": 1}
    assert ask(site, "cadre", "PUT", f"{path}/items", body)["revision"] == 2
    stale = site.call("cadre", "PUT", f"{path}/items", body)
    assert (stale.status_code, stale.json["type"]) == (409, "/problems/stale")
    without = ask(site, "cadre", "PUT", f"{path}/items", {"items": items[:-1]})
    assert without["revision"] == 3
    adopted = adopt(site, 1, revision=3, minutes=bring(site))
    assert (adopted["status"], adopted["standing"]) == ("adopted", "in_force")
    assert adopted["minutes"]
    public = ask(site, None, "GET", path)
    assert (public["minutes"], public["minutes_kept"], public["present"]) == (None, True, 40)
    again = site.call("cadre", "POST", f"{path}/adoption", VOTE | {"effective_on": "2026-03-02"})
    assert (again.status_code, again.json["type"]) == (409, "/problems/wrong_state")


def test_the_public_lists_what_was_adopted_and_staff_all(site: Site) -> None:
    draft(site)
    adopt(site, 1)
    draft(site)
    draft(site)
    ask(site, "cadre", "POST", f"{BOOKS}/3/discarding")

    def numbers(who: str | None, query: str = "") -> list[int]:
        return [each["number"] for each in ask(site, who, "GET", BOOKS + query)["items"]]

    assert numbers(None) == numbers("shopkeeper") == [1]
    assert numbers("cadre") == numbers("overseer") == [3, 2, 1]
    assert numbers("supervisor", "?status=discarded") == [3]
    assert numbers(None, "?status=draft") == []
    assert site.call(None, "GET", f"{BOOKS}/2").status_code == 404
    assert site.call("shopkeeper", "GET", f"{BOOKS}/2.xlsx").status_code == 404
    assert site.call("cadre", "GET", f"{BOOKS}?status=voted").status_code == 422


def test_changes_by_http(site: Site) -> None:
    items = inputs(draft(site)["items"])
    adopt(site, 1)
    draft(site)
    items[0] |= {"points": 6, "cap_per": "household", "name_en": None}
    body = {"items": [*items[:1], *items[2:], items[0] | {"code": "PA09"}]}
    ask(site, "cadre", "PUT", f"{BOOKS}/2/items", body)
    found = ask(site, "cadre", "GET", f"{BOOKS}/2/changes")
    assert (found["number"], found["against"]) == (2, 1)
    assert [each["code"] for each in found["added"]] == ["PA09"]
    assert [each["code"] for each in found["removed"]] == ["PA02"]
    (changed,) = found["changed"]
    assert changed["code"] == "PA01"
    assert {"field": "points", "old": 5, "new": 6} in changed["changes"]
    assert {"field": "cap_per", "old": "person", "new": "household"} in changed["changes"]
    assert site.call(None, "GET", f"{BOOKS}/2/changes").status_code == 404
    back = ask(site, "cadre", "GET", f"{BOOKS}/1/changes?against=2")
    assert [each["code"] for each in back["added"]] == ["PA02"]
    assert ask(site, None, "GET", f"{BOOKS}/1/changes")["against"] is None


def test_doubts_are_for_staff_and_township(site: Site) -> None:
    items = inputs(draft(site)["items"])
    items[0]["name_zh"] = "帮助老人办理医保"
    ask(site, "cadre", "PUT", f"{BOOKS}/1/items", {"items": items})
    (doubt,) = ask(site, "overseer", "GET", f"{BOOKS}/1/doubts")["items"]
    assert (doubt["code"], doubt["words"], doubt["topic"]) == ("PA01", "医保", "health")
    assert "医保" in doubt["detail"]
    assert site.call(None, "GET", f"{BOOKS}/1/doubts").status_code == 401
    assert site.call("shopkeeper", "GET", f"{BOOKS}/1/doubts").status_code == 403


def test_what_is_ruled_out_is_named_in_words(site: Site) -> None:
    items = inputs(draft(site)["items"])
    items[2]["name_zh"] = "积极参加宗·教活动"
    refused = site.call("cadre", "PUT", f"{BOOKS}/1/items", {"items": items})
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/rule_not_allowed")
    (error,) = refused.json["errors"]
    assert error["pointer"] == "/items/2/name_zh"
    assert "PA03: “宗·教” is about belief or religion" in error["detail"]
    assert "Write the work itself" in error["detail"]
    negative = inputs(draft(site)["items"])
    negative[0]["points"] = -5
    refused = site.call("cadre", "PUT", f"{BOOKS}/2/items", {"items": negative})
    assert refused.json["errors"][0]["pointer"] == "/items/0/points"


def test_minutes_come_later_and_once(site: Site) -> None:
    draft(site)
    adopt(site, 1)
    minutes = bring(site)
    path = f"{BOOKS}/1/minutes"
    assert ask(site, "cadre", "PUT", path, {"file": minutes})["minutes"] == minutes
    again = site.call("cadre", "PUT", path, {"file": bring(site)})
    assert (again.status_code, again.json["type"]) == (409, "/problems/wrong_state")
    read = site.call("overseer", "GET", f"{AT}/files/{minutes}")
    assert (read.status_code, read.mimetype) == (200, "image/png")
    assert site.call("shopkeeper", "GET", f"{AT}/files/{minutes}").status_code == 404


def shared_strings(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        return parts.read("xl/sharedStrings.xml").decode()


def test_a_version_is_a_workbook_in_which_nothing_runs(site: Site) -> None:
    items = inputs(draft(site)["items"])
    items[0]["name_zh"] = '=HYPERLINK("http://x","巡防")'
    ask(site, "cadre", "PUT", f"{BOOKS}/1/items", {"items": items})
    adopt(site, 1)
    kept = site.call(None, "GET", f"{BOOKS}/1.xlsx")
    assert kept.status_code == 200
    assert "attachment" in kept.headers["Content-Disposition"]
    assert "<t>'=HYPERLINK" in shared_strings(kept.data)
    by_page = site.app.test_client().get(f"{PUBLIC}/1.xlsx")
    assert "PA05" in shared_strings(by_page.data)


# Pages


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
    gone = post(site, "/desk/rulebooks/2/discarding", {}, on="/desk/rulebooks/2")
    assert gone.location == "/desk/rulebooks"
    for status, number in (("adopted", 1), ("discarded", 2)):
        shown = site.open("overseer", f"/desk/rulebooks?status={status}")
        assert re.findall(r'href="/desk/rulebooks/(\d+)"', shown) == [str(number)]
        assert 'name="source"' not in shown
    assert "No version of the rules is in this state" in site.open(
        "cadre", "/desk/rulebooks?status=draft"
    )


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


def test_the_sheet_is_chinese_with_tibetan_headings_whoever_prints_it(site: Site) -> None:
    draft(site)
    adopt(site, 1)
    anyone = site.app.test_client()
    anyone.get("/language/en")
    sheet = anyone.get(f"{PUBLIC}/1/print").text
    assert "做什么能得积分" in sheet
    assert '<span class="below" lang="bo">སྐར་གྲངས་ཐོབ་པའི་བྱ་བ།</span>' in sheet
    assert "2026-03-02" in sheet
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
