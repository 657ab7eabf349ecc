"""The changing code on a phone: a minute, once, the newest only, and for shops alone."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from incentives.cards.models import PhoneCode
from incentives.cards.operations.phone import forget_phone_codes
from incentives.clock import now
from incentives.extensions import db
from tests.factories import VILLAGE, act
from tests.shop.scenes import PIN, Counter, Shopper, make_counter, make_shopper, problem
from tests.site import Site, make_site

CARDS = f"/villages/{VILLAGE}/cards"


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("cadre", "shopkeeper"))


@pytest.fixture
def shopper(site) -> Shopper:
    return make_shopper(site)


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


@pytest.fixture
def phone(site, counter, shopper) -> FlaskClient:
    """The holder's phone, signed in by card and PIN."""
    token = (
        site.app.test_client()
        .post("/api/v1/tokens", json={"card": shopper.code, "pin": PIN})
        .json["token"]
    )
    client = site.app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def shown(phone: FlaskClient) -> dict[str, Any]:
    answer = phone.post("/api/v1/cards/phone-code")
    assert answer.status_code == 201, answer.text
    return answer.json


def scan(site: Site, code: str, who: str | None = "shopkeeper"):
    return site.call(who, "POST", "/cards/scan", {"code": code})


def test_a_code_proves_the_holder_once(site, phone, shopper):
    code = shown(phone)["code"]
    assert (code[:2], len(code)) == ("D1", 28)
    answer = scan(site, code)
    assert answer.json["card"]["id"] == str(shopper.card)
    assert (answer.json["shown_by"], answer.json["pin_needed_above"]) == ("phone", None)
    assert problem(scan(site, code)) == "code_used"


def test_a_code_lets_a_large_sale_go_without_the_pin(site, counter, phone, shopper):
    scan_id = scan(site, shown(phone)["code"]).json["scan_id"]
    counter.sold(shopper, scan_id=scan_id, oil=4)  # 180 points, above 50
    assert counter.refused(shopper, scan_id=scan_id, soap=1) == "code_used"


def test_a_code_is_good_for_a_minute(site, phone, clock):
    first = shown(phone)
    assert first["expires_at"] == "2026-03-02T01:01:00Z"
    assert first["renew_at"] == "2026-03-02T01:00:30Z"
    clock.forward(seconds=59)
    assert scan(site, first["code"]).status_code == 200
    second = shown(phone)["code"]
    clock.forward(seconds=60)
    assert problem(scan(site, second)) == "code_expired"


def test_the_newest_cancels_the_older(site, phone):
    first, second = shown(phone)["code"], shown(phone)["code"]
    assert problem(scan(site, first)) == "code_expired"
    assert scan(site, second).status_code == 200


def test_who_keeps_no_shop_there_can_t_use_it_up(site, phone):
    code = shown(phone)["code"]
    assert problem(scan(site, code, who=None)) == "not_signed_in"
    cadre = scan(site, code, who="cadre")
    assert problem(cadre) == "wrong_village"
    assert cadre.json["detail"] == "The code on a phone is for a shop that serves its village"
    own = phone.post("/api/v1/cards/scan", json={"code": code})
    assert problem(own) == "not_signed_in"
    assert scan(site, code).status_code == 200


def test_other_texts_are_no_code(site, counter, phone, shopper):
    code = shown(phone)["code"]
    last = "B" if code[-1] == "A" else "A"
    for other in ("D1", "D1" + "A" * 26, code.lower(), code + "A", code[:-1] + last, code[:-1]):
        assert problem(scan(site, other)) == "card_invalid", other
    # A code is never a sale's card: only the scan that used it up is.
    assert counter.refused(shopper, soap=1, card_code=code) in ("card_invalid", "invalid")
    assert scan(site, code).status_code == 200


def test_only_the_digest_is_kept_and_for_a_day(site, phone, clock):
    code = shown(phone)["code"]
    with site.app.app_context():
        (kept,) = db.session.scalars(select(PhoneCode)).all()
        assert len(kept.digest) == 32
        assert code.encode() not in kept.digest
        db.session.rollback()
        clock.forward(days=1, seconds=1)
        assert act(lambda: forget_phone_codes(now=now())) == 1


def test_a_lost_card_s_codes_serve_no_more(site, phone, shopper):
    code = shown(phone)["code"]
    path = f"{CARDS}/{shopper.card}/suspension"
    assert site.call("cadre", "POST", path, {}).status_code == 200
    assert problem(scan(site, code)) == "card_suspended"
    assert phone.post("/api/v1/cards/phone-code").status_code == 401  # its sign-in has ended
    site.call("cadre", "POST", f"{CARDS}/{shopper.card}/reissue", {})
    assert problem(scan(site, code)) == "card_revoked"


def test_a_household_without_a_card_in_use_has_no_code(site, phone, shopper):
    """A second card's sign-in outlives the first one; then there is none."""
    with site.app.app_context():
        db.session.connection(execution_options={"write": True})
        db.session.execute(text("UPDATE card SET status = 'revoked'"))
        db.session.commit()
    assert problem(phone.post("/api/v1/cards/phone-code")) == "wrong_state"


def test_staff_without_a_household_have_no_code(site):
    answer = site.call("cadre", "POST", "/cards/phone-code")
    assert answer.status_code in (401, 403)


ANOTHER = (
    "INSERT INTO phone_code (id, card_id, issue, digest, made_at, expires_at) "
    "SELECT card_id, card_id, issue, '1234', made_at, expires_at FROM phone_code"
)


@pytest.mark.parametrize(
    "statement",
    [
        ANOTHER.replace("'1234'", "CAST('1234' AS BLOB)"),
        "UPDATE phone_code SET expires_at = made_at",
        "UPDATE phone_code SET used_at = made_at, cancelled_at = made_at",
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_database_keeps_one_open_code_a_card(site, phone, statement):
    shown(phone)
    with site.app.app_context():
        db.session.connection(execution_options={"write": True})
        with pytest.raises(IntegrityError):
            db.session.execute(text(statement))
        db.session.rollback()


def test_the_page_shows_a_picture_and_the_card_s_own_code(site, shopper):
    browser = site.app.test_client()
    browser.get("/language/en")
    assert browser.get("/c/code").status_code == 303
    assert browser.post("/c/code").status_code in (400, 401, 403)
    page = browser.get("/c").text
    csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
    sign_in = {"code": shopper.code, "pin": PIN, "csrf_token": csrf}
    assert browser.post("/c", data=sign_in).status_code == 303
    shown_page = browser.get("/c/code").text
    assert "Hold this to the shop" in shown_page
    assert "<svg" in shown_page
    meta = shown_page.split('name="csrf-token" content="')[1].split('"')[0]
    answer = browser.post("/c/code", headers={"X-CSRFToken": meta})
    assert (answer.json["good_for"], answer.json["renew_after"]) == (60, 30)
    assert answer.json["picture"].startswith("<svg")
