"""Patrols by HTTP: from the team to the closed log, resent without doubling."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from incentives.awards.models import Award
from incentives.cards.operations import issue_card
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.files.operations import keep_file
from incentives.patrols.models import Patrol, PatrolScan
from incentives.register.models import Resident
from incentives.web.schemas import instant_text
from tests.calls.web import photo
from tests.factories import TOWNSHIP, VILLAGE, act
from tests.patrols.web import V, begin, made, make_served_team, rows_of, sheet_of, words_of
from tests.site import Site


@pytest.fixture
def team(bare_app):
    return make_served_team(bare_app)


@pytest.fixture
def site(team, bare_app):
    return Site(bare_app)


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


def test_who_walked_is_taken_along_by_month(site, team):
    patrol = UUID(begin(site, team))
    with site.app.app_context():
        team.close(patrol, actor=team.cadre)
        db.session.remove()
    answer = site.call("cadre", "GET", f"{V}/patrol-month.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert "扎西彭措" in {row[1] for row in rows if len(row) > 1}
    assert len(made(site.call("overseer", "GET", f"{V}/patrol-month"), 200)["items"]) == 3


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
