"""The pages of access, without JavaScript."""

import re

import pytest

from incentives.access.models import EndedSession
from incentives.access.tokens import forget_tokens
from incentives.clock import now
from incentives.extensions import db
from incentives.web.transaction import transaction
from tests.access.conftest import PASSWORD, World, csrf_of, sign_in_by_page
from tests.conftest import Clock
from tests.factories import COUNTY, VILLAGE


def test_a_wrong_password_marks_the_form(world: World) -> None:
    browser = world.client()
    browser.get("/language/en")
    answer = sign_in_by_page(browser, "zhaxi", "wrong")
    assert answer.status_code == 401
    assert "Name or password is wrong" in answer.text
    assert 'value="zhaxi"' in answer.text
    assert 'value="wrong"' not in answer.text
    assert browser.get("/me").status_code == 303


def test_the_page_that_wanted_the_sign_in_is_opened_after_it(world: World) -> None:
    browser = world.client()
    assert browser.get("/admin/users").location == "/login?next=%2Fadmin%2Fusers"
    answer = sign_in_by_page(browser, "office", target="/login?next=%2Fadmin%2Fusers")
    assert (answer.status_code, answer.location) == (303, "/admin/users")
    assert browser.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", "/login"],
)
def test_the_sign_in_leads_nowhere_else(world: World, target: str) -> None:
    answer = sign_in_by_page(world.client(), "office", target=f"/login?next={target}")
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert "evil" not in answer.location
    assert answer.location != "/login"


def test_a_form_without_csrf_is_refused(world: World) -> None:
    form = {"username": "zhaxi", "password": PASSWORD}
    assert world.client().post("/login", data=form).status_code == 403


def test_a_language_chosen_before_stays(world: World) -> None:
    browser = world.client()
    browser.get("/language/en")
    sign_in_by_page(browser, "zhaxi")
    assert '<html lang="en">' in browser.get("/me").text


def test_signing_out_ends_the_session(world: World) -> None:
    browser = world.client()
    sign_in_by_page(browser, "zhaxi")
    csrf = csrf_of(browser.get("/me"))
    assert browser.post("/logout", data={"csrf_token": csrf}).location == "/"
    assert browser.get("/me").location == "/login?next=%2Fme"


def test_a_cookie_serves_no_more_once_its_session_was_signed_out(
    world: World, clock: Clock
) -> None:
    """A late answer brings it back to the browser; another session of the user's goes on."""
    browser, other = world.client(), world.client()
    for each in (browser, other):
        each.get("/language/en")
        sign_in_by_page(each, "zhaxi")
    csrf = csrf_of(browser.get("/me"))
    for path in ("/me", "/desk"):
        browser.get(path)
        assert "Set-Cookie" not in browser.get(path).headers
    cookie = browser.get_cookie("session")
    for _each in range(2):
        browser.post("/logout", data={"csrf_token": csrf})
        browser.set_cookie("session", cookie.value)
    assert browser.get("/me").location == "/login?next=%2Fme"
    assert other.get("/me").status_code == 200
    with world.app.app_context():
        assert db.session.query(EndedSession).count() == 1
        clock.forward(hours=12, seconds=1)
        transaction(lambda: forget_tokens(now=now()))
        assert db.session.query(EndedSession).count() == 0
    assert browser.get("/me").location == "/login?next=%2Fme"


def test_an_administrator_adds_changes_and_ends_a_user(world: World) -> None:
    browser = world.client()
    browser.get("/language/en")
    sign_in_by_page(browser, "office")
    page = browser.get("/admin/users/new")
    assert f'value="{VILLAGE}"' in page.text
    assert f'value="{COUNTY}"' not in page.text
    form = {
        "csrf_token": csrf_of(page),
        "name": "多吉",
        "username": "dorje",
        "password": "three words together",
        "roles-1-role": "reviewer",
        "roles-1-division": VILLAGE,
    }
    assert browser.post("/admin/users/new", data=form).location == "/admin/users"
    page = browser.get("/admin/users")
    address = re.search(r'href="(/admin/users/[0-9a-f-]{36})">多吉', page.text)[1]
    page = browser.get(address)
    assert f'<option value="{VILLAGE}" selected>' in page.text
    form = {
        "csrf_token": csrf_of(page),
        "name": "多吉才让",
        "roles-0-role": "supervisor",
        "roles-0-division": VILLAGE,
    }
    assert browser.post(address, data=form).location == "/admin/users"
    assert "Supervision committee" in browser.get("/admin/users").text
    assert world.sign_in("dorje", "three words together").status_code == 201
    form = {"csrf_token": csrf_of(page)}
    assert browser.post(f"{address}/deactivation", data=form).location == "/admin/users"
    assert "sign in any more" in browser.get(address).text
    assert world.sign_in("dorje", "three words together").status_code == 401


def test_a_bad_user_is_marked_on_the_form(world: World) -> None:
    browser = world.client()
    browser.get("/language/en")
    sign_in_by_page(browser, "office")
    form = {
        "csrf_token": csrf_of(browser.get("/admin/users/new")),
        "name": "多吉",
        "username": "zhaxi",
        "password": "three words together",
        "roles-0-role": "reviewer",
        "roles-0-division": VILLAGE,
    }
    answer = browser.post("/admin/users/new", data=form)
    assert answer.status_code == 422
    assert "This name is taken" in answer.text
    assert 'value="多吉"' in answer.text
    assert "three words together" not in answer.text
    answer = browser.post("/admin/users/new", data=form | {"roles-0-role": "", "username": "d2"})
    assert answer.status_code == 422
    assert "field-bad" in answer.text


def test_users_are_no_page_of_a_cadre(world: World) -> None:
    browser = world.client()
    sign_in_by_page(browser, "zhaxi")
    assert browser.get("/admin/users").status_code == 403
    assert 'href="/admin/users"' not in browser.get("/me").text
    address = f"/admin/users/{world.ids['zhaxi']}"
    assert browser.get(address).status_code == 403


def test_a_user_elsewhere_is_not_there(world: World) -> None:
    browser = world.client()
    sign_in_by_page(browser, "office")
    assert browser.get(f"/admin/users/{world.ids['county']}").status_code == 404


def test_a_language_is_kept_and_shown_at_once(world: World) -> None:
    browser = world.client()
    sign_in_by_page(browser, "zhaxi")
    form = {"csrf_token": csrf_of(browser.get("/me")), "language": "en"}
    assert browser.post("/me/language", data=form).location == "/me"
    assert '<html lang="en">' in browser.get("/me").text
    assert world.call("GET", "/me", token=world.token("zhaxi")).json["language"] == "en"
