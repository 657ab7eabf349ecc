"""A household's own pages: every step of what it did, in Chinese, Tibetan and English."""

import io
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from incentives.access.actor import Role
from incentives.clock import now, village_day
from incentives.ledger.seals import seal_all
from incentives.notices.operations import rule_on_objection
from tests.awards.scenes import adopt_rules
from tests.awards.test_claims_http import Home, picture
from tests.conftest import Clock
from tests.factories import VILLAGE, act, staff
from tests.site import Site, make_site
from tests.statements import Statements
from tests.tibetan import lacking, mark_lacking

AT = f"/villages/{VILLAGE}"
TODAY = "2026-03-02"
OWN_PAGES = (
    "/c",
    "/c/account",
    "/c/awards",
    "/c/claims",
    "/c/claims/new",
    "/c/objections",
    "/c/objections/new",
    "/c/objections/new?missing=1",
    f"/v/{VILLAGE}/notices",
    f"/v/{VILLAGE}/notices/1",
    f"/v/{VILLAGE}/rules",
    f"/v/{VILLAGE}/clearing",
)


@pytest.fixture
def site(bare_app: Flask) -> Site:
    """A village with rules, in which what is approved is in public for a day."""
    made = make_site(bare_app, users=("cadre", "reviewer"), publicity_days=1)
    with bare_app.app_context():
        adopt_rules()
    return made


@pytest.fixture
def home(site: Site) -> Home:
    return Home(site, "扎西彭措", "洛绒卓玛", door="1")


@pytest.fixture
def other(site: Site) -> Home:
    return Home(site, "王建国", door="2")


def registered(site: Site, home: Home, code: str = "CL01", **more: Any) -> str:
    """An award that the village registered; its id."""
    body = {"resident_id": str(home.head), "rule_item": code, "occurred_on": TODAY, **more}
    answer = site.call("cadre", "POST", f"{AT}/awards", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def review(site: Site, award: str, decision: str = "approve", reason: str | None = None) -> None:
    body = {"decision": decision, "reason": reason}
    answer = site.call("reviewer", "POST", f"{AT}/awards/{award}/review", body)
    assert answer.status_code == 200, answer.text


def post_all(site: Site, home: Home, clock: Clock) -> None:
    """Publish what awaits it, let its days pass and close it; sign the log, and in again."""
    number = site.call("reviewer", "POST", f"{AT}/notices", {"kind": "awards"}).json["number"]
    clock.forward(days=2)
    site.tokens.pop("reviewer")
    closed = site.call("reviewer", "POST", f"{AT}/notices/{number}/closing")
    assert closed.status_code == 200, closed.text
    with site.app.app_context():
        seal_all(now=now())
    home.sign_in()


def turn(site: Site, award: str, what: str) -> None:
    answer = site.call("reviewer", "POST", f"{AT}/awards/{award}/{what}", {"reason": "记错了"})
    assert answer.status_code == 201, answer.text


def test_a_household_reads_every_step_with_notice_and_proof(
    site: Site, home: Home, clock: Clock
) -> None:
    award = registered(site, home, quantity=2)
    review(site, award)
    post_all(site, home, clock)
    page = home.open("/c/account")
    assert f"/c/awards/{award}" in page
    page = home.open(f"/c/awards/{award}")
    for words in (
        "CL01",
        "Rules, version 1",
        f"/v/{VILLAGE}/rules/1",
        "Registered",
        "cadre 某",
        "Approved",
        "reviewer 某",
        f"/v/{VILLAGE}/notices/1",
        "Points given",
        "Voucher 1",
        "/verify#R1",
    ):
        assert words in page, words
    proof = re.search(r'href="([^"]+/proofs/[^"]+)" download="([^"]+)"', page)
    assert proof is not None
    assert proof[2] == f"{VILLAGE}-1-proof.json"
    kept = site.app.test_client().get(proof[1])
    assert (kept.status_code, kept.json["seq"]) == (200, 0)
    for public in (f"/v/{VILLAGE}/rules/1", f"/v/{VILLAGE}/notices/1"):
        assert site.app.test_client().get(public).status_code == 200


def test_the_call_gives_what_the_page_shows(site: Site, home: Home, clock: Clock) -> None:
    award = registered(site, home, quantity=2)
    review(site, award)
    post_all(site, home, clock)
    turn(site, award, "reversal")
    turn(site, award, "reinstatement")
    found = home.call("GET", f"{AT}/awards/{award}/timeline").json
    assert found["status"] == "posted"
    assert [each["kind"] for each in found["steps"]] == [
        "rule",
        "proposed",
        "approved",
        "notice",
        "posted",
        "reversed",
        "reinstated",
    ]
    assert found["steps"][0]["rulebook"] == 1
    assert found["steps"][3]["notice"] == 1
    given = found["steps"][4]["event"]
    assert (given["seq"], given["voucher"], given["points"], given["debt"]) == (0, 1, 8, 0)
    assert given["sealed"]
    assert given["receipt"].startswith("R1")
    assert "记错了" in found["steps"][5]["note"]


def test_a_statement_names_acts_in_english_by_their_rules_in_one_statement(
    site: Site, home: Home, clock: Clock, statements: Statements
) -> None:
    zh, en = "参加村公共区域清洁日", "Join the clean-up of common ground"
    path = f"{AT}/households/{home.id}/statement"
    sent = []
    for _time in range(2):
        site.tokens.pop("cadre", None)
        review(site, registered(site, home, occurred_on=village_day(clock.now).isoformat()))
        post_all(site, home, clock)
        assert en in home.open("/c/account")
        statements.clear()
        titles = [each["title"] for each in home.call("GET", path).json["items"]]
        sent.append(len(statements))
        assert set(titles) == {en}
    assert sent[0] == sent[1]
    assert en in home.open(f"/desk/households/{home.id}/statement")
    token = {"Authorization": f"Bearer {site.tokens[home.number]}"}
    chinese = site.app.test_client().get(f"/api/v1{path}", headers=token).json["items"]
    assert [each["title"] for each in chinese] == [zh, zh]
    home.browser.get("/language/zh-CN")
    assert zh in home.open("/c/account")


def test_only_the_household_and_the_village_read_it(site: Site, home: Home, other: Home) -> None:
    award = registered(site, home)
    at = f"{AT}/awards/{award}/timeline"
    assert other.call("GET", at).json["type"] == "/problems/not_found"
    assert site.call("cadre", "GET", at).status_code == 200
    assert site.call(None, "GET", at).status_code == 401
    other.open(f"/c/awards/{award}", status=404)
    assert award not in other.open("/c/awards")
    assert site.app.test_client().get(f"/c/awards/{award}").status_code == 303


def test_what_was_taken_back_says_what_is_owed_and_how_to_object(
    site: Site, home: Home, clock: Clock
) -> None:
    award = registered(site, home)
    review(site, award)
    post_all(site, home, clock)
    page = home.open(f"/c/awards/{award}")
    assert f"/c/claims/{award}/objection" in page
    objecting = f"/c/claims/{award}/objection"
    sent = home.send(objecting, on=objecting, reason="是我家两个人做的")
    assert (sent.status_code, sent.location) == (303, f"/c/awards/{award}")
    assert "是我家两个人做的" in home.open(f"/c/awards/{award}")
    turn(site, award, "reversal")
    assert "Taken back by reviewer 某: 记错了" in home.open("/c/awards")
    line = "Join the clean-up of common ground of 2 Mar 2026 · decided by reviewer 某"
    assert line in home.open("/c/account")
    assert f"/c/claims/{award}/objection" in home.open(f"/c/awards/{award}")


def test_what_an_objection_struck_says_so(site: Site, home: Home, other: Home) -> None:
    award = registered(site, home)
    review(site, award)
    site.call("reviewer", "POST", f"{AT}/notices", {"kind": "awards"})
    body = {"about": {"notice": 1, "line": 1}, "reason": "他那天不在"}
    objection = other.call("POST", f"{AT}/objections", body).json["id"]
    assert "扎** · " in other.open("/c/objections")
    assert "扎西彭措" not in other.open("/c/objections")
    sheet = other.browser.get("/c/objections.xlsx").data
    (row,) = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()[1:]
    assert str(row[1]).startswith("扎** · ")
    with site.app.app_context():
        act(
            lambda: (
                rule_on_objection(
                    village=VILLAGE,
                    objection_id=UUID(objection),
                    upheld=True,
                    reason="查了签到",
                    actor=staff(Role.REVIEWER),
                    now=now(),
                ).id
            )
        )
    page = home.open(f"/c/awards/{award}")
    assert "An objection to it was right" in page
    assert "查了签到" in page
    assert "Yes, says" not in page
    assert f"/c/claims/{award}/objection" in page


def test_all_that_a_household_reads_is_there_in_tibetan(
    site: Site, home: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = registered(site, home, quantity=2)
    refused = registered(site, home, "CU01")
    claim = home.claim(photo_1=picture()).location.rpartition("/")[2]
    waiting = home.claim(rule_item="NE01").location.rpartition("/")[2]
    review(site, posted)
    review(site, refused, "reject", "他那天不在")
    review(site, claim)
    post_all(site, home, clock)
    turn(site, posted, "reversal")
    turn(site, posted, "reinstatement")
    home.send(f"/c/claims/{claim}/objection", on=f"/c/claims/{claim}/objection", reason="少了一次")
    home.browser.get("/language/bo")
    mark_lacking(monkeypatch)
    own = [f"/c/awards/{each}" for each in (posted, refused, claim, waiting)]
    pages = [home.open(path) for path in (*OWN_PAGES, *own, f"/c/claims/{posted}/objection")]
    pages.append(home.send("/c/claims/new", on="/c/claims/new", occurred_on="2031-01-01").text)
    pages.append(home.open(f"/c/awards/{home.id}", status=404))
    assert lacking("".join(pages)) == set()
    assert "ཕྱིར་བསྡུས" in "".join(pages)
