"""Objections on pages and by HTTP: behind a card, on paper, ruled on, listed, overdue."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Role
from incentives.access.queries import find_user
from incentives.clock import now
from incentives.register.operations import set_policy
from tests.awards.test_claims_http import Home
from tests.conftest import Clock
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act
from tests.notices.objecting import (
    AT,
    TODAY,
    add,
    bought,
    listed,
    make_home,
    make_notices_site,
    posted,
    ruled,
)
from tests.shop.scenes import problem
from tests.site import Site
from tests.web.sheets import sheet_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def site(bare_app: Flask) -> Site:
    return make_notices_site(bare_app)


@pytest.fixture
def home(site: Site) -> Home:
    return make_home(site)


def test_a_household_objects_to_points_on_its_page(site: Site, home: Home) -> None:
    award = posted(site, home)
    new = f"/c/objections/new?award={award['id']}"
    assert new in home.open("/c/objections/new")
    answer = home.send(new, on=new, reason="too many")
    assert (answer.status_code, answer.location) == (303, "/c/objections")
    (made,) = listed(home)
    assert (made["about"]["award"], made["on_behalf_of"]) == (award["id"], None)
    assert "10 days left" in home.open("/c/objections")
    ruled(site, made)
    for page in ("/c/objections", "/c/account"):
        assert "asked around" in home.open(page)
    assert "second 某" in home.open("/c/objections")
    statement = home.call("GET", f"{AT}/households/{home.id}/statement").json["items"]
    assert sum(line["points"] for line in statement) == 0


@pytest.mark.parametrize("blank", ["", " ", "\n\u3000", "\u200b"])
def test_no_objection_nor_ruling_stands_without_a_reason(
    site: Site, home: Home, blank: str
) -> None:
    """Nor is a dispute, and nothing of it is kept."""
    award, sale = posted(site, home), bought(site, home)
    asked = {"about": {"award": award["id"]}, "reason": blank}
    for path, body in (
        (f"{AT}/objections", asked),
        (f"{AT}/redemptions/{sale['id']}/dispute", {"reason": blank}),
    ):
        answer = home.call("POST", path, body)
        assert (answer.status_code, problem(answer)) == (422, "invalid")
        assert answer.json["errors"][0]["pointer"] == "/reason"
    assert listed(home) == []
    made = home.call("POST", f"{AT}/objections", asked | {"reason": "not us"}).json
    for upheld in (True, False):
        body = {"upheld": upheld, "reason": blank}
        answer = site.call("second", "POST", f"{AT}/objections/{made['id']}/ruling", body)
        assert answer.json["errors"][0]["pointer"] == "/reason"
    assert listed(home)[0]["status"] == "open"


def test_what_cannot_be_objected_to_any_more_is_said_by_the_policys_days(
    site: Site, home: Home
) -> None:
    assert "for 30 days" in home.open("/c/objections/new")
    with site.app.app_context():
        act(
            lambda: set_policy(
                village=VILLAGE,
                values={"objection_days": 12},
                effective_on=None,
                resolution="test",
                actor=SYSTEM,
                now=now(),
            )
        )
    assert "for 12 days" in home.open("/c/objections/new")


def test_a_household_says_what_is_missing(site: Site, home: Home) -> None:
    new = "/c/objections/new?missing=1"
    typed = {"about-missing-resident_id": str(home.head), "about-missing-rule_item": "CL01"}
    bad = home.send(new, on=new, reason="I was there", **typed)
    assert (bad.status_code, listed(home)) == (422, [])
    assert "CL01 Join the clean-up of common ground" in bad.text
    future = {**typed, "about-missing-occurred_on": "2099-01-01"}
    bad = home.send(new, on=new, reason="I was there", **future)
    assert (bad.status_code, listed(home)) == (422, [])
    assert 'id="field-about-missing-occurred_on-error"' in bad.text
    good = home.send(
        new, on=new, reason="I was there", **typed, **{"about-missing-occurred_on": TODAY}
    )
    assert good.status_code == 303
    (made,) = listed(home)
    answer = ruled(site, made)
    waiting = site.call("reviewer", "GET", f"{AT}/awards?status=proposed").json["items"]
    assert [each["id"] for each in waiting] == [answer["granted_award"]]
    assert waiting[0]["claimed"]
    # Whoever ruled leaves the review to others, and reads why.
    granted = waiting[0]["id"]
    words = "You ruled that these points are due: somebody else must look"
    assert words in site.open("second", f"/desk/awards/{granted}")
    assert words in site.open("second", "/review")
    (queued,) = site.call("second", "GET", f"/divisions/{VILLAGE}/review-queue").json["items"]
    assert queued["closed"] == "ruled"
    yes = {"decision": "approve"}
    refused = site.call("second", "POST", f"{AT}/awards/{granted}/review", yes)
    assert (refused.status_code, refused.json["detail"]) == (403, words)
    # What stands is told at once, with the way to it.
    act = {**typed, "about-missing-occurred_on": TODAY}
    stands = home.send(new, on=new, reason="once more", **act)
    assert (stands.status_code, len(listed(home))) == (422, 1)
    assert "can&#39;t be granted a second time" in stands.text
    assert f'href="/c/awards/{granted}"' in stands.text


def test_whoever_rules_reads_what_was_registered_meanwhile(site: Site, home: Home) -> None:
    missing = {"resident_id": str(home.head), "rule_item": "CL01", "occurred_on": TODAY}
    body = {"about": {"missing": missing}, "reason": "I was there"}
    made = home.call("POST", f"{AT}/objections", body).json["id"]
    page = f"/review/objections/{made}"
    assert "Others than you review them" in site.open("second", page)
    award = site.call("cadre", "POST", f"{AT}/awards", missing).json["id"]
    shown = site.open("second", page)
    assert "These points were registered meanwhile" in shown
    assert "Others than you review them" not in shown
    assert f'href="/desk/awards/{award}"' in shown
    assert site.send("second", page, upheld="true", reason="it was late").status_code == 303
    (told,) = listed(home)
    assert (told["status"], told["granted_award"]) == ("upheld", None)
    assert len(site.call("cadre", "GET", f"{AT}/awards").json["items"]) == 1


def test_whoever_rules_reads_how_many_of_several_are_missing_still(site: Site, home: Home) -> None:
    missing = {"resident_id": str(home.head), "rule_item": "CL01", "occurred_on": TODAY}
    body = {"about": {"missing": {**missing, "quantity": 3}}, "reason": "three times"}
    made = home.call("POST", f"{AT}/objections", body).json["id"]
    page = f"/review/objections/{made}"
    site.call("cadre", "POST", f"{AT}/awards", missing)
    shown = site.open("second", page)
    assert "2 of 3 are missing still" in shown
    assert "If it is right: how often in all" in shown
    said = {"upheld": "true", "reason": "all three", "quantity": "3"}
    assert site.send("second", page, **said).status_code == 303
    assert "granted 2 of 3" in site.open("second", page)
    (_heads, row) = sheet_of(site.call("second", "GET", f"{AT}/objections.xlsx"))
    assert "granted 2 of 3" in row


def test_what_is_objected_to_must_be_chosen_and_ones_own(site: Site, home: Home) -> None:
    other = Home(site, "王建国", door="2")
    award = posted(site, home)
    nothing = home.send("/c/objections/new", on="/c/objections/new", reason="all of it")
    assert nothing.status_code == 422
    for asked in (f"award={award['id']}", "award=x", f"redemption={award['id']}"):
        other.open(f"/c/objections/new?{asked}", status=404)
    assert listed(home) == []


def paper(site: Site, home: Home, who: str, award: dict[str, Any]) -> Any:
    new = f"/desk/households/{home.id}/objections/new?award={award['id']}"
    return site.send(who, new, reason="she was ill", on_behalf_of=str(home.head))


def test_staff_write_an_objection_down_but_not_who_proposed(site: Site, home: Home) -> None:
    award = posted(site, home)
    refused = paper(site, home, "cadre", award)
    assert refused.status_code == 403
    assert listed(home) == []
    assert paper(site, home, "writer", award).status_code == 303
    (made,) = listed(home)
    assert made["on_behalf_of"] == str(home.head)
    assert "written down by writer 某" in home.open("/c/objections")
    assert "writer 某" in home.open("/c/account")
    assert "Write down an objection" in site.open("writer", f"/desk/households/{home.id}")
    assert "Write down an objection" not in site.open("supervisor", f"/desk/households/{home.id}")


def test_whose_hand_is_in_it_sees_no_form_to_rule(site: Site, home: Home) -> None:
    award = posted(site, home)
    paper(site, home, "writer", award)
    (made,) = listed(home)
    page = f"/review/objections/{made['id']}"
    assert "Somebody else rules on this" in site.open("reviewer", page)
    assert "Your ruling" not in site.open("reviewer", page)
    body = {"upheld": True, "reason": "mine"}
    own = site.call("reviewer", "POST", f"{AT}/objections/{made['id']}/ruling", body)
    assert (own.status_code, problem(own)) == (403, "same_person")
    assert "Your ruling" in site.open("second", page)
    done = site.send("second", page, upheld="false", reason="it was so")
    assert done.status_code == 303
    assert "it was so" in site.open("supervisor", "/objections")


def test_a_ruling_on_a_line_stands_in_public(site: Site, home: Home) -> None:
    with site.app.app_context():
        values = {"publicity_days": 5}
        act(
            lambda: (
                set_policy(
                    village=VILLAGE,
                    values=values,
                    effective_on=None,
                    resolution="x",
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )
    act_of = {"rule_item": "CL01", "occurred_on": TODAY, "resident_id": str(home.head)}
    award = site.call("cadre", "POST", f"{AT}/awards", act_of).json
    site.call("reviewer", "POST", f"{AT}/awards/{award['id']}/review", {"decision": "approve"})
    assert site.call("second", "POST", f"{AT}/notices", {"kind": "awards"}).status_code == 201
    about = {"about": {"notice": 1, "line": 1}, "reason": "not me"}
    made = home.call("POST", f"{AT}/objections", about).json
    paper_at = f"/v/{VILLAGE}/notices/1/lines/1/objection"
    assert "Nobody and nothing found." in site.open("writer", f"{paper_at}?q=zzz")
    public = site.app.test_client()
    assert "asked around" not in public.get(f"/v/{VILLAGE}/notices/1").text
    ruled(site, made, upheld=False)
    shown = public.get(f"/v/{VILLAGE}/notices/1").text
    assert "asked around" in shown
    line = site.call(None, "GET", f"{AT}/notices/1").json["lines"][0]
    assert [each["reason"] for each in line["rulings"]] == ["asked around"]
    assert "second" not in shown


def test_overdue_rulings_stand_on_the_red_ledger_by_office(
    site: Site, home: Home, clock: Clock
) -> None:
    award = posted(site, home)
    paper(site, home, "writer", award)
    ledger = f"{AT}/duties"
    (due,) = site.call(None, "GET", ledger).json["items"]
    assert (due["ledger"], due["days_overdue"], due["due_on"]) == ("blue", 0, "2026-03-12")
    clock.forward(days=10)
    assert site.call(None, "GET", f"{ledger}?ledger=red").json["items"] == []
    clock.forward(days=2)
    (late,) = site.call(None, "GET", f"{ledger}?ledger=red").json["items"]
    assert late["days_overdue"] == 2
    assert late["office"].startswith("Review group of")
    public = site.app.test_client()
    public.get("/language/en")
    page = public.get(f"/v/{VILLAGE}/duties").text
    assert "2 days overdue" in page
    village = public.get(f"/v/{VILLAGE}").text
    assert "1 duty is overdue" in village
    for text in (page, village, str(late)):
        for name in ("扎西彭措", "writer", "second", "she was ill"):
            assert name not in text
    sheet = public.get(f"/v/{VILLAGE}/duties.xlsx?ledger=red")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    assert rows[1][5] == 2
    site.tokens.clear()
    site.browsers.clear()
    (made,) = site.call("second", "GET", f"{AT}/objections").json["items"]
    ruled(site, made)
    assert site.call(None, "GET", ledger).json["items"] == []


def test_what_a_village_cannot_rule_on_comes_to_the_township(site: Site, home: Home) -> None:
    add(site, "above", Role.REVIEWER, TOWNSHIP)
    award = posted(site, home)
    paper(site, home, "writer", award)
    queue = f"/divisions/{TOWNSHIP}/objections"
    here = site.call(None, "GET", f"{AT}/duties").json["items"][0]["office"]
    assert site.call("above", "GET", queue).json["items"] == []
    (made,) = site.call("above", "GET", f"{AT}/objections").json["items"]
    body = {"upheld": True, "reason": "x"}
    refused = site.call("above", "POST", f"{AT}/objections/{made['id']}/ruling", body)
    assert (refused.status_code, problem(refused)) == (403, "not_permitted")
    with site.app.app_context():
        act(
            lambda: (
                access.deactivate_user(user_id=user_of("second"), actor=SYSTEM, now=now()) and None
            )
        )
    (sent,) = site.call("above", "GET", queue).json["items"]
    assert (sent["id"], sent["village"]) == (made["id"], VILLAGE)
    for asked, found in (
        ("", 1),
        ("q=ill", 1),
        ("q=well", 0),
        (f"division={VILLAGE}", 1),
        (f"division={OTHER_VILLAGE}", 0),
        ("matter=missing", 0),
    ):
        assert len(site.call("above", "GET", f"{queue}?{asked}").json["items"]) == found, asked
        page = site.open("above", f"/review/objections/sent-up?{asked}")
        assert page.count("下坝村 · ") == page.count("she was ill") == found
        for sheet in (
            site.browser("above").get(f"/review/objections/sent-up.xlsx?{asked}"),
            site.call("above", "GET", f"{queue}.xlsx?{asked}"),
        ):
            rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0)
            assert [row[0] for row in rows.to_python()[1:]] == ["下坝村"] * found
    assert site.call(None, "GET", f"{AT}/duties").json["items"][0]["office"] != here
    page = f"/review/objections/{made['id']}?village={VILLAGE}"
    assert "Your ruling" in site.open("above", page)
    assert ruled(site, made, who="above")["status"] == "upheld"
    assert site.call("reviewer", "GET", queue).status_code in (403, 404)


def user_of(username: str) -> Any:
    user = find_user(username)
    assert user is not None
    return user.id


def test_objections_are_narrowed_and_taken_along(site: Site, home: Home) -> None:
    award = posted(site, home)
    paper(site, home, "writer", award)
    home.send(
        "/c/objections/new?missing=1",
        on="/c/objections/new?missing=1",
        reason="=1+1",
        **{
            "about-missing-resident_id": str(home.head),
            "about-missing-rule_item": "CL01",
            "about-missing-occurred_on": "2026-03-01",
        },
    )
    for asked, count in (
        ("matter=missing", 1),
        ("matter=award", 1),
        ("status=open", 2),
        ("status=upheld", 0),
        (f"from={TODAY}&to={TODAY}", 2),
        ("from=2026-03-03", 0),
        (f"household={home.id}", 2),
    ):
        assert (
            len(site.call("supervisor", "GET", f"{AT}/objections?{asked}").json["items"]) == count
        )
        answer = site.browser("supervisor").get(f"/objections.xlsx?{asked}")
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        rows = book.get_sheet_by_index(0).to_python()
        assert len(rows) == 1 + count, asked
        assert "=1+1" not in [row[2] for row in rows]
    assert len(re.findall("row-title", site.open("supervisor", "/objections?matter=award"))) == 1


def test_a_household_takes_only_its_own_along_whatever_its_people_are(
    site: Site, home: Home
) -> None:
    other = Home(site, "王建国", door="2")
    award = posted(site, home)
    paper(site, home, "writer", award)
    answer = other.browser.get("/c/objections.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1
