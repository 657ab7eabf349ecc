"""The caller's link and what stands before a report: photos, rating, sending back, whom to ring."""

from datetime import timedelta

import pytest

from incentives.calls import operations
from incentives.clock import now
from tests import site as sites
from tests.calls.web import CALLS, WORDS, photo, report, secret_of, step
from tests.factories import VILLAGE


def test_a_call_is_followed_answered_rated_and_sent_back_once(site):
    reported = report(site)
    link = f"/calls/follow/{secret_of(reported)}"
    assert site.call(None, "GET", link).json["status"] == "reported"
    assert site.call(None, "GET", "/calls/follow/guessed").status_code == 404
    pushed = site.call("cadre", "POST", f"{CALLS}/{reported['id']}/push", {})
    assert pushed.json["office"] == "水务站"
    rating = {"rating": 2, "word": "慢"}
    assert site.call(None, "POST", f"{link}/rating", rating).status_code == 409
    for each in ("accept", "arrive"):
        assert step(site, "plumber", reported["id"], each).status_code == 200
    assert step(site, "plumber", reported["id"], "resolve").status_code == 422
    done = step(site, "plumber", reported["id"], "resolve", note="换了管子", photo=photo())
    assert done.status_code == 200
    assert step(site, "plumber", reported["id"], "answer", note="已修好").status_code == 200
    followed = site.call(None, "GET", link).json
    assert [each["action"] for each in followed["steps"]][-2:] == ["resolve", "answer"]
    assert followed["steps"][-1]["note"] == "已修好"
    assert "by" not in followed["steps"][-1]
    assert "phone" not in followed
    assert site.call(None, "POST", f"{link}/rating", rating).json["rating"] == 2
    assert site.call(None, "POST", f"{link}/rating", rating).status_code == 409
    back = site.call(None, "POST", f"{link}/reopening", {"reason": "还漏水"})
    assert back.json["status"] == "pushed"
    for each in ("accept", "arrive", "resolve", "answer"):
        note = {"note": "好了"} if each in ("resolve", "answer") else {}
        assert step(site, "plumber", reported["id"], each, **note).status_code == 200
    again = site.call(None, "POST", f"{link}/reopening", {"reason": "还漏水"})
    assert again.status_code == 409


def test_until_when_an_answer_is_rated_is_said_and_held_to(site, clock):
    reported = report(site, "cadre", source="desk")
    link = f"/calls/follow/{secret_of(reported)}"
    assert site.call(None, "GET", link).json["open_until"] is None
    for each in ("accept", "resolve", "answer"):
        note = {} if each == "accept" else {"note": "好了"}
        assert step(site, "plumber", reported["id"], each, **note).status_code == 200
    followed = site.call(None, "GET", link).json
    assert followed["open_until"] == "2026-03-16T01:00:00Z"
    caller = site.app.test_client()
    assert "2026年3月16日 09:00" in caller.get(link, headers={"Accept-Language": "zh-CN"}).text
    clock.forward(days=14, seconds=1)
    followed = site.call(None, "GET", link).json
    assert (followed["may_rate"], followed["may_reopen"]) == (False, False)
    page = caller.get(link).text
    assert "/rating" not in page
    assert "/reopening" not in page
    for what, body in (("rating", {"rating": 5}), ("reopening", {"reason": "还漏"})):
        refused = site.call(None, "POST", f"{link}/{what}", body)
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/wrong_state")
        fields = {"csrf_token": sites.csrf_of(caller, f"/v/{VILLAGE}/calls/new"), **body}
        assert caller.post(f"{link}/{what}", data=fields).status_code == 409


def test_the_office_reads_the_stars_of_the_answer_that_was_sent_back(site):
    reported = report(site, "cadre", source="desk")
    call_id, link = reported["id"], f"/calls/follow/{secret_of(reported)}"
    for each in ("accept", "resolve", "answer"):
        step(site, "plumber", call_id, each, **({} if each == "accept" else {"note": "好了"}))
    site.call(None, "POST", f"{link}/rating", {"rating": 2, "word": "又漏了"})
    site.call(None, "POST", f"{link}/reopening", {"reason": "还漏水"})
    whole = site.call("plumber", "GET", f"{CALLS}/{call_id}").json
    assert (whole["rating"], whole["first_rating"]) == (None, 2)
    assert "2 · 又漏了" in site.open("plumber", f"/v/{VILLAGE}/calls/{call_id}")


def test_a_caller_sees_their_own_photo_and_the_office_s_by_the_link_alone(site):
    mine = report(site, photo=photo())
    other = report(site, "cadre", source="desk", photo=photo())
    call_id, link = mine["id"], f"/calls/follow/{secret_of(mine)}"
    site.call("cadre", "POST", f"{CALLS}/{call_id}/push", {})
    step(site, "plumber", call_id, "arrive")
    step(site, "plumber", call_id, "resolve", note="换了管子", photo=photo())
    followed = site.call(None, "GET", link).json
    assert (followed["text"], followed["place"]) == (WORDS["text"], WORDS["place"])
    photos = [each["photo_id"] for each in followed["steps"] if each["photo_id"]]
    assert len(photos) == 2
    assert followed["photo_id"] == photos[0]
    nobody = site.app.test_client()
    page = nobody.get(link).text
    for each in photos:
        for path in (f"{link}/photos/{each}", f"{link}/photos/{each}/thumbnail"):
            assert path in page
            for answer in (nobody.get(path), site.call(None, "GET", path)):
                assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
                assert answer.headers["Cache-Control"] == "private, no-store"
        assert nobody.get(f"/v/{VILLAGE}/files/{each}").status_code == 303
        assert nobody.get(f"/calls/follow/guessed/photos/{each}").status_code == 404
        other_link = f"/calls/follow/{secret_of(other)}/photos/{each}"
        assert nobody.get(other_link).status_code == 404
        assert site.call("digger", "GET", f"/villages/{VILLAGE}/files/{each}").status_code == 404
    with site.app.app_context():
        operations.forget_calls(now=now() + timedelta(days=400))
    assert site.call(None, "GET", link).json["photo_id"] is not None  # not answered: it isn't over


def test_the_caller_of_a_double_sees_their_own_photo_and_none_of_the_other(site):
    first = report(site, "cadre", source="desk", photo=photo())
    double = report(site, photo=photo())
    body = {"into": first["id"]}
    assert site.call("cadre", "POST", f"{CALLS}/{double['id']}/merge", body).status_code == 200
    followed = site.call(None, "GET", f"/calls/follow/{secret_of(double)}").json
    assert {each["photo_id"] for each in followed["steps"]} == {None}
    assert followed["photo_id"] is not None
    nobody = site.app.test_client()
    assert nobody.get(f"/calls/follow/{secret_of(double)}").text.count("/thumbnail") == 1


def test_a_phone_is_for_the_village_and_the_office_alone(site):
    call_id = report(site, "cadre", source="desk")["id"]
    for who, phone in (
        ("cadre", WORDS["phone"]),
        ("plumber", WORDS["phone"]),
        ("supervisor", None),
    ):
        assert site.call(who, "GET", f"{CALLS}/{call_id}").json["phone"] == phone
    assert "phone" not in site.call("cadre", "GET", CALLS).json["items"][0]
    assert WORDS["phone"] not in site.open("supervisor", f"/v/{VILLAGE}/calls/{call_id}")


def test_whoever_is_told_gives_the_link_on_within_an_hour_and_its_address_hides_it(site, clock):
    where = site.send("cadre", "/desk/calls/new", **WORDS).location
    secret = where.partition("link=")[2]
    clean = site.browser("cadre").get(where)
    assert (clean.status_code, clean.location) == (303, where.partition("?")[0])
    assert f"/calls/follow/{secret}" in site.open("cadre", clean.location)
    assert site.app.test_client().get(f"/calls/follow/{secret}").status_code == 200
    clock.forward(hours=1, seconds=1)
    assert "/calls/follow/" not in site.open("cadre", clean.location)


def test_a_wrong_link_and_another_call_s_are_not_shown(site):
    first, second = (site.send("cadre", "/desk/calls/new", **WORDS).location for _ in range(2))
    page, secret = second.partition("?")[0], first.partition("link=")[2]
    for wrong in (f"{page}?link={secret}", f"{second}x", page):
        site.browser("cadre").get(wrong)
        assert "/calls/follow/" not in site.open("cadre", page)


def test_one_tap_on_what_it_is_about_names_the_office_it_goes_to(site):
    page = site.open("cadre", "/desk/calls/new")
    assert page.count("水务站") == 1
    assert page.index("tel:110") < page.index("tel:119") < page.index("tel:120")
    refused = site.send("cadre", "/desk/calls/new", text="水管破了")
    assert refused.status_code == 422


@pytest.mark.parametrize("language", ["zh-CN", "bo", "en"])
def test_in_danger_one_rings_and_every_language_says_so(site, language):
    nobody = site.app.test_client()
    nobody.get(f"/language/{language}")
    for path in (f"/v/{VILLAGE}/calls", f"/v/{VILLAGE}/calls/new"):
        main = nobody.get(path).text.partition("<main")[2]
        first = [main.index(f'href="tel:{number}"') for number in (110, 119, 120)]
        assert first == sorted(first)
        assert first[2] < min(main.find("calls/new") % 10**6, main.find("<form") % 10**6)
        for words in ("报警", "Police", "ཉེན་རྟོག"):
            assert words in main
