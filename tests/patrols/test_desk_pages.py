"""The pages of patrols: teams, routes and shifts at the desk, the log of a walk."""

import re
from datetime import timedelta

import pytest

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment
from incentives.awards.models import Award
from incentives.clock import VILLAGE_TIME, now
from incentives.database import new_id
from incentives.extensions import db
from incentives.patrols.models import PatrolScan
from incentives.patrols.queries import known_by
from incentives.register.models import Resident
from incentives.web.schemas import instant_text
from tests.factories import TOWNSHIP, VILLAGE, act, make_household
from tests.patrols.web import V, begin, made, make_served_team, rows_of, sheet_of, words_of
from tests.site import PASSWORD, USERS, Site, add_account


@pytest.fixture
def team(bare_app):
    return make_served_team(bare_app)


@pytest.fixture
def site(team, bare_app):
    return Site(bare_app)


def plan(site, team, weekdays, *, first, last):
    """A season of shifts in the evening, by the form."""
    sent = site.send(
        "cadre",
        "/desk/patrols/shifts",
        team_id=str(team.id),
        route_id=str(team.route_id),
        weekdays=weekdays,
        starts="19:30",
        minutes="90",
        first=first,
        last=last,
    )
    assert sent.status_code == 303, sent.text


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
    plan(site, team, ["2", "5"], first="2026-03-02", last="2026-03-08")
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
    (asked,) = site.call("cadre", "GET", f"{V}/patrols/own").json["shifts"][0]["swaps"]
    answer = f"{V}/swaps/{asked['id']}/answer"
    with site.app.app_context():
        add_account("second", USERS["cadre"])
    made(site.call("second", "POST", answer, {"accept": False}), 200)
    assert "四郎 · can't" in site.open("cadre", "/patrol/shifts")
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
    ended = site.open("cadre", here)
    assert "Disbanded on" in ended
    assert "End this team" not in ended
    assert 'name="member_ids"' not in ended


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
    plan(site, team, ["2", "5"], first="2026-03-02", last="2026-03-15")
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


def test_a_calendars_page_ends_with_a_whole_week(site, team):
    """A page of sixty shifts would end on a Wednesday, and show the days after it as free."""
    plan(site, team, ["1", "2", "3", "4", "5", "6", "7"], first="2026-03-02", last="2026-05-03")
    page = site.open("cadre", "/desk/patrols/shifts")
    assert (page.count('class="week-day'), page.count("week-free")) == (56, 0)
    following = re.search(r'href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    page = site.open("cadre", following)
    assert (page.count('class="week-day'), page.count("week-free")) == (7, 0)
    assert 'rel="next"' not in page


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
