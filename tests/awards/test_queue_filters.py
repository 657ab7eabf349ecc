"""The queue narrowed: the same by API, page and sheet, kept through decisions and paging."""

import re
from urllib.parse import quote

import pytest
from flask import Flask

from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.access.audit import Tag
from incentives.access.models import AuditRow
from incentives.access.operations import add_user
from incentives.awards.pages import review
from incentives.clock import now
from incentives.extensions import db
from tests.awards.test_http import AT, adopt, people, propose
from tests.awards.test_queue_http import ABOVE, QUEUE, SENT_UP, retire
from tests.conftest import Clock
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act
from tests.site import PASSWORD, Site, add_account, make_site
from tests.web.sheets import rows_of


@pytest.fixture
def site(bare_app: Flask) -> Site:
    """A village with a reviewer, and a township with one."""
    made = make_site(bare_app, users=("cadre", "reviewer"), publicity_days=0)
    with bare_app.app_context():
        add_account("township", (ABOVE["township"], TOWNSHIP))
    adopt(made)
    return made


def ids_on(page: str) -> list[str]:
    """The awards that a page lets tick."""
    return re.findall(r'name="ids" value="([^"]+)"', page)


def waiting(site: Site, clock: Clock) -> dict[str, str]:
    """Four that wait: two of one household, one by another rule, and a claim that `both`, a cadre
    and reviewer, wrote down lately.
    """
    roles = [Assignment(role, VILLAGE) for role in (Role.CADRE, Role.REVIEWER)]
    with site.app.app_context():
        act(
            lambda: add_user(
                username="both",
                name="both 某",
                password=PASSWORD,
                roles=roles,
                actor=SYSTEM,
                now=now(),
            )
        )
    one, two = people(site, "扎西彭措", "洛绒卓玛", door="磨坊")
    other = people(site, "格绒次仁", door="5")[0]
    found = {
        "old": propose(site, one, occurred_on="2026-02-20").json["id"],
        "two": propose(site, two).json["id"],
        "other": propose(site, other, rule_item="CL02").json["id"],
    }
    clock.forward(days=8)
    site.tokens.clear()
    site.browsers.clear()
    body = {"rule_item": "NE01", "occurred_on": "2026-03-04", "on_behalf_of": other}
    claimed = site.call("both", "POST", f"{AT}/claims", body)
    assert claimed.status_code == 201, claimed.text
    return {**found, "claimed": claimed.json["id"]}


def test_filters_narrow_api_page_and_sheet_alike(site: Site, clock: Clock) -> None:
    ids = waiting(site, clock)
    names = {value: name for name, value in ids.items()}
    for asked, wanted in (
        ("", [*ids]),
        ("rule_item=CL02", ["other"]),
        ("rule_item=CL99", []),
        ("q=扎西", ["old"]),
        ("q=luorong", ["two"]),
        ("q=磨坊", ["old", "two"]),
        ("to=2026-02-28", ["old"]),
        ("mine=true", ["old", "two", "other"]),
        ("mine=false", ["claimed"]),
        ("claimed=true", ["claimed"]),
        ("overdue=true", ["old", "two", "other"]),
        ("overdue=false", ["claimed"]),
        ("overdue=true&rule_item=CL01&from=2026-03-01", ["two"]),
    ):
        typed = "&".join(
            f"{k}={quote(v)}" for k, v in (p.split("=") for p in asked.split("&") if p)
        )
        items = site.call("both", "GET", f"{QUEUE}?{typed}").json["items"]
        assert [names[each["award"]["id"]] for each in items] == wanted, asked
        sheet = rows_of(site.call("both", "GET", f"{QUEUE}.xlsx?{typed}"))
        assert [row[1] for row in sheet] == [each["award"]["holder"] for each in items], asked
        page = rows_of(site.browser("both").get(f"/review.xlsx?{typed}"))
        assert page == [row[1:] for row in sheet], asked
        shown = ids_on(site.open("both", f"/review?{typed}"))
        assert [names[each] for each in shown] == [each for each in wanted if each != "claimed"]
    bad = site.call("both", "GET", f"{QUEUE}?mine=maybe")
    assert (bad.status_code, bad.json["type"]) == (422, "/problems/invalid")


def test_all_is_all_that_is_shown_and_filters_stay_through_a_decision(
    site: Site, clock: Clock
) -> None:
    ids = waiting(site, clock)
    narrowed = "/review?rule_item=CL01&overdue=true"
    page = site.open("both", narrowed)
    picks = re.search(r'data-values="([^"]+)"', page)
    assert picks is not None
    assert picks[1].split() == ids_on(page) == [ids["old"], ids["two"]]
    assert 'href="/review.xlsx?rule_item=CL01&amp;overdue=true"' in page
    no_reason = site.send("both", narrowed, ids=ids["two"], decision="reject")
    assert no_reason.status_code == 422
    assert ids_on(no_reason.text) == [ids["old"], ids["two"]]
    assert f'value="{ids["two"]}" data-points="4" checked' in no_reason.text
    done = site.send("both", narrowed, ids=picks[1].split(), decision="approve")
    assert (done.status_code, done.location) == (303, narrowed)
    left = site.open("both", narrowed)
    assert "Your decision is kept." in left
    assert "Nothing in this list fits" in left
    assert ids_on(site.open("both", "/review")) == [ids["other"]]


def test_filters_stay_from_page_to_page_and_a_page_that_is_done_leads_to_the_oldest(
    site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "SHOWN", 1)
    ids = waiting(site, clock)
    first = site.open("both", "/review?rule_item=CL01&overdue=true")
    assert ids_on(first) == [ids["old"]]
    following = re.search(r'href="(/review\?[^"]*after=[^"]+)"', first)
    assert following is not None
    address = following[1].replace("&amp;", "&")
    assert "rule_item=CL01" in address
    assert "overdue=true" in address
    second = site.open("both", address)
    assert ids_on(second) == [ids["two"]]
    assert "Back to the beginning" in second
    done = site.send("both", address, ids=ids["two"], decision="approve")
    assert done.status_code == 303
    again = site.browser("both").get(done.location)
    assert again.status_code == 303
    assert again.location == "/review?rule_item=CL01&overdue=true"
    oldest = site.open("both", again.location)
    assert ids_on(oldest) == [ids["old"]]
    assert "Your decision is kept." in oldest


def test_a_name_that_is_masked_is_not_found_by_searching_for_it(site: Site) -> None:
    propose(site, people(site, "扎西彭措", door="磨坊")[0])
    for asked in ("扎西彭措", "zhaxi", "磨坊"):
        assert len(site.call("reviewer", "GET", f"{QUEUE}?q={asked}").json["items"]) == 1
        assert site.call("township", "GET", f"{QUEUE}?q={asked}").json["items"] == []
        assert rows_of(site.call("township", "GET", f"{QUEUE}.xlsx?q={asked}")) == []
    (masked,) = rows_of(site.call("township", "GET", f"{QUEUE}.xlsx"))
    assert masked[1] == "扎**"
    assert masked[-1] == "The village decides this itself"


def test_the_township_narrows_and_takes_along_what_was_sent_up(site: Site) -> None:
    ids = [propose(site, each).json["id"] for each in people(site, "扎西彭措", "洛绒卓玛")]
    retire(site)
    here, other = f"division={VILLAGE}", f"division={OTHER_VILLAGE}"
    for asked, wanted in (("", ids), (here, ids), (other, []), ("q=扎西", ids[:1])):
        items = site.call("township", "GET", f"{SENT_UP}?{asked}").json["items"]
        assert [each["award"]["id"] for each in items] == wanted
        sheet = rows_of(site.call("township", "GET", f"{SENT_UP}.xlsx?{asked}"))
        assert rows_of(site.browser("township").get(f"/review/sent-up.xlsx?{asked}")) == sheet
        assert [row[0] for row in sheet] == ["下坝村" for _each in wanted]
        assert ids_on(site.open("township", f"/review/sent-up?{asked}")) == wanted
    address = f"/review/sent-up?{here}&rule_item=CL01"
    assert "下坝村" in site.open("township", address)
    done = site.send("township", address, ids=ids[0], decision="approve")
    assert (done.status_code, done.location) == (303, address)
    assert ids_on(site.open("township", address)) == ids[1:]


def test_who_may_not_read_a_queue_takes_none_along(site: Site) -> None:
    propose(site, people(site, "扎西彭措")[0])
    assert site.call("cadre", "GET", f"{QUEUE}.xlsx").json["type"] == "/problems/not_permitted"
    assert site.call("reviewer", "GET", f"{SENT_UP}.xlsx").json["type"] == "/problems/not_found"
    for who, path in (("cadre", "/review.xlsx"), ("reviewer", "/review/sent-up.xlsx")):
        assert site.browser(who).get(path).status_code == 403


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_trail_says_where_a_queue_was_taken_from(site: Site) -> None:
    propose(site, people(site, "扎西彭措")[0])
    rows_of(site.call("reviewer", "GET", f"{QUEUE}.xlsx?q=扎西"))
    rows_of(site.call("township", "GET", f"{SENT_UP}.xlsx"))
    with site.app.app_context():
        found = db.session.scalars(
            db.select(AuditRow).where(AuditRow.tag == Tag.LIST_EXPORTED).order_by(AuditRow.id)
        ).all()
        assert [(row.village, row.details["filters"]) for row in found] == [
            (VILLAGE, ["q"]),
            (TOWNSHIP, []),
        ]
