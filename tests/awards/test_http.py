"""Awards, rulebooks, notices and objections by HTTP and by pages, from draft to points."""

import re
from typing import Any

import pytest
from flask import Flask

from incentives.access.actor import Role
from incentives.awards.template import template_items
from tests.conftest import Clock
from tests.factories import VILLAGE, make_household
from tests.site import Site, add_account, make_site

AT = f"/villages/{VILLAGE}"
DAY = "2026-03-02"


@pytest.fixture
def site(bare_app: Flask) -> Site:
    """A village with a second reviewer and a second cadre."""
    site = make_site(bare_app, publicity_days=5)
    with bare_app.app_context():
        add_account("second", (Role.REVIEWER, VILLAGE))
        add_account("clerk", (Role.CADRE, VILLAGE))
    return site


def people(site: Site, *names: str, door: str = "1") -> list[str]:
    """The ids of a new household's people."""
    with site.app.app_context():
        household = make_household(VILLAGE, *names, door=door)
        household_id = household.id
    answer = site.call("cadre", "GET", f"{AT}/households/{household_id}")
    return [each["id"] for each in answer.json["members"]]


def adopt(site: Site) -> int:
    """Adopt the template; its number."""
    draft = site.call("cadre", "POST", f"{AT}/rulebooks", {"from": "template"})
    assert draft.status_code == 201, draft.text
    number = int(draft.json["number"])
    vote = {"held_on": "2026-01-05", "present": 40, "in_favour": 31, "against": 2}
    answer = site.call(
        "cadre",
        "POST",
        f"{AT}/rulebooks/{number}/adoption",
        {**vote, "effective_on": "2026-01-10"},
    )
    assert (answer.status_code, answer.json["status"]) == (200, "adopted"), answer.text
    return number


def propose(site: Site, resident: str, **more: Any) -> Any:
    """Propose a clean-up day."""
    body = {"resident_id": resident, "rule_item": "CL01", "occurred_on": DAY, **more}
    return site.call("cadre", "POST", f"{AT}/awards", body)


def test_from_draft_to_points(site: Site, clock: Clock) -> None:
    assert site.call(None, "GET", f"{AT}/rules").json["type"] == "/problems/no_rule_in_force"
    adopt(site)
    rules = site.call(None, "GET", f"{AT}/rules?on={DAY}").json
    assert (rules["rulebook"], len(rules["items"])) == (1, len(template_items()))
    one, _two = people(site, "扎西彭措", "洛绒卓玛")
    award = propose(site, one, quantity=2)
    assert award.status_code == 201, award.text
    assert (award.json["status"], award.json["points"]) == ("proposed", 8)
    at = f"{AT}/awards/{award.json['id']}"
    mended = site.call("cadre", "PATCH", at, {"quantity": 3})
    assert (mended.status_code, mended.json["points"]) == (200, 12)
    no_reason = site.call("reviewer", "POST", f"{at}/review", {"decision": "reject"})
    assert no_reason.json["errors"][0]["pointer"] == "/reason"
    reviewed = site.call("reviewer", "POST", f"{at}/review", {"decision": "approve"})
    assert (reviewed.status_code, reviewed.json["status"]) == (200, "reviewed")
    notice = site.call("reviewer", "POST", f"{AT}/notices", {"kind": "awards"})
    assert (notice.status_code, notice.json["number"]) == (201, 1)
    public = site.call(None, "GET", f"{AT}/notices/1")
    assert [line["holder"] for line in public.json["lines"]] == ["扎**"]
    assert "扎西彭措" not in public.text
    early = site.call("reviewer", "POST", f"{AT}/notices/1/closing")
    assert (early.status_code, early.json["type"]) == (409, "/problems/wrong_state")
    clock.forward(days=6)
    site.tokens.clear()
    closed = site.call("reviewer", "POST", f"{AT}/notices/1/closing")
    assert (closed.status_code, closed.json["status"]) == (200, "closed")
    shown = site.call("cadre", "GET", at).json
    assert (shown["status"], shown["notice"], shown["reviews"][0]["name"]) == (
        "posted",
        1,
        "reviewer 某",
    )
    back = site.call("reviewer", "POST", f"{at}/reversal", {"reason": "wrong day"})
    assert (back.status_code, back.json["status"]) == (201, "reversed")
    again = site.call("reviewer", "POST", f"{at}/reinstatement", {"reason": "it was right"})
    assert (again.status_code, again.json["status"]) == (201, "posted")


def test_a_batch_names_its_bad_lines(site: Site) -> None:
    adopt(site)
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    propose(site, two, quantity=6)
    body = {
        "rule_item": "CL01",
        "occurred_on": DAY,
        "lines": [{"resident_id": one}, {"resident_id": two}],
    }
    refused = site.call("cadre", "POST", f"{AT}/awards/batch", body)
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/cap_exceeded")
    assert [error["pointer"] for error in refused.json["errors"]] == ["/lines/1/resident_id"]
    body["lines"] = [{"resident_id": one}]
    kept = site.call("cadre", "POST", f"{AT}/awards/batch", body)
    assert (kept.status_code, len(kept.json["items"])) == (201, 1)
    listed = site.call("supervisor", "GET", f"{AT}/awards?status=proposed&from={DAY}&limit=1")
    assert (len(listed.json["items"]), listed.json["next"] is not None) == (1, True)


@pytest.mark.parametrize(
    ("q", "found"), [("扎西", 1), ("zxpc", 1), ("清洁", 2), ("clean", 2), ("cl01", 2), ("没有", 0)]
)
def test_awards_are_found_by_who_and_by_what(site: Site, q: str, found: int) -> None:
    adopt(site)
    for person in people(site, "扎西彭措", "王建国"):
        assert propose(site, person).status_code == 201
    listed = site.call("cadre", "GET", f"{AT}/awards?q={q}").json["items"]
    assert len(listed) == found
    assert ("扎西彭措" in site.open("cadre", f"/desk/awards?q={q}")) == bool(found)


def test_the_same_key_proposes_once(site: Site) -> None:
    adopt(site)
    one, _two = people(site, "扎西彭措", "洛绒卓玛")
    body = {"resident_id": one, "rule_item": "CL01", "occurred_on": DAY}
    key = "a" * 32
    first = site.call("cadre", "POST", f"{AT}/awards", body, key=key)
    second = site.call("cadre", "POST", f"{AT}/awards", body, key=key)
    assert first.json["id"] == second.json["id"]
    assert len(site.call("cadre", "GET", f"{AT}/awards").json["items"]) == 1


def test_an_objection_is_ruled_on_by_another(site: Site) -> None:
    adopt(site)
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    at = f"{AT}/awards/{propose(site, one).json['id']}"
    site.call("reviewer", "POST", f"{at}/review", {"decision": "approve"})
    site.call("reviewer", "POST", f"{AT}/notices", {"kind": "awards"})
    body = {"about": {"notice": 1, "line": 1}, "reason": "not there", "on_behalf_of": two}
    assert site.call("cadre", "POST", f"{AT}/objections", body).status_code == 403
    made = site.call("clerk", "POST", f"{AT}/objections", body)
    assert made.status_code == 201, made.text
    assert made.json["about"]["line"] == 1
    ruling = {"upheld": True, "reason": "asked around"}
    path = f"{AT}/objections/{made.json['id']}/ruling"
    same = site.call("reviewer", "POST", path, ruling)
    assert (same.status_code, same.json["type"]) == (403, "/problems/same_person")
    ruled = site.call("second", "POST", path, ruling)
    assert (ruled.status_code, ruled.json["upheld"]) == (200, True)
    assert site.call("cadre", "GET", at).json["status"] == "rejected"


@pytest.mark.parametrize(
    ("who", "status"),
    [("cadre", 201), ("reviewer", 403), ("supervisor", 403), ("shopkeeper", 403), (None, 401)],
)
def test_who_may_propose(site: Site, who: str | None, status: int) -> None:
    adopt(site)
    one, _two = people(site, "扎西彭措", "洛绒卓玛")
    body = {"resident_id": one, "rule_item": "CL01", "occurred_on": DAY}
    assert site.call(who, "POST", f"{AT}/awards", body).status_code == status


def test_eight_people_in_one_form_and_one_approval(site: Site, clock: Clock) -> None:
    adopt(site)
    eight = people(site, *[f"人{number}" for number in range(8)])
    page = site.open("cadre", "/desk/awards/new")
    assert all(person in page for person in eight)
    sent = site.send(
        "cadre", "/desk/awards/new", rule_item="CL01", occurred_on=DAY, quantity="1", people=eight
    )
    assert sent.status_code == 303
    assert sent.location.startswith("/desk/awards")
    listed = site.open("cadre", "/desk/awards?status=proposed")
    assert "To be reviewed" in listed
    queue = site.open("reviewer", "/review")
    ids = re.findall(r'name="ids" value="([^"]+)"', queue)
    assert len(ids) == 8
    assert site.send("reviewer", "/review", ids=ids, decision="approve").status_code == 303
    assert 'name="ids"' not in site.open("reviewer", "/review")
    published = site.send("reviewer", "/review/notices", kind="awards")
    assert published.location == f"/v/{VILLAGE}/notices/1"
    for path in ("", "/1", "/1/print"):
        shown = site.open("supervisor", f"/v/{VILLAGE}/notices{path}")
        assert ("人**" in shown) == (path != "")
    again = site.open("cadre", "/desk/awards/new")
    assert 'data-picks="people"' in again
    clock.forward(days=6)
    site.browsers.clear()
    closing = site.send("reviewer", "/review/notices/1/closing", on="/review/notices")
    assert closing.status_code == 303
    award = re.findall(r"/desk/awards/([0-9a-f-]{36})", site.open("cadre", "/desk/awards"))[0]
    shown = site.open("reviewer", f"/desk/awards/{award}")
    assert "In notice 2026-1" in shown
    assert re.search(r"Voucher \d", shown)
    back = site.send(
        "reviewer", f"/desk/awards/{award}/reversal", on=f"/desk/awards/{award}", reason="twice"
    )
    assert back.status_code == 303
    assert "Taken back" in site.open("reviewer", f"/desk/awards/{award}")


def test_a_refused_form_names_who_is_over_the_cap(site: Site) -> None:
    adopt(site)
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    propose(site, two, quantity=6)
    form = {"rule_item": "CL01", "occurred_on": DAY, "quantity": "1", "people": [one, two]}
    answer = site.send("cadre", "/desk/awards/new", **form)
    assert answer.status_code == 422
    assert "洛绒卓玛" in answer.text
    assert "Join the clean-up of common ground: nothing is left that month" in answer.text


def test_objections_on_pages(site: Site) -> None:
    adopt(site)
    one, two = people(site, "扎西彭措", "洛绒卓玛")
    at = f"{AT}/awards/{propose(site, one).json['id']}"
    site.call("reviewer", "POST", f"{at}/review", {"decision": "approve"})
    site.call("reviewer", "POST", f"{AT}/notices", {"kind": "awards"})
    path = f"/v/{VILLAGE}/notices/1/lines/1/objection"
    assert "洛绒卓玛" in site.open("clerk", f"{path}?q=luorong")
    sent = site.send("clerk", path, reason="not there", on_behalf_of=two)
    assert sent.location == f"/v/{VILLAGE}/notices/1"
    assert "Objected" in site.open("cadre", f"/v/{VILLAGE}/notices/1")
    desk = site.open("second", "/review/notices")
    found = re.search(r"/review/objections/([0-9a-f-]{36})", desk)
    assert found is not None
    ruled = site.send("second", found[0], upheld="false", reason="asked around")
    assert ruled.status_code == 303
    assert "In notice" in site.open("cadre", f"/v/{VILLAGE}/notices/1")


def test_a_list_costs_the_same_however_long(site: Site, statements: Any) -> None:
    adopt(site)
    many = people(site, *[f"人{number}" for number in range(12)])
    propose(site, many[0])
    site.open("cadre", "/desk/awards")
    statements.clear()
    site.open("cadre", "/desk/awards")
    before = len(statements)
    for person in many[1:]:
        propose(site, person)
    statements.clear()
    site.open("cadre", "/desk/awards")
    assert len(statements) == before
