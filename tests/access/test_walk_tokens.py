"""The token of a walker's phone: for what is kept there to be sent, and nothing else."""

import pytest

from incentives.database import new_id
from tests.patrols.web import V, make_served_team
from tests.site import CSRF, PASSWORD, Site


@pytest.fixture
def team(bare_app):
    return make_served_team(bare_app)


@pytest.fixture
def site(team, bare_app):
    return Site(bare_app)


def give_token(site, address="/session/token?for=walk"):
    browser = site.browser("cadre")
    csrf = CSRF.search(browser.get("/me").text)[1]
    answer = browser.post(address, headers={"X-CSRFToken": csrf})
    assert answer.status_code == 201, answer.text
    return answer.json["token"]


def ask(site, token, method, path, body=None):
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_id().hex}
    client = site.app.test_client()
    return client.open(f"/api/v1{path}", method=method, headers=headers, json=body)


def test_it_begins_a_walk_and_opens_nothing_else(site, team, clock):
    token = give_token(site)
    clock.forward(days=6)
    begun = ask(site, token, "POST", f"{V}/patrols", {"team_id": str(team.id)})
    assert begun.status_code == 201, begun.text
    here = f"{V}/patrols/{begun.json['id']}"
    cancelled = ask(site, token, "POST", f"{here}/cancellation", {"reason": "下雨"})
    assert cancelled.status_code == 200
    for method, path, body in (
        ("GET", "/me", None),
        ("GET", f"{V}/patrols", None),
        ("GET", f"{V}/patrols/own", None),
        ("GET", here, None),
        ("GET", f"{V}/households", None),
        ("POST", f"{here}/attendance", {"resident_id": str(team.member_id), "reason": "x"}),
        ("POST", f"{V}/teams", {"name": "二队", "leader_id": str(team.leader_id)}),
        ("POST", f"{V}/awards", {}),
        ("PUT", "/me/password", {"old": PASSWORD, "new": "anderes-passwort"}),
    ):
        refused = ask(site, token, method, path, body)
        assert refused.status_code == 401, (path, refused.text)


def test_it_ends_after_a_week_by_signing_out_and_with_the_user(site, team, clock):
    body = {"team_id": str(team.id)}
    token = give_token(site)
    clock.forward(days=7)
    assert ask(site, token, "POST", f"{V}/patrols", body).status_code == 401
    site.browsers.clear()
    token = give_token(site)
    browser = site.browser("cadre")
    browser.post("/logout", data={"csrf_token": CSRF.search(browser.get("/me").text)[1]})
    assert ask(site, token, "POST", f"{V}/patrols", body).status_code == 401


def test_a_pages_own_token_still_lasts_a_quarter_of_an_hour(site, team, clock):
    token = give_token(site, "/session/token")
    assert ask(site, token, "GET", f"{V}/patrols/own").status_code == 200
    clock.forward(minutes=15)
    assert ask(site, token, "GET", f"{V}/patrols/own").status_code == 401


def test_nobody_gets_one_without_a_session(site):
    answer = site.app.test_client().post("/session/token?for=walk")
    assert answer.status_code in (400, 401, 403)
