"""Rulebooks by HTTP: drafts, adoption, doubts, minutes, workbooks."""

import io
import zipfile

import pytest
from flask import Flask

from tests.awards.rules_site import (
    AT,
    BOOKS,
    PUBLIC,
    USERS,
    VOTE,
    adopt,
    ask,
    bring,
    draft,
    inputs,
)
from tests.site import Site, make_site


@pytest.fixture
def site(bare_app: Flask) -> Site:
    return make_site(bare_app, users=USERS)


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


@pytest.mark.parametrize("nothing", [" ", "\u3164", "...", "扫地\u200b"])
def test_a_rule_without_a_name_or_unit_to_be_read_is_refused(site: Site, nothing: str) -> None:
    first = draft(site)
    for field in ("name_zh", "unit"):
        items = inputs(first["items"])
        items[1][field] = nothing
        sent = {"revision": 1, "items": items}
        answer = site.call("cadre", "PUT", f"{BOOKS}/1/items", sent)
        assert answer.status_code == 422, answer.text
        assert [each["pointer"] for each in answer.json["errors"]] == [f"/items/1/{field}"]


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
