"""Calls by HTTP and on pages: who may what, what the public sees, offices, duties, numbers."""

import io
import re

from incentives.calls.models import Call
from incentives.calls.operations import reporting
from incentives.extensions import db
from tests import site as sites
from tests.calls.web import CALLS, WORDS, photo, report, step, user_id
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE


def test_what_nobody_signed_waits_for_a_look_and_what_a_cadre_says_goes_at_once(site):
    assert report(site)["status"] == "reported"
    assert report(site, "treasurer")["status"] == "reported"
    assert report(site, "cadre", source="box", photo=photo())["status"] == "pushed"
    refused = site.call(None, "POST", CALLS, data=WORDS | {"source": "box"})
    assert refused.status_code == 401
    refused = site.call("treasurer", "POST", CALLS, data=WORDS | {"source": "desk"})
    assert refused.status_code == 403


def test_the_same_report_sent_twice_is_one_call_with_one_link(site):
    key = "k" * 40
    first = site.call(None, "POST", CALLS, data=dict(WORDS), key=key)
    again = site.call(None, "POST", CALLS, data=dict(WORDS), key=key)
    assert first.json == again.json
    items = site.call("cadre", "GET", CALLS).json["items"]
    assert len(items) == 1
    assert "secret" not in str(items)


def test_an_office_reads_and_steps_its_own_calls_only(site):
    call_id = report(site, "cadre", source="desk")["id"]
    assert site.call("plumber", "GET", f"{CALLS}/{call_id}").json["text"] == WORDS["text"]
    assert site.call("digger", "GET", f"{CALLS}/{call_id}").status_code == 404
    assert site.call("treasurer", "GET", f"{CALLS}/{call_id}").status_code == 403
    assert site.call("digger", "GET", CALLS).json["items"] == []
    water = site.__dict__["水务站"]
    assert len(site.call("plumber", "GET", f"/offices/{water}/calls?open=true").json["items"]) == 1
    assert site.call("digger", "GET", f"/offices/{water}/calls").status_code == 404
    assert step(site, "digger", call_id, "accept").status_code == 403
    assert step(site, "cadre", call_id, "accept").status_code == 403
    over = {"note": "路面的事", "office_id": site.__dict__["交通局"]}
    due = site.call("plumber", "GET", f"{CALLS}/{call_id}").json["due_at"]
    handed = step(site, "plumber", call_id, "hand_over", **over)
    assert handed.status_code == 200
    assert handed.json["office"] == "交通局"
    assert handed.json["due_at"] == due
    assert step(site, "plumber", call_id, "accept").status_code == 403
    assert step(site, "digger", call_id, "accept").status_code == 200


def test_the_public_reads_no_word_and_no_place_of_a_caller(site):
    report(site)
    report(site, "cadre", source="desk")
    answer = site.call(None, "GET", f"/villages/{VILLAGE}/public-calls")
    (item,) = answer.json["items"]
    assert item["office"] == "水务站"
    for hidden in ("text", "place", "phone", "source", "rating_word"):
        assert hidden not in item
    page = site.app.test_client().get(f"/v/{VILLAGE}/calls").text
    assert WORDS["text"] not in page
    assert WORDS["place"] not in page
    assert "tel:110" in page


def test_photos_are_for_the_village_and_the_office(site):
    call_id = report(site, "cadre", source="desk", photo=photo())["id"]
    whole = site.call("plumber", "GET", f"{CALLS}/{call_id}").json
    path = f"/villages/{VILLAGE}/files/{whole['steps'][0]['photo_id']}"
    assert site.call("plumber", "GET", path).status_code == 200
    assert site.call("cadre", "GET", path).status_code == 200
    assert site.call("digger", "GET", path).status_code == 404
    assert site.call("treasurer", "GET", path).status_code == 404
    paper = (io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "paper.pdf")
    assert site.call("cadre", "POST", CALLS, data=WORDS | {"photo": paper}).status_code == 422


def test_a_flood_of_unsigned_reports_is_refused_until_it_is_looked_at(site, monkeypatch):
    monkeypatch.setattr(reporting, "HELD_AT_MOST", 2)
    first = report(site)
    report(site)
    refused = site.call(None, "POST", CALLS, data=dict(WORDS))
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3600"
    assert report(site, "cadre", source="desk")["status"] == "pushed"
    site.call("cadre", "POST", f"{CALLS}/{first['id']}/strike", {"reason": "乱报"})
    assert report(site)["status"] == "reported"


def test_who_administers_elsewhere_makes_no_office_here(site):
    body = {"division": TOWNSHIP, "name": "电力站", "categories": ["power"]}
    assert site.call("cadre", "POST", "/offices", body).status_code == 403
    assert site.call("administrator", "POST", "/offices", body).status_code == 201
    assert site.call("administrator", "POST", "/offices", body).status_code == 422
    names = [each["name"] for each in site.call(None, "GET", "/offices").json["items"]]
    assert names == ["交通局", "水务站", "电力站"]
    none_of_them = {"people": [{"user_id": user_id(site, "cadre")}]}
    path = f"/offices/{site.__dict__['水务站']}/people"
    assert site.call("administrator", "PUT", path, none_of_them).status_code == 422


def test_limits_are_set_and_hold_for_what_is_pushed_from_then_on(site):
    body = {
        "category": "water", "accept_minutes": 5, "on_site_minutes": 10, "resolve_minutes": 20,
    }  # fmt: skip
    path = f"/divisions/{TOWNSHIP}/call-limits"
    assert site.call("cadre", "PUT", path, body).status_code == 404
    assert site.call("administrator", "PUT", path, body).status_code == 200
    wrong = body | {"on_site_minutes": 4}
    assert site.call("administrator", "PUT", path, wrong).status_code == 422
    assert body in site.call(None, "GET", path).json["limits"]
    call = site.call("cadre", "GET", f"{CALLS}/{report(site, 'cadre', source='desk')['id']}")
    assert call.json["due_at"] == "2026-03-02T01:05:00Z"


def test_the_whole_way_on_pages(site):
    cadre = site.send("cadre", "/desk/calls/new", source="desk", **WORDS)
    assert cadre.status_code == 303
    where = cadre.location.partition("?")[0]
    assert "Taken on" not in site.open("cadre", where)
    assert "late" not in site.open("plumber", "/office")
    assert "left" in site.open("plumber", "/office")
    for each, note in (("accept", ""), ("arrive", ""), ("resolve", "好了"), ("answer", "好了")):
        sent = site.send("plumber", f"{where}/steps", on=where, step=each, note=note)
        assert sent.status_code == 303, sent.text
    assert "Nothing to do" in site.open("plumber", "/office")
    assert "Answered" in site.open("cadre", "/desk/calls")
    assert site.browser("cadre").get(f"/v/{OTHER_VILLAGE}/calls").status_code == 404


def test_anyone_reports_and_follows_on_pages(site):
    page = f"/v/{VILLAGE}/calls/new"
    nobody = site.app.test_client()
    nobody.get("/language/en")
    fields = {"csrf_token": sites.csrf_of(nobody, page), **WORDS}
    sent = nobody.post(page, data=fields)
    assert sent.status_code == 303
    followed = nobody.get(sent.location)
    assert "To be looked at" in followed.text
    with site.app.app_context():
        assert sent.location.rpartition("/")[2].encode() not in db.session.scalar(
            db.select(Call.secret_digest)
        )


def test_a_double_is_known_by_where_it_was_and_how_its_words_begin(site):
    report(site, "cadre", source="desk")
    report(site, "cadre", source="desk", text="", photo=photo(), place="")
    second = report(site, "cadre", source="desk", text="水管破了，" * 10)
    page = site.open("cadre", f"/v/{VILLAGE}/calls/{second['id']}")
    assert "· 桥边 · 桥边水管破了<" in page
    assert "· told to a cadre<" in page
    third = report(site, "cadre", source="desk")
    assert f"{('水管破了，' * 10)[:20]}…<" in site.open(
        "cadre", f"/v/{VILLAGE}/calls/{third['id']}"
    )


def test_an_administrator_s_pages_of_offices(site):
    typed = {"name": "林草站", "division": TOWNSHIP, "categories": ["hazard", "other"]}
    made = site.send("administrator", "/admin/offices", **typed)
    assert made.status_code == 303
    assert "林草站" in site.open("administrator", made.location)
    people = {"people": user_id(site, "plumber"), "deputies": user_id(site, "digger")}
    sent = site.send("administrator", f"{made.location}/people", on=made.location, **people)
    assert sent.status_code == 303
    held = site.call(
        "administrator", "GET", f"/offices/{made.location.rpartition('/')[2]}/people"
    ).json["people"]
    assert [each["is_deputy"] for each in held] == [False, True]
    closed = site.send("administrator", made.location, name="林草站", closed="1")
    assert closed.status_code == 303
    assert "Closed" in site.open("administrator", "/admin/offices")


def test_both_ledgers_are_public_and_a_duty_is_struck_off_on_the_page(site):
    path, page = f"/divisions/{VILLAGE}/duties", f"/v/{VILLAGE}/duties"
    body = {"title": "修路灯", "office_id": site.__dict__["水务站"], "due_on": "2026-03-04"}
    for where in (path, f"/villages/{VILLAGE}/duties"):
        assert site.call("treasurer", "POST", where, body).status_code == 403
    assert site.call("cadre", "POST", f"/villages/{VILLAGE}/duties", body).status_code == 201
    sent = site.send(
        "cadre", path, on=page, title="清水沟", office_id=body["office_id"], due_on="2026-03-05"
    )
    assert sent.status_code == 303, sent.text
    report(site, "cadre", source="desk")
    items = site.call(None, "GET", f"/divisions/{TOWNSHIP}/duties").json["items"]
    assert [each["source"] for each in items] == ["call", "hand", "hand"]
    nobody = site.app.test_client()
    assert nobody.get(path).location == page
    for each in (page, f"/divisions/{TOWNSHIP}/duties"):
        assert "修路灯" in nobody.get(each).text
        assert WORDS["place"] not in nobody.get(each).text
    done = f"{path}/{items[1]['id']}/done"
    for where in (done, done.replace("divisions", "villages")):
        assert site.call("digger", "POST", where, {"note": "好了"}).status_code == 403
    assert site.send("plumber", done, on=page, note="换了灯泡").status_code == 303
    assert "换了灯泡" in nobody.get(page).text
    listed = site.call(None, "GET", f"/divisions/{VILLAGE}/done-duties").json["items"]
    assert [each["note"] for each in listed] == ["换了灯泡"]
    call_id = items[0]["id"]
    for each in ("accept", "resolve", "answer"):
        step(site, "plumber", call_id, each, **({} if each == "accept" else {"note": "洗了滤网"}))
    for where in (f"/divisions/{TOWNSHIP}/done-duties", f"/villages/{VILLAGE}/done-duties"):
        answer = site.call(None, "GET", f"{where}?q=Answered").json
        assert [(each["id"], each["note"]) for each in answer["items"]] == [(call_id, "Answered")]
        assert answer["items"][0]["due_on"] is None
        assert site.call(None, "GET", f"{where}?from=2026-03-03&to=2026-03-04").json["items"] == []
        refused = site.call(None, "GET", f"{where}?from=2024-01-01&to=2026-03-04")
        assert refused.status_code == 422
    for each in (page, f"/v/{VILLAGE}/done-duties", f"/divisions/{TOWNSHIP}/duties"):
        shown = nobody.get(each).text
        assert "水务站" in shown
        assert "洗了滤网" not in shown
    again = site.call(
        "plumber", "POST", f"/villages/{VILLAGE}/duties/{items[1]['id']}/done", {"note": "x"}
    )
    assert again.status_code == 409


def test_numbers_are_public_as_page_list_and_sheet(site):
    report(site, "cadre", source="desk")
    path = f"/divisions/{TOWNSHIP}/call-numbers"
    items = site.call(None, "GET", f"{path}?from=2026-03-01&to=2026-03-02").json["items"]
    assert [(each["by"], each["reported"]) for each in items] == [
        ("category", 1),
        ("office", 1),
        ("division", 1),
    ]
    assert site.call(None, "GET", f"{path}?from=2026-03-03&to=2026-03-02").status_code == 422
    nobody = site.app.test_client()
    nobody.get("/language/en")
    assert "Fewer than five are only counted" in nobody.get(path).text
    assert nobody.get(f"{path}.xlsx").status_code == 200
    assert nobody.get(f"/api/v1{path}.xlsx").status_code == 200


def test_an_administrator_sets_the_time_for_each_step_on_a_page(site):
    page = "/admin/call-limits"
    typed = {"division": TOWNSHIP, "category": "water", "accept_minutes": "7"}
    typed |= {"on_site_minutes": "70", "resolve_minutes": "700"}
    sent = site.send("administrator", page, **typed)
    assert sent.status_code == 303
    shown = site.open("administrator", sent.location)
    assert ">700 minutes<" in shown
    assert ">1 day<" in shown
    refused = site.send("administrator", page, **typed | {"on_site_minutes": "1"})
    assert refused.status_code == 422


def test_a_cadre_s_photo_says_enough_and_nothing_at_all_does_not(site):
    alone = {"category": "water", "photo": photo()}
    assert site.call("cadre", "POST", CALLS, data=alone | {"source": "desk"}).status_code == 201
    nothing = {"category": "water", "source": "desk"}
    assert site.call("cadre", "POST", CALLS, data=nothing).status_code == 422
    nowhere = {"category": "water", "text": "水管破了"}
    assert site.call(None, "POST", CALLS, data=nowhere).status_code == 422


def test_an_office_s_page_has_its_duties_too(site):
    body = {"title": "修路灯", "office_id": site.__dict__["水务站"], "due_on": "2026-03-04"}
    site.call("cadre", "POST", f"/divisions/{VILLAGE}/duties", body)
    assert "修路灯" in site.open("plumber", "/office")
    assert "修路灯" not in site.open("digger", "/office")


def test_above_its_village_a_duty_names_its_place_once(site):
    office = {"division": VILLAGE, "name": "村委会", "categories": []}
    own = site.call("administrator", "POST", "/offices", office).json["id"]
    path, duties = f"/divisions/{TOWNSHIP}/duties", f"/villages/{VILLAGE}/duties"
    for whose in (own, site.__dict__["水务站"]):
        body = {"title": "修路灯", "office_id": whose, "due_on": "2026-03-04"}
        made = [site.call("cadre", "POST", duties, body).json["id"] for _number in range(2)]
        who = "cadre" if whose == own else "plumber"
        done = site.call(who, "POST", f"{duties}/{made[0]}/done", {"note": "好了"})
        assert done.status_code == 200, done.text
    page = site.app.test_client().get(path).text
    done = re.findall(r"[^>]* · 好了", page)
    assert sorted(done) == ["下坝村 · 村委会 · 好了", "下坝村 · 水务站 · 好了"]
    # Of those owed, the office's heading says where, or else the row.
    assert len(re.findall("下坝村 · [^村水]", page)) == 1


def test_a_menu_counts_the_calls_that_its_reader_may_look_at(site):
    for _number in range(3):
        report(site)
    for who, waiting in (("cadre", "3"), ("supervisor", None)):
        page = site.open(who, "/desk/calls")
        place = re.search(r'<a[^>]* href="/desk/calls".*?</a>', page, re.S)[0]
        counted = re.search(r'class="count">(\d+)', place)
        assert (counted and counted[1]) == waiting
