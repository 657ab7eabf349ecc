"""Patrols by HTTP: from the team to the closed log, resent without doubling; and their pages."""

import io
import re
from datetime import timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment
from incentives.awards.models import Award
from incentives.cards.operations import issue_card
from incentives.clock import VILLAGE_TIME, now
from incentives.database import new_id
from incentives.extensions import db
from incentives.files.operations import keep_file
from incentives.patrols.models import Patrol, PatrolScan
from incentives.patrols.queries import known_by
from incentives.register.models import Resident
from incentives.web.schemas import instant_text
from tests.calls.web import photo
from tests.factories import TOWNSHIP, VILLAGE, act, make_household
from tests.patrols.scenes import make_team_scene
from tests.site import PASSWORD, USERS, Site

V = f"/villages/{VILLAGE}"


@pytest.fixture
def team(bare_app):
    with bare_app.app_context():
        scene = make_team_scene()
        add_users()
        db.session.remove()
    return scene


@pytest.fixture
def site(team, bare_app):
    return Site(bare_app)


def rows_of(site, model):
    with site.app.app_context():
        count = db.session.query(model).count()
        db.session.remove()
    return count


def add_users():
    for username in ("cadre", "overseer"):
        role, division = USERS[username]
        act(
            lambda username=username, role=role, division=division: (
                operations.add_user(
                    username=username,
                    name=f"{username} 某",
                    password=PASSWORD,
                    roles=[Assignment(role, division)],
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )


def made(answer, status=201):
    assert answer.status_code == status, answer.text
    return answer.json


def begin(site, team, **more):
    return made(site.call("cadre", "POST", f"{V}/patrols", {"team_id": str(team.id), **more}))["id"]


def test_from_a_team_to_a_closed_log_by_http(site, team, clock):
    people = [str(each) for each in (team.leader_id, team.member_id)]
    body = {"name": "夜巡队", "leader_id": people[0], "member_ids": people[1:]}
    other = made(site.call("cadre", "POST", f"{V}/teams", body))
    assert {each["id"] for each in other["members"]} == set(people)
    place = made(site.call("cadre", "POST", f"{V}/waypoints", {"name": "桥头"}))
    assert place["url"].endswith(f"/p#{place['code']}")
    stops = [{"waypoint_id": place["id"]}]
    route = made(site.call("cadre", "POST", f"{V}/routes", {"name": "夜巡", "stops": stops}))
    shifts = {
        "team_id": other["id"],
        "route_id": route["id"],
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "starts": "19:30",
        "minutes": 90,
        "first": "2026-03-02",
        "last": "2026-03-03",
    }
    planned = made(site.call("cadre", "POST", f"{V}/shifts", shifts))["items"]
    assert [each["outcome"] for each in planned] == ["coming", "coming"]
    patrol = made(
        site.call(
            "cadre",
            "POST",
            f"{V}/patrols",
            {"team_id": other["id"], "shift_id": planned[0]["id"]},
        )
    )
    here = f"{V}/patrols/{patrol['id']}"
    scan = {
        "waypoint_code": place["url"],
        "resident_ids": people,
        "scanned_at": instant_text(clock.now),
    }
    key = new_id().hex
    for _time in range(2):
        scans = made(site.call("cadre", "POST", f"{here}/scans", scan, key=key))["items"]
        assert [each["for_another"] for each in scans] == [True, True]
    finding = {"category": "hazard", "text": "护坡松动", "place": "桥头", "id": str(new_id())}
    for _time in range(2):
        made(site.call("cadre", "POST", f"{here}/findings", finding))
    closing = {"log": {"weather": "晴", "text": "正常"}, "attended": people}
    whole = made(site.call("cadre", "POST", f"{here}/closing", closing), 200)
    assert (whole["status"], whole["scans"], whole["findings"]) == ("closed", 2, 1)
    assert all(each["award_id"] for each in whole["attendance"])
    assert rows_of(site, Award) == 3
    again = site.call("cadre", "POST", f"{here}/closing", closing)
    assert (again.status_code, again.json["type"].split("/")[-1]) == (409, "wrong_state")
    listed = made(site.call("cadre", "GET", f"{V}/shifts?from=2026-03-02"), 200)["items"]
    assert [each["outcome"] for each in listed] == ["walked", "coming"]


def test_a_walk_begun_offline_is_begun_once_and_the_other_phone_learns_which(site, team, clock):
    mine, at = str(new_id()), instant_text(clock.now - timedelta(hours=1))
    assert begin(site, team, id=mine, started_at=at) == mine
    assert begin(site, team, id=mine, started_at=at) == mine
    other = site.call("cadre", "POST", f"{V}/patrols", {"team_id": str(team.id)})
    assert (other.status_code, other.json["patrol_id"]) == (422, mine)
    assert rows_of(site, Patrol) == 1


def test_bad_input_is_named(site, team, clock):
    here = f"{V}/patrols/{begin(site, team)}"
    bad = {"waypoint_code": "X", "resident_ids": [str(team.leader_id)], "scanned_at": "now"}
    answer = site.call("cadre", "POST", f"{here}/scans", bad)
    assert answer.json["errors"][0]["pointer"] == "/scanned_at"
    answer = site.call(
        "cadre", "POST", f"{here}/scans", bad | {"scanned_at": instant_text(clock.now)}
    )
    assert answer.json["errors"][0]["pointer"] == "/waypoint_code"
    assert site.call("overseer", "POST", f"{here}/scans", bad).status_code == 403
    assert site.call("cadre", "GET", f"{V}/patrols/{new_id()}").status_code == 404
    assert rows_of(site, PatrolScan) == 0


def test_signs_and_log_are_printed(site, team):
    svg = site.call("cadre", "GET", f"{V}/waypoints/{team.waypoints[0]}.svg")
    assert svg.text.startswith("<svg")
    one = f"&waypoint_id={team.waypoints[1]}"
    for size, more, pages in (("a6", "", 1), ("a4", "", 3), ("a4", one, 1)):
        answer = site.call("cadre", "GET", f"{V}/waypoints/signs.pdf?size={size}{more}")
        assert len(PdfReader(io.BytesIO(answer.data)).pages) == pages
    nowhere = f"{V}/waypoints/signs.pdf?waypoint_id={new_id()}"
    assert site.call("cadre", "GET", nowhere).status_code == 404
    patrol = begin(site, team)
    with site.app.app_context():
        team.scan(UUID(patrol), 0, team.leader_id, team.elder_id, actor=team.leader)
        team.close(UUID(patrol))
        db.session.remove()
    log = words_of(site.call("overseer", "GET", f"{V}/patrols/{patrol}.pdf"))
    for word in ("巡防日志", "村口", "格绒", "代签", "没有签到", "一切正常"):
        assert word in log
    month = words_of(site.call("overseer", "GET", f"{V}/patrol-month.pdf"))
    assert "一个月的巡防" in month
    assert "洛绒卓玛" in month
    page = site.browser("cadre").get("/desk/patrols/month.pdf?month=2026-03")
    assert page.data.startswith(b"%PDF")
    assert site.call("overseer", "GET", f"{V}/waypoints").status_code == 403


def test_a_place_stands_on_one_line_of_the_log_however_much_is_said(site, team):
    with site.app.app_context():
        patrol = team.walk()
        everybody = (team.leader_id, team.member_id, team.elder_id)
        team.scan(patrol, 1, *everybody, at=now() - timedelta(hours=3))
        db.session.remove()
    answer = site.call("overseer", "GET", f"{V}/patrols/{patrol}.pdf")
    lines = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().splitlines()
    assert sum(each.startswith(("村口", "小学")) for each in lines) == 2


def words_of(answer):
    """The words of a PDF in one line, as its lines may break anywhere."""
    assert answer.status_code == 200, answer.text
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return "".join("".join(each.extract_text().split()) for each in pages)


def test_who_walked_is_taken_along_by_month(site, team):
    patrol = UUID(begin(site, team))
    with site.app.app_context():
        team.close(patrol, actor=team.cadre)
        db.session.remove()
    answer = site.call("cadre", "GET", f"{V}/patrol-month.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert "扎西彭措" in {row[1] for row in rows if len(row) > 1}
    assert len(made(site.call("overseer", "GET", f"{V}/patrol-month"), 200)["items"]) == 3


def sheet_of(answer):
    """The rows of a workbook, its heading first."""
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return book.get_sheet_by_index(0).to_python()


def test_every_list_is_taken_along_with_what_stands_in_it(site, team):
    patrol = begin(site, team, route_id=str(team.route_id))
    with site.app.app_context():
        team.scan(UUID(patrol), 0, team.leader_id, actor=team.leader)
        team.close(UUID(patrol), team.leader_id)
        team.shift(days=1)
        db.session.remove()
    members = "格绒, 洛绒卓玛, 扎西彭措"
    wanted = {
        "teams": ["巡防一队", members],
        "routes": ["环村", "村口, 小学, 水坝", "PA01", "PA04"],
        "shifts": ["巡防一队", "环村", members, "to come"],
        "patrols": ["巡防一队", "环村", "扎西彭措", "closed", 1.0, 1.0, 0.0, "晴", "一切正常"],
        "patrol-month": ["巡防一队", "扎西彭措", 1.0, 1.0],
    }
    for name, cells in wanted.items():
        row = sheet_of(site.call("cadre", "GET", f"{V}/{name}.xlsx"))[-1]
        assert [each for each in row if each in cells] == cells, row
    places = sheet_of(site.call("cadre", "GET", f"{V}/waypoints.xlsx"))
    assert {"村口", "小学", "水坝"} <= {each[0] for each in places}
    below = sheet_of(site.call("overseer", "GET", f"/divisions/{TOWNSHIP}/shifts.xlsx"))
    assert members in below[-1]
    for path, cell in (
        ("/desk/patrols.xlsx", "一切正常"),
        ("/desk/patrols/shifts.xlsx", members),
        ("/desk/patrols/month.xlsx", "扎西彭措"),
    ):
        assert cell in sheet_of(site.browser("cadre").get(path))[-1], path


def test_what_a_member_walks_is_read_by_card_and_by_a_cadre(site, team):
    with site.app.app_context():
        shift = team.shift(days=1)
        team.start(actor=team.cadre)
        db.session.remove()
    own = made(site.call("cadre", "GET", f"{V}/patrols/own"), 200)
    (found,) = own["shifts"]
    assert found["id"] == str(shift)
    assert [each["waypoint"] for each in found["stops"]] == ["村口", "小学", "水坝"]
    assert {each["name"] for each in found["people"]} == {"扎西彭措", "洛绒卓玛", "格绒"}
    assert [each["name"] for each in own["teams"]] == ["巡防一队"]
    assert len(own["walking"]) == 1
    body = {"resident_id": str(team.elder_id), "stand_in_id": str(team.neighbour_id)}
    swap = made(site.call("cadre", "POST", f"{V}/shifts/{shift}/swaps", body))["id"]
    own = made(site.call("cadre", "GET", f"{V}/patrols/own"), 200)
    assert [each["swap"]["id"] for each in own["asked"]] == [swap]
    assert own["shifts"][0]["swaps"][0]["accepted"] is None
    answer = site.call("cadre", "POST", f"{V}/swaps/{swap}/answer", {"accept": True})
    assert answer.json["type"].endswith("not_permitted")
    made(site.call("cadre", "POST", f"{V}/swaps/{swap}/answer", {"accept": False}), 200)


def test_a_team_without_a_phone_is_signed_in_from_its_paper(site, team, clock):
    patrol = begin(site, team)
    assert "0 people" not in site.open("cadre", "/desk/patrols")
    clock.forward(hours=2)
    here = f"/desk/patrols/{patrol}"
    typed = {
        "waypoint_id": str(team.waypoints[0]),
        "at": (clock.now - timedelta(hours=1)).astimezone(VILLAGE_TIME).strftime("%H:%M"),
        "resident_ids": [str(team.member_id), str(team.elder_id)],
    }
    assert site.send("cadre", f"{here}/scans", on=here, **typed | {"at": "7"}).status_code == 422
    before = (clock.now - timedelta(hours=3)).astimezone(VILLAGE_TIME).strftime("%H:%M")
    refused = site.send("cadre", f"{here}/scans", on=here, **typed | {"at": before})
    assert refused.status_code == 422
    assert "still to come" in refused.text
    assert site.send("cadre", f"{here}/scans", on=here, **typed).status_code == 303
    with site.app.app_context():
        scans = db.session.query(PatrolScan).all()
        assert [(each.for_another, each.offline) for each in scans] == [(True, True)] * 2
        assert clock.now - scans[0].scanned_at < timedelta(hours=1, minutes=1)
        db.session.remove()
    page = site.open("cadre", here)
    assert "entered at the desk by cadre" in page
    assert page.count("not signed in at any place") == 1


def test_what_was_sent_later_and_who_was_added_stand_on_page_and_log(site, team, clock):
    patrol, people = begin(site, team), [str(team.leader_id), str(team.elder_id)]
    here, ended = f"{V}/patrols/{patrol}", clock.now + timedelta(minutes=30)
    scan = {
        "waypoint_code": team.codes[0],
        "resident_ids": people[:1],
        "scanned_at": instant_text(clock.now),
        "queued": True,
    }
    scans = made(site.call("cadre", "POST", f"{here}/scans", scan))["items"]
    assert scans[0]["offline"] is True
    clock.forward(hours=1)
    log = {"weather": "晴", "text": "正常"}
    closing = {"log": log, "attended": [], "ended_at": instant_text(ended), "queued": True}
    for _key in range(2):
        whole = made(site.call("cadre", "POST", f"{here}/closing", closing), 200)
    assert (whole["ended_at"], whole["end_offline"]) == (instant_text(ended), True)
    assert rows_of(site, Award) == 2
    added = {"resident_id": people[1], "reason": ""}
    refused = site.call("cadre", "POST", f"{here}/attendance", added)
    assert refused.json["errors"][0]["pointer"] == "/reason"
    assert site.call("overseer", "POST", f"{here}/attendance", added).status_code == 403
    page = f"/desk/patrols/{patrol}"
    sent = site.send("cadre", f"{page}/attendance", on=page, resident_id=people[1], reason="")
    assert sent.status_code == 422
    sent = site.send(
        "cadre", f"{page}/attendance", on=page, resident_id=people[1], reason="手机没电"
    )
    assert sent.status_code == 303, sent.text
    added["reason"] = "手机没电"
    again = site.call("cadre", "POST", f"{here}/attendance", added)
    assert again.json["type"].endswith("wrong_state")
    assert rows_of(site, Award) == 3
    whole = made(site.call("cadre", "GET", here), 200)
    assert {each["added_by"] for each in whole["attendance"]} == {None, "cadre 某"}
    text = site.open("cadre", page)
    assert "added by cadre 某: 手机没电" in text
    assert "sent later, received" in text
    words = words_of(site.call("overseer", "GET", f"{here}.pdf"))
    for word in ("补记：手机没电", "后来才送到"):
        assert word in words
    row = sheet_of(site.call("cadre", "GET", f"{V}/patrols.xlsx"))[-1]
    assert row[-1] == "Yes"


def test_the_township_sees_who_walks_when(site, team):
    with site.app.app_context():
        shift = team.shift(days=1)
        db.session.remove()
    found = made(site.call("overseer", "GET", f"/divisions/{TOWNSHIP}/shifts"), 200)["items"]
    assert [each["id"] for each in found] == [str(shift)]
    page = site.open("overseer", "/overview/patrols")
    assert "巡防一队" in page
    assert page.count("下坝村") >= 1
    assert site.call("cadre", "GET", f"/divisions/{TOWNSHIP}/shifts").status_code in (403, 404)


def test_the_page_knows_signs_by_their_hash_and_never_their_codes(site, team):
    page = site.open("cadre", "/patrol")
    assert known_by(team.codes[0]) in page
    assert team.codes[0] not in page
    answer = site.browser("cadre").get("/p")
    assert (answer.status_code, answer.location) == (302, "/patrol")


def test_the_desk_offers_what_the_api_does(site, team):
    patrol = begin(site, team)
    assert "巡防一队" in site.open("cadre", "/desk/patrols")
    here = f"/desk/patrols/{patrol}"
    sent = site.send("cadre", f"{here}/closing", on=here, weather="晴", text="正常")
    assert sent.status_code == 422
    sent = site.send(
        "cadre",
        f"{here}/closing",
        on=here,
        weather="晴",
        text="正常",
        attended=[str(team.leader_id), str(team.elder_id)],
    )
    assert sent.status_code == 303
    assert "points are proposed" in site.open("cadre", here)
    other = begin(site, team)
    sent = site.send(
        "cadre", f"/desk/patrols/{other}/cancellation", on=f"/desk/patrols/{other}", reason="下雨"
    )
    assert sent.status_code == 303
    assert "格绒" in site.open("overseer", "/desk/patrols/month")


def test_a_finding_on_the_desk_leads_to_its_call(site, team):
    patrol = begin(site, team)
    finding = {"category": "hazard", "text": "护坡松动", "place": "桥头", "id": str(new_id())}
    call = made(site.call("cadre", "POST", f"{V}/patrols/{patrol}/findings", finding))["call_id"]
    address = f"/v/{VILLAGE}/calls/{call}"
    assert f'href="{address}"' in site.open("cadre", f"/desk/patrols/{patrol}")
    assert "护坡松动" in site.open("cadre", address)


def test_a_finding_carries_only_a_picture_of_whoever_found_it(site, team):
    finding = {"category": "hazard", "text": "护坡松动", "place": "桥头"}
    here = f"{V}/patrols/{begin(site, team)}/findings"

    def bring(content):
        data = {"file": (content, "photo")}
        return made(site.call("cadre", "POST", f"{V}/files", data=data))["id"]

    with site.app.app_context():
        theirs = act(
            lambda: (
                keep_file(
                    village=VILLAGE, content=photo()[0].read(), actor=team.member, now=now()
                ).id
            )
        )
        db.session.remove()
    mine = bring(photo()[0])
    paper = bring(io.BytesIO(site.call("cadre", "GET", f"{V}/waypoints/signs.pdf").data))
    for wrong in (theirs, paper, str(new_id())):
        refused = site.call("cadre", "POST", here, finding | {"photo_id": str(wrong)})
        assert refused.status_code == 422, refused.text
        assert [each["pointer"] for each in refused.json["errors"]] == ["/photo_id"]
    assert site.call("cadre", "GET", f"{V}/files/{theirs}").status_code == 404
    same = {"id": str(new_id()), "photo_id": mine}
    for _time in range(2):
        assert made(site.call("cadre", "POST", here, finding | same))["photo_id"] == mine
    # What shows one thing is erased with it, and shows nothing else.
    again = site.call("cadre", "POST", here, finding | {"photo_id": mine})
    assert [each["pointer"] for each in again.json["errors"]] == ["/photo_id"]


def test_places_routes_and_shifts_are_kept_on_the_desk(site, team):
    assert site.send("cadre", "/desk/patrols/places", name="桥头").status_code == 303
    page = site.open("cadre", "/desk/patrols/places")
    assert "桥头" in page
    first = f"/desk/patrols/places/{team.waypoints[0]}"
    assert site.send("cadre", first, name="大村口").status_code == 303
    replaced = site.send("cadre", f"{first}/replacement", on="/desk/patrols/places")
    assert replaced.status_code == 303
    sent = site.send(
        "cadre",
        "/desk/patrols/routes/new",
        name="小环",
        member_rule="PA01",
        leader_rule="PA04",
        stops__0__waypoint_id=str(team.waypoints[1]),
        stops__0__least_minutes="0",
    )
    assert sent.status_code == 303, sent.text
    route = f"/desk/patrols/routes/{team.route_id}"
    assert site.send("cadre", f"{route}/retirement", on=route).status_code == 303
    assert "小环" in site.open("cadre", "/desk/patrols/shifts")


def test_shifts_are_planned_swapped_and_cancelled_on_pages(site, team):
    sent = site.send(
        "cadre",
        "/desk/patrols/shifts",
        team_id=str(team.id),
        route_id=str(team.route_id),
        weekdays=["2", "5"],
        starts="19:30",
        minutes="90",
        first="2026-03-02",
        last="2026-03-08",
    )
    assert sent.status_code == 303, sent.text
    found = made(site.call("cadre", "GET", f"{V}/shifts"), 200)["items"]
    assert [each["on_day"] for each in found] == ["2026-03-03", "2026-03-06"]
    # Nobody outside a team can be asked yet.
    body = {"name": "二队", "leader_id": str(team.neighbour_id)}
    made(site.call("cadre", "POST", f"{V}/teams", body))
    sent = site.send(
        "cadre",
        f"/patrol/shifts/{found[0]['id']}/swaps",
        on="/patrol/shifts",
        resident_id=str(team.elder_id),
        stand_in_id=str(team.neighbour_id),
    )
    assert sent.status_code == 303, sent.text
    assert "四郎" in site.open("cadre", "/patrol/shifts")
    sent = site.send(
        "cadre",
        f"/desk/patrols/shifts/{found[1]['id']}/cancellation",
        on="/desk/patrols/shifts",
        reason="过节",
    )
    assert sent.status_code == 303
    assert "过节" in site.open("cadre", "/desk/patrols/shifts")


def test_teams_are_kept_on_the_desk(site, team):
    sent = site.send(
        "cadre",
        "/desk/patrols/teams",
        name="二队",
        leader_id=str(team.neighbour_id),
        member_ids=[str(team.elder_id)],
    )
    assert sent.status_code == 303, sent.text
    here = f"/desk/patrols/teams/{team.id}"
    sent = site.send(
        "cadre",
        here,
        name="一队",
        leader_id=str(team.leader_id),
        member_ids=[str(team.elder_id)],
    )
    assert sent.status_code == 303, sent.text
    assert site.send("cadre", f"{here}/disbanding", on=here).status_code == 303
    assert "一队" not in site.open("cadre", "/desk/patrols/teams")


def test_a_teams_form_has_everybody_and_keeps_who_was_ticked_when_it_is_refused(site, team):
    with site.app.app_context():
        for start in (0, 20):
            make_household(VILLAGE, *(f"村民{start + each}" for each in range(20)), door="99")
        last = db.session.query(Resident).filter_by(name="村民39").one().id
        db.session.remove()
    page = site.open("cadre", "/desk/patrols/teams")
    assert page.count('name="member_ids"') == 44
    sent = site.send(
        "cadre",
        "/desk/patrols/teams",
        name="巡防一队",
        leader_id=str(team.elder_id),
        member_ids=[str(team.elder_id), str(last)],
    )
    assert sent.status_code == 422
    ticked = re.findall(r'name="member_ids" value="([^"]+)" checked', sent.text)
    assert set(ticked) == {str(team.elder_id), str(last)}
    assert f'<option value="{team.elder_id}" selected>' in sent.text
    # One who is taken out of a team stays out when something else is refused.
    here = f"/desk/patrols/teams/{team.id}"
    sent = site.send("cadre", here, name="x" * 41, leader_id=str(team.leader_id), member_ids=[])
    assert sent.status_code == 422
    assert "checked" not in sent.text


def test_a_member_walks_by_card_and_pin(site, team, clock):
    with site.app.app_context():
        home = db.session.get_one(Resident, team.leader_id).household_id
        card = act(
            lambda: issue_card(
                village=VILLAGE, household_id=home, pin="246813", actor=team.cadre, now=now()
            )
        ).number
        db.session.remove()
    client = site.app.test_client()
    token = client.post("/api/v1/tokens", json={"card": card, "pin": "246813"}).json["token"]
    site.tokens["card"] = token
    patrol = made(site.call("card", "POST", f"{V}/patrols", {"team_id": str(team.id)}))["id"]
    scan = {"waypoint_code": team.codes[0], "scanned_at": instant_text(clock.now)}
    everyone = [str(each) for each in (team.leader_id, team.member_id, team.elder_id)]
    here = f"{V}/patrols/{patrol}"
    scans = made(site.call("card", "POST", f"{here}/scans", scan | {"resident_ids": everyone}))
    assert [each["for_another"] for each in scans["items"]] == [False, False, True]
    assert site.call("card", "GET", here).status_code == 403
    closing = {"log": {"weather": "晴", "text": "正常"}, "attended": everyone}
    assert made(site.call("card", "POST", f"{here}/closing", closing), 200)["status"] == "closed"


def test_a_paper_log_that_is_refused_stays_open_with_who_was_ticked(site, team):
    with site.app.app_context():
        patrol = team.start()
        db.session.remove()
    page = f"/desk/patrols/{patrol}"
    typed = {"waypoint_id": str(team.waypoints[0]), "at": "23:59"}
    typed["resident_ids"] = str(team.elder_id)
    refused = site.send("cadre", f"{page}/scans", on=page, **typed)
    assert refused.status_code == 422
    assert re.search(r" open>\s*<summary>Sign in from the paper log", refused.text)
    assert f'name="resident_ids" value="{team.elder_id}" checked' in refused.text
    refused = site.send("cadre", f"{page}/closing", on=page, attended=str(team.elder_id))
    assert refused.status_code == 422
    assert f'name="attended" value="{team.elder_id}" checked' in refused.text


def test_the_township_reads_villages_by_name_and_what_is_cancelled_where_it_would_be(site, team):
    with site.app.app_context():
        shift = team.shift(days=3)
        db.session.remove()
    body = {"reason": "下大雪"}
    answer = site.call("cadre", "POST", f"{V}/shifts/{shift}/cancellation", body)
    assert answer.status_code == 200, answer.text
    coming, _heading, past = site.open("overseer", "/overview/patrols").partition(
        "The last 14 days"
    )
    assert "下大雪" in coming
    assert "下大雪" not in past
    listed = site.open("overseer", f"/divisions/{TOWNSHIP}/shifts")
    assert "下坝村" in listed
    assert f">{VILLAGE}<" not in listed


def test_teams_are_shown_with_their_leaders(site, team):
    assert "Leader 扎西彭措 · " in site.open("cadre", "/desk/patrols/teams")
    assert ">Leader</th>" in site.open("cadre", "/desk/patrols/teams/all")


def test_the_calendar_has_each_day_of_a_week_and_says_how_many_were_cancelled(site, team):
    sent = site.send(
        "cadre",
        "/desk/patrols/shifts",
        team_id=str(team.id),
        route_id=str(team.route_id),
        weekdays=["2", "5"],
        starts="19:30",
        minutes="90",
        first="2026-03-02",
        last="2026-03-15",
    )
    assert sent.status_code == 303, sent.text
    page = site.open("cadre", "/desk/patrols/shifts")
    assert (page.count('class="week-day'), page.count("week-free")) == (14, 10)
    assert page.count("week-today") == 1
    found = made(site.call("cadre", "GET", f"{V}/shifts"), 200)["items"]
    for number, more, said in (
        (0, {}, "The shift was cancelled"),
        (1, {"following": "1"}, "3 shifts were cancelled"),
    ):
        path = f"/desk/patrols/shifts/{found[number]['id']}/cancellation"
        sent = site.send("cadre", path, on="/desk/patrols/shifts", reason="过节", **more)
        assert sent.status_code == 303
        assert said in site.open("cadre", "/desk/patrols/shifts")


def test_a_shift_that_can_t_be_cancelled_keeps_its_reason_and_says_so_once(site, team):
    with site.app.app_context():
        shift = team.shift(days=1)
        team.shift(days=2)
        db.session.remove()
    path = f"/desk/patrols/shifts/{shift}/cancellation"
    refused = site.send("cadre", path, on="/desk/patrols/shifts", reason="雪" * 201)
    assert refused.status_code == 422
    assert refused.text.count("Please look at the marked fields") == 1
    assert refused.text.count("雪" * 201) == 1


def test_of_a_scan_of_several_one_is_refused_and_the_others_are_signed_in(site, team, clock):
    patrol = begin(site, team)
    scan = {
        "waypoint_code": team.codes[0],
        "resident_ids": [str(team.elder_id), str(team.neighbour_id)],
        "scanned_at": instant_text(clock.now),
    }
    answer = made(site.call("cadre", "POST", f"{V}/patrols/{patrol}/scans", scan))
    assert [each["resident_id"] for each in answer["items"]] == [str(team.elder_id)]
    (refused,) = answer["refused"]
    assert refused["resident_id"] == str(team.neighbour_id)
    assert "doesn't walk with this team" in refused["detail"]
    scan |= {"resident_ids": [str(team.neighbour_id)]}
    answer = site.call("cadre", "POST", f"{V}/patrols/{patrol}/scans", scan)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/resident_ids")
    log = {"weather": "晴", "text": "正常"}
    closing = {"log": log, "attended": [str(team.member_id), str(team.neighbour_id)]}
    whole = made(site.call("cadre", "POST", f"{V}/patrols/{patrol}/closing", closing), 200)
    came = {each["resident_id"] for each in whole["attendance"]}
    assert came == {str(team.elder_id), str(team.member_id)}


def test_at_the_desk_ones_own_household_is_entered_by_another(site, team, clock):
    """By page and API, for a cadre of the team who wasn't signed in on the walk."""
    with site.app.app_context():
        act(
            lambda: (
                operations.add_user(
                    username="member",
                    name="洛绒卓玛",
                    password=PASSWORD,
                    roles=[Assignment(*USERS["cadre"])],
                    resident_id=team.member_id,
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )
        patrol = team.walk(team.elder_id)
        db.session.remove()
    at = clock.now
    clock.forward(minutes=30)
    closing = {"log": {"weather": "晴", "text": "正常"}, "attended": [str(team.elder_id)]}
    made(site.call("cadre", "POST", f"{V}/patrols/{patrol}/closing", closing), 200)
    page, awards = f"/desk/patrols/{patrol}", rows_of(site, Award)
    own = [str(team.member_id), str(team.leader_id)]
    typed = {
        "waypoint_id": str(team.waypoints[1]),
        "at": (at + timedelta(minutes=1)).astimezone(VILLAGE_TIME).strftime("%H:%M"),
        "resident_ids": own,
    }
    refused = site.send("member", f"{page}/scans", on=page, **typed)
    assert refused.status_code == 403
    assert "somebody else must sign in you and yours" in refused.text
    scan = {
        "waypoint_code": team.codes[1],
        "resident_ids": own[:1],
        "scanned_at": instant_text(at),
        "at_desk": True,
    }
    answer = site.call("member", "POST", f"{V}/patrols/{patrol}/scans", scan)
    assert answer.json["type"].endswith("own_household")
    assert rows_of(site, Award) == awards
    (item,) = made(site.call("cadre", "POST", f"{V}/patrols/{patrol}/scans", scan))["items"]
    assert (item["at_desk"], item["signed_by"]) == (True, "cadre 某")
    assert rows_of(site, Award) == awards + 1
    words = words_of(site.call("overseer", "GET", f"{V}/patrols/{patrol}.pdf"))
    assert "cadre某在村委会补签" in words
