"""What was refused on the pages of calls: it stands where it was typed, and says what is wrong."""

import html
import re

from tests import site as sites
from tests.calls.web import CALLS, WORDS, photo, report, secret_of
from tests.factories import TOWNSHIP, VILLAGE, make_household

DESK = {"source": "desk"}


def fields_with_errors(page: str) -> list[str]:
    """The names of the fields that a page marks."""
    return re.findall(r'name="([a-z_]+)"[^>]* aria-invalid="true"', page)


def page_of(call: dict) -> str:
    return f"/v/{VILLAGE}/calls/{call['id']}"


def test_a_hand_over_that_is_refused_keeps_its_words_and_says_what_is_wrong(site):
    where = page_of(report(site, "cadre", **DESK))
    own, other = site.__dict__["水务站"], site.__dict__["交通局"]
    offered = site.open("plumber", where)
    assert f'value="{other}"' in offered
    assert f'value="{own}"' not in offered
    typed = {"step": "hand_over", "note": "归交通局管", "office_id": own}
    refused = site.send("plumber", f"{where}/steps", on=where, **typed)
    assert refused.status_code == 422
    assert fields_with_errors(refused.text) == ["office_id"]
    assert "Choose another office" in refused.text
    assert "归交通局管" in refused.text


def test_a_step_s_photo_that_is_refused_is_marked(site):
    where = page_of(report(site, "cadre", **DESK))
    typed = {"step": "arrive", "photo": (photo()[0].__class__(b"no picture"), "a.jpg")}
    refused = site.send("plumber", f"{where}/steps", on=where, **typed)
    assert refused.status_code in (415, 422)
    assert "please choose it again" in refused.text


def test_a_merge_and_a_strike_that_are_refused_say_why(site):
    report(site, "cadre", **DESK)
    second = report(site)
    where = page_of(second)
    refused = site.send("cadre", f"{where}/merge", on=where, into=second["id"])
    assert fields_with_errors(refused.text) == ["into"]
    assert refused.text.count("Please look at the marked fields") == 1
    refused = site.send("cadre", f"{where}/strike", on=where, reason="长" * 301)
    assert fields_with_errors(refused.text) == ["reason"]
    assert "长" * 301 in refused.text


def test_a_double_leads_to_the_call_that_it_goes_on_in(site):
    first, second = report(site, "cadre", **DESK), report(site)
    body = {"into": first["id"]}
    assert site.call("cadre", "POST", f"{CALLS}/{second['id']}/merge", body).status_code == 200
    assert f'href="{page_of(first)}"' in site.open("cadre", page_of(second))


def test_a_duty_that_isn_t_struck_off_says_why_where_it_stands(site):
    path, page = f"/divisions/{VILLAGE}/duties", f"/v/{VILLAGE}/duties"
    body = {"office_id": site.__dict__["水务站"], "due_on": "2026-03-04"}
    for title in ("修路灯", "清水沟"):
        answer = site.call("cadre", "POST", path, body | {"title": title})
    done = f"{path}/{answer.json['id']}/done"
    refused = site.send("plumber", done, on=page, note="长" * 301)
    assert refused.status_code == 422
    assert fields_with_errors(refused.text) == ["note"]
    assert refused.text.count("长" * 301) == 1


def test_a_villager_s_name_is_refused_where_it_was_typed_and_said_which(site):
    with site.app.app_context():
        make_household(VILLAGE, "洛绒卓玛")
    path, page = f"/divisions/{VILLAGE}/duties", f"/v/{VILLAGE}/duties"
    body = {"office_id": site.__dict__["水务站"], "due_on": "2026-03-04"}
    told = "“洛绒卓玛” is a villager"
    for where in (path, f"/villages/{VILLAGE}/duties"):
        refused = site.call("cadre", "POST", where, body | {"title": "洛绒卓玛家门口的灯"})
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/title")
    refused = site.send("cadre", path, on=page, title="洛绒卓玛家门口的灯", **body)
    assert fields_with_errors(refused.text) == ["title"]
    assert told in html.unescape(refused.text)
    assert 'value="洛绒卓玛家门口的灯"' in refused.text
    made = site.call("cadre", "POST", path, body | {"title": "三组的灯"})
    refused = site.send("plumber", f"{path}/{made.json['id']}/done", on=page, note="给洛绒卓玛换了")
    assert fields_with_errors(refused.text) == ["note"]
    assert told in html.unescape(refused.text)
    office = {"name": "洛绒卓玛维修点", "division": TOWNSHIP, "categories": []}
    assert site.call("administrator", "POST", "/offices", office).status_code == 422
    renamed = f"/offices/{body['office_id']}"
    assert site.call("administrator", "PATCH", renamed, {"name": "洛绒卓玛"}).status_code == 422
    assert "洛绒卓玛" not in site.app.test_client().get(page).text


def test_what_a_caller_sends_back_without_a_reason_is_marked_there_alone(site):
    reported = report(site, "cadre", **DESK)
    for each, note in (("arrive", ""), ("resolve", "好了"), ("answer", "好了")):
        site.call(
            "plumber",
            "POST",
            f"{CALLS}/{reported['id']}/steps",
            data={"step": each} | ({"note": note} if note else {}),
        )
    link = f"/calls/follow/{secret_of(reported)}"
    caller = site.app.test_client()
    caller.get("/language/en")
    refused = caller.post(
        f"{link}/reopening", data={"csrf_token": sites.csrf_of(caller, link), "reason": " "}
    )
    assert fields_with_errors(refused.text) == ["reason"]
    assert refused.text.count("Please look at the marked fields") == 1


def test_only_a_patrol_says_that_something_was_found_on_patrol(site):
    for who in (None, "treasurer", "cadre"):
        refused = site.call(who, "POST", CALLS, data=WORDS | {"source": "patrol"})
        assert refused.status_code == 422
        assert refused.json["errors"][0]["pointer"] == "/source"


def test_what_waits_for_a_look_is_one_tap_away(site):
    assert "to be looked at" not in site.open("cadre", "/desk/calls")
    report(site)
    report(site, "cadre", **DESK)
    assert 'href="/desk/calls?status=reported"' in site.open("cadre", "/desk/calls")
    only = site.open("cadre", "/desk/calls?status=reported")
    assert "1 report to be looked at" not in only


def test_a_list_says_the_days_that_it_is_narrowed_to_as_people_do(site):
    page = site.app.test_client()
    page.get("/language/en")
    shown = page.get(f"/divisions/{TOWNSHIP}/call-numbers?from=2026-02-05").text
    assert "<b>5 Feb 2026</b>" in shown
