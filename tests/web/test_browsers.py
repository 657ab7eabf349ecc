"""What a browser is told and held to: headers, the form's token, and the cookie's reach."""

import re

import pytest

from tests.factories import VILLAGE
from tests.shop.scenes import problem
from tests.site import csrf_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
POLICY = "Content-Security-Policy"


PATHS = [
    "/",
    "/login",
    "/c",
    "/api/docs",
    "/nothing",
    "/desk",
    "/healthz",
    f"/v/{VILLAGE}",
    "/api/v1/openapi.json",
    "/api/v1/nothing",
    "/static/css/tokens.css",
    "/static/nothing.css",
]


def test_every_answer_says_what_a_browser_may_do_with_it(site):
    for path in PATHS:
        with site.app.test_client().get(path) as answer:
            check(path, answer)


def check(path, answer) -> None:
    rules = dict(rule.split(" ", 1) for rule in answer.headers[POLICY].split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert "unsafe" not in answer.headers[POLICY]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    if answer.status_code == 200 and path.startswith("/static"):
        assert answer.headers.get("Cache-Control") != "no-store"
    else:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Accept-Language" in answer.headers["Vary"]
    if answer.mimetype == "text/html":
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=\"", answer.text)


def test_strict_transport_is_asked_for_over_tls_only(site):
    client = site.app.test_client()
    assert "Strict-Transport-Security" not in client.get("/").headers
    secure = client.get("/", base_url="https://127.0.0.1")
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


def test_a_form_without_its_token_does_nothing(site):
    browser = site.browser("cadre")
    token = csrf_of(browser, "/desk/households/new")
    form = {"door": "12", "head-name": "扎西彭措"}
    for bad in ({}, {"csrf_token": ""}, {"csrf_token": token[:-2] + "xx"}):
        answer = browser.post("/desk/households/new", data=form | bad)
        assert answer.status_code == 403, bad
        assert answer.mimetype == "text/html"
    assert site.call("cadre", "GET", f"/villages/{VILLAGE}/households").json["items"] == []
    other = site.app.test_client()
    stolen = csrf_of(other, "/login")
    assert (
        browser.post("/desk/households/new", data=form | {"csrf_token": stolen}).status_code == 403
    )
    assert browser.get("/desk").status_code == 200
    answer = browser.post("/desk/households/new", data=form | {"csrf_token": token})
    assert answer.status_code == 303, answer.text
    answer = browser.post("/session/token")
    assert (answer.status_code, problem(answer)) == (403, "csrf")


def test_the_same_form_sent_twice_works_once(site):
    browser = site.browser("cadre")
    page = browser.get("/desk/households/new").text
    hidden = dict(re.findall(r'name="(csrf_token|idempotency_key)" value="([^"]+)"', page))
    form = {"door": "12", "head-name": "扎西彭措", **hidden}
    first = browser.post("/desk/households/new", data=form)
    again = browser.post("/desk/households/new", data=form)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    assert len(site.call("cadre", "GET", f"/villages/{VILLAGE}/households").json["items"]) == 1


def test_the_api_never_takes_the_cookie_nor_pages_the_token(site):
    browser = site.browser("cadre")
    assert browser.get("/desk").status_code == 200
    assert problem(browser.get("/api/v1/me")) == "not_signed_in"
    answer = browser.post(
        f"/api/v1/villages/{VILLAGE}/households",
        json={"door": "12", "head": {"name": "扎西"}},
        headers={"Idempotency-Key": "0123456789abcdef0123456789abcdef"},
    )
    assert (answer.status_code, problem(answer)) == (401, "not_signed_in")
    bearer = {"Authorization": f"Bearer {site.token('cadre')}"}
    client = site.app.test_client()
    answer = client.get("/api/v1/me", headers=bearer)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert client.get("/desk", headers=bearer).status_code in (302, 303)
    for wrong in ("Bearer nonsense", "Bearer ", "Basic eDp5", site.token("cadre")):
        answer = client.get("/api/v1/me", headers={"Authorization": wrong})
        assert (answer.status_code, problem(answer)) == (401, "not_signed_in"), wrong


def test_the_session_s_cookie_is_out_of_reach_of_scripts_and_other_sites(site):
    browser = site.app.test_client()
    form = {"username": "cadre", "password": "jishan-demo"}
    answer = browser.post("/login", data=form | {"csrf_token": csrf_of(browser, "/login")})
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if "session" in each)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie or "SameSite=Strict" in cookie
