"""Signing in: by password and by card, from where, how often wrong, and how it ends."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from incentives.access import hooks, operations, tokens
from incentives.access.actor import SYSTEM
from incentives.access.hooks import CardHolder
from incentives.access.models import AuditRow, SignInFailure, Token
from incentives.clock import now
from incentives.errors import WrongPin
from incentives.extensions import db
from incentives.installation import get_installation
from tests.access.conftest import PASSWORD, USERS, World, csrf_of, sign_in_by_page
from tests.conftest import Clock
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household

WRONG = "not the password"


def no_demo(app: Flask) -> None:
    with app.app_context():

        def work() -> None:
            get_installation().demo = False

        act(work)


def count(app: Flask, tag: str) -> int:
    with app.app_context():
        return db.session.scalar(
            select(func.count()).select_from(AuditRow).where(AuditRow.tag == tag)
        )


def problem(answer: Any) -> str:
    return str(answer.json["type"]).removeprefix("/problems/")


def test_a_token_says_who_one_is(world: World, clock: Clock) -> None:
    answer = world.sign_in("Zhaxi ")
    assert answer.status_code == 201
    user = answer.json["user"]
    assert user["id"] == str(world.ids["zhaxi"])
    assert user["roles"] == [{"role": "cadre", "division": VILLAGE}]
    assert user["household_id"] is None
    assert answer.json["expires_at"] == "2026-03-02T13:00:00Z"
    assert len(answer.json["token"]) == 43
    assert world.call("GET", "/me", token=answer.json["token"]).json["name"] == "Zhaxi"
    assert count(world.app, "signed_in") == 1


def test_only_a_digest_of_a_token_is_kept(world: World) -> None:
    token = world.token("zhaxi")
    with world.app.app_context():
        kept = db.session.scalars(select(Token)).one()
        assert kept.digest == tokens.digest(token)
        assert len(kept.digest) == 32


@pytest.mark.parametrize(("username", "password"), [("zhaxi", WRONG), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_told_apart_by_nobody(
    world: World, username: str, password: str
) -> None:
    answer = world.sign_in(username, password)
    assert (answer.status_code, problem(answer)) == (401, "wrong_credentials")
    assert answer.json["detail"] == world.sign_in("other", WRONG).json["detail"]
    assert count(world.app, "sign_in_refused") == 2
    assert count(world.app, "signed_in") == 0


def test_five_wrong_passwords_lock_name_and_address_together(world: World, clock: Clock) -> None:
    no_demo(world.app)
    for _each in range(5):
        assert world.sign_in("zhaxi", WRONG, address="10.0.0.5").status_code == 401
    locked = world.sign_in("zhaxi", address="10.0.0.5")
    assert (locked.status_code, problem(locked)) == (429, "too_many_requests")
    assert int(locked.headers["Retry-After"]) in range(890, 902)
    assert world.sign_in("zhaxi", address="10.0.0.6").status_code == 201
    assert world.sign_in("luorong", address="10.0.0.5").status_code == 201
    clock.forward(minutes=14, seconds=59)
    assert world.sign_in("zhaxi", address="10.0.0.5").status_code == 429
    clock.forward(seconds=1)
    assert world.sign_in("zhaxi", address="10.0.0.5").status_code == 201


def test_a_name_that_nobody_has_locks_alike(world: World) -> None:
    for _each in range(5):
        assert world.sign_in("nobody", WRONG).status_code == 401
    assert world.sign_in("nobody", WRONG).status_code == 429
    with world.app.app_context():
        kept = db.session.scalars(select(SignInFailure)).one()
        assert "nobody" not in kept.who


def test_the_right_password_forgets_the_wrong_ones(world: World) -> None:
    for _round in range(2):
        for _each in range(4):
            assert world.sign_in("zhaxi", WRONG).status_code == 401
        assert world.sign_in("zhaxi").status_code == 201


def test_wrong_passwords_of_a_while_ago_count_no_more(world: World, clock: Clock) -> None:
    for _each in range(4):
        assert world.sign_in("zhaxi", WRONG).status_code == 401
    clock.forward(minutes=16)
    for _each in range(4):
        assert world.sign_in("zhaxi", WRONG).status_code == 401
    assert world.sign_in("zhaxi").status_code == 201


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("10.0.0.5", {}),
        ("127.0.0.1", {"X_Forwarded_For": "127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", {"X_Real_IP": "127.0.0.1"}),
        ("127.0.0.1", {"Host": "jishan.example"}),
    ],
)
def test_a_demo_account_signs_in_on_this_machine_only(
    world: World, address: str, headers: dict[str, str]
) -> None:
    answer = world.sign_in("zhaxi", address=address, **headers)
    assert (answer.status_code, problem(answer)) == (401, "wrong_credentials")
    assert count(world.app, "sign_in_refused") == 1
    no_demo(world.app)
    assert world.sign_in("zhaxi", address=address, **headers).status_code == 201


def test_a_token_ends_after_twelve_hours(world: World, clock: Clock) -> None:
    token = world.token("zhaxi")
    clock.forward(hours=11, minutes=59, seconds=59)
    assert world.call("GET", "/me", token=token).status_code == 200
    clock.forward(seconds=1)
    ended = world.call("GET", "/me", token=token)
    assert (ended.status_code, problem(ended)) == (401, "token_expired")


def test_a_token_given_back_serves_no_more(world: World) -> None:
    token, other = world.token("zhaxi"), world.token("zhaxi")
    assert world.call("DELETE", "/tokens/current", token=token).status_code == 204
    assert problem(world.call("GET", "/me", token=token)) == "not_signed_in"
    assert world.call("GET", "/me", token=other).status_code == 200


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic emhheGk6eA==", "x"])
def test_what_is_no_token_is_refused(world: World, header: str) -> None:
    answer = world.client().get("/api/v1/me", headers={"Authorization": header})
    assert (answer.status_code, problem(answer)) == (401, "not_signed_in")


def test_the_api_never_takes_the_cookie(world: World) -> None:
    browser = world.client()
    assert sign_in_by_page(browser, "zhaxi").status_code == 303
    assert browser.get("/me").status_code == 200
    assert problem(browser.get("/api/v1/me")) == "not_signed_in"


def test_a_page_never_takes_a_token(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.token('zhaxi')}"}
    answer = world.client().get("/me", headers=headers)
    assert (answer.status_code, answer.location) == (303, "/login?next=%2Fme")


def test_a_page_s_script_gets_a_token_of_15_minutes_that_ends_with_the_session(
    world: World, clock: Clock
) -> None:
    browser = world.client()
    sign_in_by_page(browser, "zhaxi")
    csrf = csrf_of(browser.get("/me"))
    answer = browser.post("/session/token", headers={"X-CSRFToken": csrf})
    assert answer.status_code == 201
    assert world.call("GET", "/me", token=answer.json["token"]).status_code == 200
    browser.post("/logout", data={"csrf_token": csrf})
    assert world.call("GET", "/me", token=answer.json["token"]).status_code == 401
    assert browser.get("/me").status_code == 303


def test_a_page_s_token_wants_cookie_and_csrf(world: World) -> None:
    browser = world.client()
    csrf = csrf_of(browser.get("/login"))
    answer = browser.post("/session/token", headers={"X-CSRFToken": csrf})
    assert (answer.status_code, problem(answer)) == (401, "not_signed_in")
    sign_in_by_page(browser, "zhaxi")
    answer = browser.post("/session/token")
    assert (answer.status_code, problem(answer)) == (403, "csrf")


def test_another_password_ends_every_other_sign_in(world: World) -> None:
    here, there = world.client(), world.client()
    for browser in (here, there):
        sign_in_by_page(browser, "zhaxi")
    kept, other = world.token("zhaxi"), world.token("zhaxi")
    body = {"current_password": PASSWORD, "password": "three new words"}
    assert world.call("PUT", "/me/password", body, token=kept).status_code == 204
    assert world.call("GET", "/me", token=kept).status_code == 200
    assert world.call("GET", "/me", token=other).status_code == 401
    assert here.get("/me").status_code == 303
    assert there.get("/me").status_code == 303
    assert world.sign_in("zhaxi").status_code == 401
    assert world.sign_in("zhaxi", "three new words").status_code == 201


def test_the_browser_in_which_the_password_is_changed_stays_signed_in(world: World) -> None:
    here, there = world.client(), world.client()
    for browser in (here, there):
        sign_in_by_page(browser, "zhaxi")
    form = {
        "csrf_token": csrf_of(here.get("/me")),
        "current_password": PASSWORD,
        "password": "three new words",
    }
    assert here.post("/me/password", data=form).location == "/me"
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303


def test_a_wrong_current_password_changes_nothing_and_counts(world: World) -> None:
    token = world.token("zhaxi")
    body = {"current_password": WRONG, "password": "three new words"}
    for _each in range(5):
        answer = world.call("PUT", "/me/password", body, token=token)
        assert answer.json["errors"][0]["pointer"] == "/current_password"
    assert world.call("PUT", "/me/password", body, token=token).status_code == 429
    assert world.call("GET", "/me", token=token).status_code == 200


def test_a_deactivated_user_is_out_at_once(world: World) -> None:
    browser = world.client()
    sign_in_by_page(browser, "zhaxi")
    token, office = world.token("zhaxi"), world.token("office")
    path = f"/users/{world.ids['zhaxi']}/deactivation"
    assert world.call("POST", path, token=office).status_code == 200
    assert world.call("GET", "/me", token=token).status_code == 401
    assert browser.get("/me").status_code == 303
    assert problem(world.sign_in("zhaxi")) == "wrong_credentials"
    assert problem(world.call("POST", path, token=office)) == "wrong_state"


def test_a_session_ends_after_twelve_hours(world: World, clock: Clock) -> None:
    browser = world.client()
    sign_in_by_page(browser, "zhaxi")
    clock.forward(hours=11, minutes=59)
    assert browser.get("/me").status_code == 200
    clock.forward(minutes=1)
    assert browser.get("/me").status_code == 303


def test_the_session_s_cookie_is_kept_from_scripts_and_other_sites(world: World) -> None:
    answer = sign_in_by_page(world.client(), "zhaxi")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.fixture
def card(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A household's card that signs in with the PIN 246813; whether it is a demo's can be set."""
    shown: dict[str, Any] = {"demo": False}

    def check(given: dict[str, Any], _now: datetime) -> CardHolder:
        if given["pin"] != "246813":
            raise WrongPin()
        return shown["holder"](shown["demo"])

    with world.app.app_context():
        household = make_household()
        ids: tuple[UUID, UUID | None] = (household.id, household.head_id)
    assert ids[1] is not None
    shown["holder"] = lambda demo: CardHolder(ids[0], ids[1], ids[1], VILLAGE, "扎西彭措", demo)
    shown["household_id"] = str(ids[0])
    monkeypatch.setattr(hooks, "card_sign_in", [check])
    return shown


def test_a_resident_signs_in_by_card(world: World, card: dict[str, Any]) -> None:
    answer = world.call("POST", "/tokens", {"card": "123456789012", "pin": "246813"})
    assert answer.status_code == 201
    assert answer.json["user"]["household_id"] == card["household_id"]
    assert answer.json["user"]["roles"] == []
    me = world.call("GET", "/me", token=answer.json["token"]).json
    assert (me["village"], me["name"]) == (VILLAGE, "扎西彭措")
    assert world.call("GET", "/users", token=answer.json["token"]).status_code == 403
    audit = world.call("GET", f"/audit?village={VILLAGE}", token=answer.json["token"])
    assert audit.status_code == 403
    audit = world.call("GET", f"/audit?village={OTHER_VILLAGE}", token=answer.json["token"])
    assert audit.status_code == 404
    with world.app.app_context():
        assert len(db.session.scalars(select(Token)).all()) == 1
        act(lambda: tokens.end_tokens_of_household(UUID(card["household_id"])))
    assert world.call("GET", "/me", token=answer.json["token"]).status_code == 401


def test_a_wrong_pin_leaves_its_row(world: World, card: dict[str, Any]) -> None:
    answer = world.call("POST", "/tokens", {"card": "123456789012", "pin": "111111"})
    assert (answer.status_code, problem(answer)) == (403, "wrong_pin")
    assert count(world.app, "card_sign_in_refused") == 1


def test_a_demo_s_card_signs_in_on_this_machine_only(world: World, card: dict[str, Any]) -> None:
    no_demo(world.app)
    body = {"card": "123456789012", "pin": "246813"}
    far = {"environ_base": {"REMOTE_ADDR": "10.0.0.5"}}
    assert world.client().post("/api/v1/tokens", json=body, **far).status_code == 201
    card["demo"] = True
    answer = world.client().post("/api/v1/tokens", json=body, **far)
    assert (answer.status_code, problem(answer)) == (401, "wrong_credentials")
    assert world.client().post("/api/v1/tokens", json=body).status_code == 201


@pytest.mark.parametrize(
    "body",
    [{}, {"username": "zhaxi"}, {"username": "zhaxi", "pin": "1"}, {"card": "1", "password": "x"}],
)
def test_a_sign_in_wants_one_pair(world: World, body: dict[str, str]) -> None:
    assert problem(world.call("POST", "/tokens", body)) == "invalid"


def test_tokens_that_ended_are_forgotten_a_day_later(world: World, clock: Clock) -> None:
    world.token("zhaxi")
    for hours, kept in ((35, 1), (2, 0)):
        clock.forward(hours=hours)
        with world.app.app_context():
            act(lambda: tokens.forget_tokens(now=now()))
            assert len(db.session.scalars(select(Token)).all()) == kept


def test_every_user_of_the_demo_s_password_is_taken(world: World) -> None:
    assert {world.sign_in(username).status_code for username in USERS} == {201}


def test_the_office_sets_another_password(world: World) -> None:
    token = world.token("zhaxi")
    with world.app.app_context():
        act(
            lambda: operations.set_password(
                user_id=world.ids["zhaxi"], password="from the office", actor=SYSTEM, now=now()
            )
        )
    assert world.call("GET", "/me", token=token).status_code == 401
    assert world.sign_in("zhaxi", "from the office").status_code == 201
