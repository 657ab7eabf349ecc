"""Terminals: a phone's own key and token, and what happens when it is stopped or replaced."""

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from sqlalchemy import text, update

from incentives.access.actor import Role
from incentives.access.audit import Tag
from incentives.access.models import AuditRow, User, UserRole
from incentives.database import new_id
from incentives.extensions import db
from incentives.shop.models import Terminal
from tests.factories import OTHER_VILLAGE, VILLAGE, act
from tests.shop.phones import Phone, base64url
from tests.shop.scenes import PIN, make_counter, make_shopper, problem
from tests.site import make_site

USERS = ("shopkeeper", "cadre", "supervisor")


@pytest.fixture
def counter(bare_app):
    return make_counter(make_site(bare_app, users=USERS))


@pytest.fixture
def phone(counter):
    phone = Phone(counter)
    assert phone.register().status_code == 201
    assert phone.sign_in().status_code == 201
    return phone


def suspend(phone, who="cadre", reason="手机丢了"):
    return phone.counter.site.call(who, "POST", f"{phone.path}/suspension", {"reason": reason})


def reinstate(phone, who="cadre"):
    return phone.counter.site.call(who, "POST", f"{phone.path}/reinstatement", {"reason": "找到了"})


def sell(phone, shopper, key=None, **quantities):
    path = f"/villages/{VILLAGE}/redemptions"
    body = phone.counter.body(shopper, **(quantities or {"soap": 1}))
    return phone.call("POST", path, body, key=key or str(new_id()))


def test_a_phone_sells_by_its_own_token_and_the_sale_names_it(counter, phone):
    shopper = make_shopper(counter.site)
    sale = sell(phone, shopper)
    assert sale.status_code == 201, sale.text
    assert sale.json["terminal_id"] == phone.id
    assert counter.sold(shopper, soap=1)["terminal_id"] is None


def test_the_token_outlives_the_shopkeepers_session_but_not_fifteen_minutes(counter, phone, clock):
    counter.site.call("shopkeeper", "DELETE", "/tokens/current")
    assert phone.call("GET", "/me").json["name"] == "shopkeeper 某"
    clock.forward(minutes=15)
    assert problem(phone.call("GET", "/me")) == "token_expired"
    assert phone.sign_in().status_code == 201
    assert phone.call("GET", "/me").status_code == 200


def test_a_terminal_acts_as_shopkeeper_of_its_shop_alone(counter, phone, bare_app):
    """Whatever else its shopkeeper may do: a phone that lies about does no more than sell."""
    roles = phone.call("GET", "/me").json["roles"]
    assert roles == [{"role": "shopkeeper", "division": VILLAGE}]
    other = f"/villages/{OTHER_VILLAGE}/redemptions"
    assert problem(phone.call("GET", other)) == "not_found"


def test_a_terminal_registers_no_other(counter, phone):
    other = Phone(counter)
    body = {"name": "贼的手机", "public_key": other.public_key}
    answer = phone.call("POST", f"/shops/{counter.shop}/terminals", body)
    assert problem(answer) == "not_permitted"


def test_a_key_sent_twice_by_one_terminal_is_one_sale_though_the_session_changed(counter, phone):
    shopper = make_shopper(counter.site)
    key = str(new_id())
    first = sell(phone, shopper, key)
    again = sell(phone, shopper, key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.data == first.data
    by_session = counter.redeem(shopper, key=key, soap=1)
    assert by_session.data == first.data
    assert counter.shelf()["soap"] == 19


def test_other_keys_are_a_terminals_own(counter, phone, bare_app):
    body = {"kind": "count", "lines": counter.lines(soap=20)}
    path = f"/shops/{counter.shop}/stock-movements"
    first = phone.call("POST", path, body, key="k" * 20)
    by_user = counter.site.call("shopkeeper", "POST", path, body, key="k" * 20)
    assert first.json["id"] != by_user.json["id"]


def test_a_nonce_serves_once(counter, phone, clock):
    clock.forward(seconds=1)
    nonce = phone.nonce().json["nonce"]
    signature = phone.sign(nonce)
    assert phone.ask_token(nonce, signature).status_code == 201
    assert problem(phone.ask_token(nonce, signature)) == "wrong_credentials"


def test_an_older_nonce_is_void_once_a_newer_served(counter, phone, clock):
    clock.forward(seconds=1)
    older = phone.nonce().json["nonce"]
    clock.forward(seconds=1)
    assert phone.sign_in().status_code == 201
    assert problem(phone.ask_token(older, phone.sign(older))) == "wrong_credentials"


def test_a_nonce_is_good_for_two_minutes(counter, phone, clock):
    nonce = phone.nonce().json["nonce"]
    clock.forward(minutes=2)
    assert problem(phone.ask_token(nonce, phone.sign(nonce))) == "wrong_credentials"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_forged_nonce_or_signature_opens_a_terminal(counter, phone, clock):
    clock.forward(seconds=1)
    other = Phone(counter)
    other.register()
    nonce = phone.nonce().json["nonce"]
    good = phone.sign(nonce)
    flipped = ("B" if good[0] == "A" else "A") + good[1:]
    made_up = "N1" + base64url(bytes(56))
    longer = nonce[:-1] + ("B" if nonce[-1] == "A" else "A")
    for text_, signature in (
        (nonce, other.sign(nonce)),
        (nonce, flipped),
        (nonce, base64url(bytes(64))),
        (nonce, base64url(b"short")),
        (made_up, phone.sign(made_up)),
        (longer, phone.sign(longer)),
        (nonce + "=", phone.sign(nonce + "=")),
        (other.nonce().json["nonce"], phone.sign(other.nonce().json["nonce"])),
    ):
        assert problem(phone.ask_token(text_, signature)) == "wrong_credentials"
    assert phone.ask_token(nonce, good).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_p256_key_is_refused(counter):
    phone = Phone(counter)
    for key in ("AAAA", base64url(b"no key"), phone.public_key[:-4]):
        assert problem(phone.register(public_key=key)) == "invalid"
    phone.key = generate_private_key(SECP384R1())
    assert problem(phone.register()) == "invalid"


def test_a_key_is_registered_once(counter, phone):
    again = Phone(counter)
    again.key = phone.key
    assert problem(again.register()) == "duplicate"


def test_a_stopped_phone_is_refused_at_once_with_its_live_token(counter, phone, clock):
    shopper = make_shopper(counter.site)
    assert suspend(phone).json["status"] == "suspended"
    counter.site.tokens.clear()
    assert problem(sell(phone, shopper)) == "not_signed_in"
    clock.forward(seconds=1)
    assert problem(phone.nonce()) == "not_permitted"
    assert counter.shelf()["soap"] == 20


def test_a_token_that_was_given_while_the_phone_was_stopped_is_refused_too(counter, phone):
    """Its state is asked at every call, not only when the token was given."""
    stop = update(Terminal).where(Terminal.id == UUID(phone.id))
    with counter.site.app.app_context():
        act(lambda: db.session.execute(stop.values(status="suspended", reason="丢了")) and None)
    assert problem(phone.call("GET", "/me")) == "not_permitted"


def test_a_nonce_asked_for_before_the_stop_is_refused_after_it(counter, phone, clock):
    clock.forward(seconds=1)
    nonce = phone.nonce().json["nonce"]
    suspend(phone)
    assert problem(phone.ask_token(nonce, phone.sign(nonce))) == "not_permitted"


def test_stopping_a_phone_signs_its_shopkeeper_out_everywhere(counter, phone):
    """The cookie in the lost phone must not go on selling without the terminal."""
    page = counter.site.open("shopkeeper", "/shop")
    assert "data-keeper" in page
    suspend(phone)
    answer = counter.site.browser("shopkeeper").get("/shop")
    assert answer.status_code == 303
    assert "/login" in answer.location
    assert problem(counter.site.call("shopkeeper", "GET", "/me")) == "not_signed_in"


def test_a_found_phone_serves_again_but_not_by_its_own_shopkeeper(counter, phone):
    suspend(phone)
    counter.site.tokens.clear()
    assert problem(reinstate(phone, "shopkeeper")) == "not_permitted"
    assert reinstate(phone).json["status"] == "active"
    assert phone.call("GET", "/me").status_code == 401
    listed = counter.site.call("cadre", "GET", f"/shops/{counter.shop}/terminals").json["items"]
    assert listed[0]["reason"] is None


def test_a_cadre_who_keeps_the_shop_does_not_start_a_stopped_phone(counter, phone, bare_app):
    suspend(phone)
    with bare_app.app_context():
        user_id = db.session.query(User).filter_by(username="cadre").one().id
        role = UserRole(user_id=user_id, role=Role.SHOPKEEPER, division=VILLAGE)
        act(lambda: db.session.add(role))
    assert problem(reinstate(phone)) == "not_permitted"


def test_a_new_phone_takes_the_old_ones_place(counter, phone, clock):
    clock.forward(seconds=1)
    newer = Phone(counter)
    assert newer.register(replaces=phone.id).json["replaces"] == phone.id
    assert problem(phone.call("GET", "/me")) == "not_permitted"
    assert problem(phone.nonce()) == "not_permitted"
    assert newer.sign_in().status_code == 201
    assert problem(reinstate(phone)) == "wrong_state"
    assert problem(Phone(counter).register(replaces=phone.id)) == "wrong_state"


def test_a_shop_has_ten_phones_at_most(counter):
    phones = [Phone(counter) for _each in range(10)]
    for each in phones:
        assert each.register().status_code == 201
    assert problem(Phone(counter).register()) == "wrong_state"
    assert Phone(counter).register(replaces=phones[0].id).status_code == 201


def test_the_phone_of_a_shopkeeper_who_left_is_refused(counter, phone, bare_app, clock):
    with bare_app.app_context():
        leave = update(User).where(User.username == "shopkeeper").values(deactivated_at=clock.now)
        act(lambda: db.session.execute(leave) and None)
    assert problem(phone.call("GET", "/me")) == "not_signed_in"
    clock.forward(seconds=1)
    assert problem(phone.sign_in()) == "not_signed_in"


def test_the_trail_tells_who_registered_stopped_and_started_a_phone(counter, phone, bare_app):
    suspend(phone)
    reinstate(phone)
    with bare_app.app_context():
        rows = db.session.query(AuditRow).filter(AuditRow.tag.like("terminal_%"))
        assert [row.tag for row in rows.order_by(AuditRow.id)] == [
            Tag.TERMINAL_REGISTERED,
            Tag.TERMINAL_SUSPENDED,
            Tag.TERMINAL_REINSTATED,
        ]


def test_other_roles_neither_register_nor_see_terminals_of_another_village(counter, phone):
    assert problem(Phone(counter).register("cadre")) == "not_permitted"
    assert problem(suspend(phone, "supervisor")) == "not_permitted"
    listed = counter.site.call("supervisor", "GET", f"/shops/{counter.shop}/terminals")
    assert [each["keeper"] for each in listed.json["items"]] == ["shopkeeper 某"]
    assert problem(counter.site.call(None, "GET", f"/shops/{counter.shop}/terminals")) == (
        "not_signed_in"
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE terminal SET status = 'active'",
        "UPDATE terminal SET public_key = 'other'",
        "UPDATE token SET terminal_id = NULL",
    ],
)
def test_the_database_keeps_a_replaced_terminal_replaced(counter, phone, bare_app, change):
    Phone(counter).register(replaces=phone.id)
    with bare_app.app_context():
        if db.engine.dialect.name == "postgresql":
            change = change.replace("'other'", "'\\x00'")
        db.session.connection(execution_options={"write": True})
        with pytest.raises(Exception, match="terminal"):
            db.session.execute(text(change))
        db.session.rollback()


def test_a_scan_made_at_a_terminal_is_used_there_alone(counter, phone):
    shopper = make_shopper(counter.site)
    scan = phone.call("POST", "/cards/scan", {"code": shopper.code}).json["scan_id"]
    body = counter.body(shopper, soap=1, scan_id=scan)
    elsewhere = counter.redeem(shopper, soap=1, scan_id=scan)
    assert problem(elsewhere) == "not_found"
    path = f"/villages/{VILLAGE}/redemptions"
    assert phone.call("POST", path, body, key=str(new_id())).status_code == 201


def test_wrong_pins_lock_the_terminal_and_not_its_shopkeeper(counter, phone):
    shopper = make_shopper(counter.site)
    body = counter.body(shopper, soap=1)
    path = f"/villages/{VILLAGE}/redemptions"
    for _each in range(5):
        wrong = phone.call("POST", path, body | {"pin": "975310"}, key=str(new_id()))
        assert problem(wrong) == "wrong_pin"
    locked = phone.call("POST", path, body | {"pin": PIN}, key=str(new_id()))
    assert problem(locked) == "pin_locked"
    assert counter.redeem(shopper, soap=1, pin=PIN).status_code == 201


def test_the_office_stops_and_starts_a_phone_on_its_page(counter, phone):
    site = counter.site
    path = f"/shop/terminals/{phone.id}"
    listed = site.open("cadre", "/shop/terminals")
    assert "店里手机" in listed
    assert "In use" in listed
    stopped = site.send("cadre", f"{path}/suspension", "/shop/terminals", reason="丢了")
    assert stopped.status_code == 303
    assert problem(phone.nonce()) == "not_permitted"
    assert site.send(
        "cadre", f"{path}/reinstatement", "/shop/terminals", reason="找到"
    ).status_code == (303)
    assert phone.nonce().status_code == 200


def test_a_shopkeeper_who_stops_a_phone_stays_signed_in_here_alone(counter, phone):
    site = counter.site
    elsewhere = site.browsers.pop("shopkeeper", None) or site.browser("shopkeeper")
    site.browsers.clear()
    path = f"/shop/terminals/{phone.id}/suspension"
    assert site.send("shopkeeper", path, "/shop/terminals", reason="丢了").status_code == 303
    assert site.browser("shopkeeper").get("/shop/terminals").status_code == 200
    assert elsewhere.get("/shop/terminals").status_code == 303
