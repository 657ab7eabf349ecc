"""Cards by HTTP: who learns what of a scan, signing in by card, and what ends it."""

from typing import Any

import pytest
from sqlalchemy import func, select

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.cards.models import Card, Scan
from incentives.cards.operations import set_demo_pin
from incentives.clock import now
from incentives.extensions import db
from incentives.installation import get_installation
from incentives.register.queries import find_household
from incentives.shop.models import StockOwner
from incentives.shop.operations import open_shop
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_village
from tests.shop.scenes import PIN, Shopper, make_shopper, problem
from tests.site import PASSWORD, Site, csrf_of, make_site

CARDS = f"/villages/{VILLAGE}/cards"
WRONG = "975310"


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("cadre", "shopkeeper"))


@pytest.fixture
def shopper(site) -> Shopper:
    return make_shopper(site)


@pytest.fixture
def strangers(site) -> Site:
    """Another village, with a cadre and a shopkeeper of its own."""
    with site.app.app_context():
        make_village(OTHER_VILLAGE)
        for username, role in (("far_cadre", Role.CADRE), ("far_keeper", Role.SHOPKEEPER)):
            act(
                lambda username=username, role=role: (
                    access.add_user(
                        username=username,
                        name=username,
                        password=PASSWORD,
                        roles=[Assignment(role, OTHER_VILLAGE)],
                        actor=SYSTEM,
                        now=now(),
                    )
                    and None
                )
            )
    return site


def scan(site: Site, who: str | None, **shown: str):
    return site.call(who, "POST", "/cards/scan", shown)


def sign_in(site: Site, shown: str, pin: str = PIN, **headers: str):
    return site.app.test_client().post(
        "/api/v1/tokens", json={"card": shown, "pin": pin}, headers=headers
    )


def me(site: Site, token: str):
    headers = {"Authorization": f"Bearer {token}"}
    return site.app.test_client().get("/api/v1/me", headers=headers)


def change(site: Site, shopper: Shopper, step: str, **body: Any) -> dict[str, Any]:
    answer = site.call("cadre", "POST", f"{CARDS}/{shopper.card}/{step}", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def scans(site: Site) -> list[tuple[str, str | None]]:
    with site.app.app_context():
        rows = db.session.execute(select(Scan.shown_by, Scan.refused).order_by(Scan.id))
        return [(row.shown_by.value, row.refused) for row in rows]


def test_a_card_from_issue_to_its_end(site, shopper):
    body = {"household_id": str(shopper.household), "pin": PIN}
    second = site.call("cadre", "POST", CARDS, body)
    assert (problem(second), second.json["errors"][0]["pointer"]) == ("duplicate", "/household_id")
    home = f"/desk/households/{shopper.household}"
    assert '<option value="">' not in site.open("cadre", home)  # the whole household has one
    sent = site.send("cadre", f"{home}/cards", on=home)
    assert "There is a card already" in site.browser("cadre").get(sent.location).text
    with site.app.app_context():
        head = find_household(VILLAGE, shopper.household).head_id
    made = site.call("cadre", "POST", CARDS, body | {"resident_id": str(head)})
    assert made.status_code == 201, made.text
    card = made.json
    assert (card["status"], card["issue"], card["has_pin"]) == ("active", 1, True)
    assert card["url"] == f"http://127.0.0.1:8000/c#{card['code']}"
    assert "pin" not in card
    one = f"{CARDS}/{card['id']}"
    assert site.call("cadre", "GET", one).json == card
    for kind, start in (("svg", b"<"), ("png", b"\x89PNG")):
        picture = site.app.test_client().get(
            f"/api/v1{one}.{kind}", headers={"Authorization": f"Bearer {site.token('cadre')}"}
        )
        assert (picture.status_code, picture.data[: len(start)]) == (200, start)
    assert site.call("cadre", "POST", f"{one}/suspension", {}).json["status"] == "suspended"
    assert problem(scan(site, None, code=card["code"])) == "card_suspended"
    assert site.call("cadre", "POST", f"{one}/reinstatement", {}).json["status"] == "active"
    new = site.call("cadre", "POST", f"{one}/reissue", {"reason": "磨坏了"}).json
    assert (new["id"], new["issue"], new["has_pin"]) == (card["id"], 2, True)
    assert problem(scan(site, None, code=card["code"])) == "card_revoked"
    assert scan(site, None, code=new["url"]).status_code == 200
    assert problem(site.call("cadre", "POST", f"{one}/revocation", {})) == "invalid"
    ended = site.call("cadre", "POST", f"{one}/revocation", {"reason": "搬走了"})
    assert ended.json["status"] == "revoked"
    assert problem(scan(site, None, code=new["code"])) == "card_revoked"
    assert scan(site, None, code=shopper.code).json["balance"] == 200  # by the household's other


def test_anyone_learns_little_of_a_code_and_nothing_of_a_number(site, shopper):
    shown = scan(site, None, code=shopper.code)
    assert shown.json == {
        "village": VILLAGE,
        "card": {
            "id": str(shopper.card),
            "number": shopper.number,
            "status": "active",
            "renewal_due": False,
        },
        "holder": "扎**",
        "balance": 200,
    }
    assert "扎西彭措" not in shown.text
    answer = scan(site, None, number=shopper.number)
    assert (answer.status_code, problem(answer)) == (401, "not_signed_in")
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Scan)) == 0
    household = f"/villages/{VILLAGE}/households/{shopper.household}"
    assert site.call("cadre", "PATCH", household, {"hide_balance": True}).status_code == 200
    assert scan(site, None, code=shopper.code).json["balance"] is None
    token = sign_in(site, shopper.code).json["token"]
    site.tokens["resident"] = token
    assert problem(scan(site, "resident", number=shopper.number)) == "not_signed_in"


def test_the_shop_s_keeper_learns_what_a_sale_needs(site, shopper):
    with site.app.app_context():
        act(
            lambda: (
                open_shop(
                    division=VILLAGE,
                    name="积分兑换超市",
                    stock_owner=StockOwner.VILLAGE,
                    serves=[VILLAGE],
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )
    by_code = scan(site, "shopkeeper", code=shopper.code).json
    by_number = scan(site, "shopkeeper", number=shopper.number).json
    for shown in (by_code, by_number):
        assert (shown["spendable"], shown["pin_needed_above"], shown["holder"]) == (200, 50, "扎**")
    assert by_code["scan_id"] != by_number["scan_id"]
    cadre = scan(site, "cadre", number=shopper.number).json
    assert "scan_id" not in cadre
    assert "spendable" not in cadre
    assert problem(scan(site, "shopkeeper", number="123456789012")) == "card_invalid"
    assert problem(scan(site, "shopkeeper", code="P1AAAA")) == "card_invalid"
    assert scans(site) == [
        ("code", None),
        ("number", None),
        ("number", "card_invalid"),
        ("code", "card_invalid"),
    ]
    both = {"code": shopper.code, "number": shopper.number}
    assert problem(scan(site, "shopkeeper", **both)) == "invalid"


def test_staff_of_another_village_learn_nothing(strangers, shopper):
    site = strangers
    for who in ("far_cadre", "far_keeper"):
        answer = scan(site, who, number=shopper.number)
        assert (answer.status_code, problem(answer)) == (422, "wrong_village")
        assert set(answer.json) == {"type", "title", "status", "detail"}
        assert set(scan(site, who, code=shopper.code).json) == {
            "village",
            "card",
            "holder",
            "balance",
        }
        change(site, shopper, "suspension")
        # Not even whether it is in use.
        assert problem(scan(site, who, number=shopper.number)) == "wrong_village"
        change(site, shopper, "reinstatement")
        for village in (VILLAGE, OTHER_VILLAGE):
            path = f"/villages/{village}/cards/{shopper.card}"
            assert site.call(who, "GET", path).status_code in (403, 404)
    there = f"/villages/{OTHER_VILLAGE}/cards/{shopper.card}"
    unknown = f"/villages/{OTHER_VILLAGE}/cards/{shopper.household}"
    assert site.call("far_cadre", "GET", there).data == site.call("far_cadre", "GET", unknown).data
    here = site.call("far_cadre", "GET", f"{CARDS}/{shopper.card}")
    assert here.data == site.call("far_cadre", "GET", there).data


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_guessed_numbers_are_counted_like_wrong_pins(strangers, shopper, clock):
    site = strangers
    for at in range(20):
        wrong = shopper.number if at % 2 else "123456789012"
        assert scan(site, "far_keeper", number=wrong).status_code == 422
    answer = scan(site, "far_keeper", number=shopper.number)
    assert (answer.status_code, problem(answer)) == (429, "too_many_requests")
    assert answer.headers["Retry-After"] == "3601"
    assert scan(site, "shopkeeper", number=shopper.number).status_code == 200
    clock.forward(hours=1)
    assert problem(scan(site, "far_keeper", number=shopper.number)) == "wrong_village"


def test_a_holder_signs_in_by_code_address_or_number(site, shopper):
    spaced = " ".join(shopper.number[at : at + 4] for at in (0, 4, 8))
    for shown in (shopper.code, f"http://elsewhere/c#{shopper.code}", shopper.number, spaced):
        answer = sign_in(site, shown)
        assert answer.status_code == 201, (shown, answer.text)
        assert answer.json["user"]["household_id"] == str(shopper.household)
        assert answer.json["user"]["roles"] == []
    found = me(site, answer.json["token"]).json
    assert (found["village"], found["name"]) == (VILLAGE, "扎**")
    own = site.app.test_client().get(
        f"/api/v1/villages/{VILLAGE}/households/{shopper.household}",
        headers={"Authorization": f"Bearer {answer.json['token']}"},
    )
    assert own.json["balance"] == 200
    assert problem(sign_in(site, shopper.code, WRONG)) == "wrong_pin"
    assert problem(sign_in(site, "123456789012")) == "card_invalid"


def test_what_is_done_with_the_card_ends_its_sign_ins(site, shopper):
    def token(shown: str = shopper.number, pin: str = PIN) -> str:
        answer = sign_in(site, shown, pin)
        assert answer.status_code == 201, answer.text
        return answer.json["token"]

    first = token()
    assert me(site, first).status_code == 200
    change(site, shopper, "suspension", reason="丢了")
    assert problem(me(site, first)) == "not_signed_in"
    assert problem(sign_in(site, shopper.number)) == "card_suspended"
    change(site, shopper, "reinstatement")
    assert problem(me(site, first)) == "not_signed_in"
    second = token()
    number = change(site, shopper, "reissue")["number"]
    assert problem(me(site, second)) == "not_signed_in"
    assert problem(sign_in(site, shopper.number)) == "card_revoked"
    third = token(number)
    changed = site.call("cadre", "PUT", f"{CARDS}/{shopper.card}/pin", {"pin": "864209"})
    assert changed.status_code == 200
    assert problem(me(site, third)) == "not_signed_in"
    fourth = token(number, "864209")
    change(site, shopper, "revocation", reason="搬走了")
    assert problem(me(site, fourth)) == "not_signed_in"
    assert problem(sign_in(site, number, "864209")) == "card_revoked"


def test_who_reports_the_own_card_lost_ends_what_its_finder_has(site, shopper):
    """The finder of a lost card, signed in with its PIN, is out when the holder reports it."""
    finder = site.app.test_client()
    form = {"code": shopper.code, "pin": PIN, "csrf_token": csrf_of(finder, "/c")}
    assert finder.post("/c", data=form).status_code == 303
    holder = site.app.test_client()
    form["csrf_token"] = csrf_of(holder, "/c")
    assert holder.post("/c", data=form).status_code == 303
    assert finder.get("/c/account").status_code == 200
    token = sign_in(site, shopper.number).json["token"]
    lost = holder.post(
        f"/c/cards/{shopper.card}/lost", data={"csrf_token": csrf_of(holder, "/c/account")}
    )
    assert lost.status_code == 303, lost.text
    told = holder.get(lost.location, follow_redirects=True).text
    assert "这张卡已停用，积分还在。" in told
    assert problem(scan(site, None, code=shopper.code)) == "card_suspended"
    assert problem(me(site, token)) == "not_signed_in"
    assert finder.get("/c/account").status_code != 200


def test_a_card_leads_back_to_where_one_came_from_once_and_never_to_another_site(site, shopper):
    """The camera opens the card's address without it between."""

    def lands_on(query):
        browser = site.app.test_client()
        browser.get(f"/c{query}")
        for _time in range(2):
            form = {"code": shopper.code, "pin": PIN, "csrf_token": csrf_of(browser, "/c")}
            yield browser.post("/c", data=form).location

    assert list(lands_on("?next=/patrol")) == ["/patrol", "/c/account"]
    for elsewhere in ("https://example.org/", "//example.org", "/\\example.org", "patrol"):
        assert next(lands_on(f"?next={elsewhere}")) == "/c/account"


def test_wrong_pins_from_outside_lock_the_card_there_and_not_at_the_counter(site, shopper, clock):
    for shown in (shopper.code, shopper.number, shopper.code, shopper.number, shopper.code):
        assert problem(sign_in(site, shown, WRONG)) == "wrong_pin"
    answer = sign_in(site, shopper.number)
    assert (answer.status_code, problem(answer)) == (403, "pin_locked")
    clock.forward(minutes=15)
    assert [problem(sign_in(site, shopper.code, WRONG)) for _ in range(5)] == ["wrong_pin"] * 5
    clock.forward(days=2)
    site.tokens.clear()
    assert problem(sign_in(site, shopper.code)) == "pin_locked"
    # At the counter the same PIN is asked for and taken all the while.
    from tests.shop.scenes import make_counter

    counter = make_counter(site)
    assert counter.sold(shopper, soap=6, pin=PIN)["balance"] == 140
    set_anew = site.call("cadre", "PUT", f"{CARDS}/{shopper.card}/pin", {"pin": PIN})
    assert set_anew.status_code == 200
    assert sign_in(site, shopper.code).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_published_pin_signs_in_on_this_machine_only(site, shopper):
    def keep(work) -> None:
        with site.app.app_context():
            act(work)

    def demo(value: bool):
        def work() -> None:
            get_installation().demo = value

        return work

    keep(lambda: set_demo_pin(db.session.get_one(Card, shopper.card), PIN))
    keep(demo(False))
    assert sign_in(site, shopper.code).status_code == 201
    away = [
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Host": "jishan.example"},
        {"Host": "127.0.0.1.example"},
        {"Host": "10.0.0.5:8000"},
    ]
    for headers in away:
        answer = sign_in(site, shopper.code, **headers)
        assert (answer.status_code, problem(answer)) == (401, "wrong_credentials"), headers
    remote = site.app.test_client().post(
        "/api/v1/tokens",
        json={"card": shopper.code, "pin": PIN},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert problem(remote) == "wrong_credentials"
    # A PIN of one's own, set in person, signs in from anywhere; not so in a demo installation.
    answer = site.call("cadre", "PUT", f"{CARDS}/{shopper.card}/pin", {"pin": "864209"})
    assert answer.status_code == 200
    assert sign_in(site, shopper.code, "864209", **away[0]).status_code == 201
    keep(demo(True))
    assert problem(sign_in(site, shopper.code, "864209", **away[0])) == "wrong_credentials"
    assert sign_in(site, shopper.code, "864209").status_code == 201


def test_the_pages_tell_a_household_s_card_from_a_person_s(site, shopper):
    """Made for its head, a person's card bears the same name as the household's."""
    home = site.call("cadre", "GET", f"/villages/{VILLAGE}/households/{shopper.household}").json
    body = {"household_id": str(shopper.household), "resident_id": home["head_id"]}
    own = site.call("cadre", "POST", CARDS, body).json["id"]
    assert "The whole household</dd>" in site.open("cadre", f"/desk/cards/{shopper.card}")
    assert "The whole household" not in site.open("cadre", f"/desk/cards/{own}")
    assert " · The whole household" in site.open("cadre", f"/desk/households/{shopper.household}")
