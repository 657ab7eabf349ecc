"""Services by voucher: handed out by a sale, given once, else their points go back."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError

from incentives import ledger
from incentives.access.actor import SYSTEM, Role
from incentives.cards.numbers import read_number
from incentives.clock import now
from incentives.database import columns, new_id
from incentives.errors import NotPermitted, WrongState
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.register.models import Household
from incentives.shop import operations
from incentives.shop.models import Refund, Stock, StockMovement, Voucher, VoucherStatus
from incentives.shop.operations.refunds import ReturnedLine
from incentives.shop.voucher_states import TRANSITIONS, Action
from incentives.upkeep.jobs import do_daily_jobs
from tests.factories import VILLAGE, act, staff
from tests.shop.scenes import PIN, Counter, Shopper, make_counter, make_shopper, problem
from tests.shop.settling import dispute, home_of, rule
from tests.site import Site, csrf_of, make_site

HAIRCUT = 15
DAYS = 30


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("cadre", "shopkeeper", "supervisor"))


@pytest.fixture
def counter(site) -> Counter:
    """The village's shop, with haircuts by voucher."""
    made = make_counter(site)
    service = {
        "sku": "hair",
        "category": "service",
        "name_zh": "理发一次",
        "name_en": "Haircut",
        "unit": "time",
        "price_points": HAIRCUT,
        "cost_fen": 1_500,
        "voucher_days": DAYS,
    }
    answer = site.call("cadre", "POST", f"/shops/{made.shop}/goods", service)
    assert answer.status_code == 201, answer.text
    assert (answer.json["in_stock"], answer.json["quantity"]) == (True, 0)
    made.goods["hair"] = UUID(answer.json["id"])
    return made


@pytest.fixture
def shopper(site) -> Shopper:
    return make_shopper(site)


def serve(counter: Counter, number: str, who: str = "shopkeeper"):
    path = f"/shops/{counter.shop}/vouchers/{number}/service"
    return counter.site.call(who, "POST", path)


def balance(site: Site, shopper: Shopper) -> int:
    with site.app.app_context():
        return ledger.positions(VILLAGE, [shopper.account])[shopper.account].balance


def test_a_sale_of_a_service_hands_out_vouchers_and_takes_nothing_off_the_shelf(
    site, counter, shopper
):
    sale = counter.sold(shopper, hair=2, soap=1)
    assert sale["points"] == 2 * HAIRCUT + 10
    assert {each["service"] for each in sale["lines"]} == {True, False}
    first, second = sale["vouchers"]
    assert first["number"] != second["number"]
    assert all(read_number(each["number"]) for each in sale["vouchers"])
    assert (first["status"], first["issued_on"], first["valid_until"]) == (
        "issued",
        "2026-03-02",
        "2026-04-01",
    )
    assert counter.shelf()["soap"] == 19
    again = site.call("cadre", "GET", f"/villages/{VILLAGE}/redemptions/{sale['id']}")
    assert again.json["vouchers"] == sale["vouchers"]
    only = counter.sold(shopper, hair=1)
    with site.app.app_context():
        movement = select(StockMovement).where(StockMovement.record_id == UUID(only["id"]))
        assert db.session.scalars(movement).all() == []
        held = db.session.get_one(Stock, counter.goods["hair"])
        assert held.quantity == 0
        assert audit(VILLAGE) == []


def test_a_voucher_is_given_once(site, counter, shopper):
    sale = counter.sold(shopper, hair=1)
    number = sale["vouchers"][0]["number"]
    assert problem(serve(counter, number, "cadre")) == "not_permitted"
    mistyped = ("0" if number[0] != "0" else "1") + number[1:]
    assert problem(serve(counter, mistyped)) == "not_found"
    served = serve(counter, f"{number[:4]} {number[4:8]} {number[8:]}")
    assert (served.status_code, served.json["status"]) == (200, "served")
    assert problem(serve(counter, number)) == "wrong_state"
    assert problem(counter.refund(sale)) == "wrong_state"
    assert balance(site, shopper) == 200 - HAIRCUT


def test_a_voucher_not_used_is_refunded_and_then_no_longer_given(site, counter, shopper):
    sale = counter.sold(shopper, hair=2, soap=1)
    kept, back = sale["vouchers"]
    assert serve(counter, kept["number"]).status_code == 200
    line = next(each for each in sale["lines"] if each["service"])
    both = counter.refund(sale, lines=[{"line_id": line["id"], "quantity": 2}])
    assert problem(both) == "wrong_state"
    one = counter.refund(sale, lines=[{"line_id": line["id"], "quantity": 1}])
    assert (one.status_code, one.json["points"]) == (201, HAIRCUT)
    assert problem(serve(counter, back["number"])) == "wrong_state"
    assert counter.shelf()["soap"] == 19
    path = f"/villages/{VILLAGE}/vouchers?household_id={shopper.household}"
    listed = {
        each["number"]: each["status"] for each in site.call("cadre", "GET", path).json["items"]
    }
    assert listed == {kept["number"]: "served", back["number"]: "refunded"}


@pytest.mark.parametrize("at_fault", [True, False])
def test_a_ruling_gives_all_points_back_and_ends_what_was_not_used(
    site, counter, shopper, clock, at_fault
):
    """The points were back, and the service could still be had."""
    sale = counter.sold(shopper, hair=2)
    served, left = sale["vouchers"]
    assert serve(counter, served["number"]).status_code == 200
    with site.app.app_context():
        home = home_of(db.session.get_one(Household, shopper.household))
        rule(dispute(UUID(sale["id"]), home), at_fault=at_fault)
        db.session.remove()
    assert balance(site, shopper) == 200
    assert problem(serve(counter, left["number"])) == "wrong_state"
    path = f"/villages/{VILLAGE}/vouchers?household_id={shopper.household}"
    listed = {
        each["number"]: each["status"] for each in site.call("cadre", "GET", path).json["items"]
    }
    assert listed == {served["number"]: "served", left["number"]: "refunded"}
    clock.forward(days=DAYS + 1)
    with site.app.app_context():
        assert do_daily_jobs(now=now())["vouchers_expired"] == 0
        assert audit(VILLAGE) == []


def test_a_voucher_that_nobody_came_for_gives_its_points_back_by_the_clock(
    site, counter, shopper, clock
):
    sale = counter.sold(shopper, hair=2)
    served, left = sale["vouchers"]
    assert serve(counter, served["number"]).status_code == 200
    clock.forward(days=DAYS)
    site.tokens.clear()
    with site.app.app_context():
        assert do_daily_jobs(now=now())["vouchers_expired"] == 0
    clock.forward(days=1)
    site.tokens.clear()
    assert problem(serve(counter, left["number"])) == "wrong_state"
    with site.app.app_context():
        assert do_daily_jobs(now=now())["vouchers_expired"] == 1
        assert do_daily_jobs(now=now())["vouchers_expired"] == 0
        refund = db.session.scalars(select(Refund)).one()
        assert (refund.points, refund.refunded_by) == (HAIRCUT, SYSTEM.person)
        states = dict(db.session.execute(select(Voucher.number, Voucher.status)).all())
        assert states == {
            served["number"]: VoucherStatus.SERVED,
            left["number"]: VoucherStatus.EXPIRED,
        }
        assert audit(VILLAGE) == []
    assert balance(site, shopper) == 200 - HAIRCUT


def test_a_service_has_a_limit_a_month_for_all_and_a_cap_for_each(site, counter, shopper, clock):
    path = f"/shops/{counter.shop}/goods/{counter.goods['hair']}"
    assert site.call("cadre", "PATCH", path, {"month_limit": 3}).status_code == 200
    sale = counter.sold(shopper, hair=2)
    other = make_shopper(site)
    refused = counter.redeem(other, hair=2)
    assert (problem(refused), refused.json["left"]) == ("cap_exceeded", 1)
    assert counter.refund(sale).status_code == 201
    counter.sold(other, hair=3)
    assert counter.refused(shopper, hair=1) == "cap_exceeded"
    clock.forward(days=31)
    site.tokens.clear()
    counter.sold(shopper, hair=1)
    assert site.call("cadre", "PATCH", path, {"household_cap": 1}).status_code == 200
    assert counter.refused(shopper, hair=1) == "cap_exceeded"
    assert counter.refused(make_shopper(site, 10_000), hair=21, pin=PIN) in (
        "cap_exceeded",
        "invalid",
    )


def test_services_and_goods_stay_what_they_are(site, counter):
    hair = f"/shops/{counter.shop}/goods/{counter.goods['hair']}"
    soap = f"/shops/{counter.shop}/goods/{counter.goods['soap']}"
    for path, change, pointer in (
        (hair, {"voucher_days": None}, "/voucher_days"),
        (soap, {"voucher_days": 5}, "/voucher_days"),
        (soap, {"month_limit": 5}, "/month_limit"),
    ):
        answer = site.call("cadre", "PATCH", path, change)
        assert answer.json["errors"][0]["pointer"] == pointer
    moved = counter.move("in", source="donation", hair=3)
    assert moved.json["errors"][0]["pointer"] == "/lines/0/good_id"
    assert (
        site.call("cadre", "GET", f"/shops/{counter.shop}/stock-sheet").json["lines"][0]["sku"]
        == "oil"
    )


def voucher_in(counter: Counter, shopper: Shopper, status: VoucherStatus) -> dict:
    """A sale whose voucher is in a state."""
    sale = counter.sold(shopper, hair=1)
    ended = {} if status is VoucherStatus.ISSUED else {"ended_at": now(), "ended_by": new_id()}
    act(
        lambda: (
            db.session.execute(
                update(Voucher)
                .where(Voucher.number == sale["vouchers"][0]["number"])
                .values(status=status, **ended)
            )
            and None
        )
    )
    return sale


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("status", list(VoucherStatus))
def test_states(site, counter, status, action):
    """Every state, action and role: only an issued one ends, and only by those who may."""
    with site.app.app_context():
        shopper = make_shopper(site, 5_000)
        sale = voucher_in(counter, shopper, status)
        number = sale["vouchers"][0]["number"]
        lines = [ReturnedLine(UUID(each["id"]), 1) for each in sale["lines"]]
        later = now() + timedelta(days=DAYS + 1)

        def do(actor) -> None:
            if action is Action.SERVE:
                operations.serve_voucher(
                    shop_id=counter.shop, number=number, actor=actor, now=now()
                )
                return
            operations.refund_redemption(
                village=VILLAGE,
                redemption_id=UUID(sale["id"]),
                reason="退",
                lines=lines,
                actor=actor,
                now=later if action is Action.EXPIRE else now(),
            )

        for role in Role:
            actor = staff(role)
            if role is Role.SHOPKEEPER and action is not Action.EXPIRE:
                continue
            refusal = WrongState if role is Role.SHOPKEEPER else NotPermitted
            with pytest.raises(refusal):
                act(lambda actor=actor: do(actor))
        right = SYSTEM if action is Action.EXPIRE else staff(Role.SHOPKEEPER)
        before, after = TRANSITIONS[action]
        if status is before:
            act(lambda: do(right))
        else:
            with pytest.raises(WrongState):
                act(lambda: do(right))
        db.session.rollback()
        held = db.session.scalar(select(Voucher.status).where(Voucher.number == number))
        assert held is (after if status is before else status)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "served"},
        {"ended_at": now},
        {"valid_until": date(2026, 1, 1)},
        {"number": "123"},
        {"status": "lost"},
    ],
)
def test_the_database_too_knows_what_a_voucher_is(site, counter, shopper, wrong):
    sale = counter.sold(shopper, hair=1)
    with site.app.app_context():
        kept = db.session.scalars(select(Voucher)).one()
        row = columns(kept) | {"id": new_id(), "number": "700000000042"}
        row |= {name: value() if callable(value) else value for name, value in wrong.items()}
        db.session.rollback()
        db.session.connection(execution_options={"write": True})
        with pytest.raises((DBAPIError, LookupError)) as caught:
            db.session.execute(insert(Voucher.__table__), [row])
        assert sale["vouchers"][0]["number"]
        db.session.rollback()
        assert "lost" in str(caught.value) or isinstance(caught.value, DBAPIError)


def test_pages_of_vouchers(site, counter, shopper):
    sale = counter.sold(shopper, hair=1)
    number = sale["vouchers"][0]["number"]
    receipt = site.open("shopkeeper", f"/receipts/{sale['id']}")
    in_fours = f"{number[:4]} {number[4:8]} {number[8:]}"
    assert in_fours in receipt
    assert in_fours in site.open("shopkeeper", "/vouchers")
    bad = site.send("shopkeeper", "/vouchers", number="1234")
    assert (bad.status_code, "look again" in bad.text) == (422, True)
    found = site.send("shopkeeper", "/vouchers", number=f"http://127.0.0.1:8000/vouchers/{number}")
    assert found.status_code == 303
    assert found.location.startswith(f"/vouchers/{number}")
    assert site.send("shopkeeper", f"/vouchers/{number}").status_code == 303
    assert "use up this voucher" not in site.open("shopkeeper", f"/vouchers/{number}")
    assert site.browser("cadre").get(f"/vouchers/{number}").status_code == 403
    client = site.app.test_client()
    client.get("/language/en")
    slip = counter.sold(shopper, hair=1)["vouchers"][0]["number"]
    opened = client.post(
        "/c", data={"code": shopper.code, "pin": PIN, "csrf_token": csrf_of(client, "/c")}
    )
    assert opened.status_code == 303, opened.text
    own = client.get("/c/account").text
    assert f"{slip[:4]} {slip[4:8]} {slip[8:]}" in own
    assert "Your points are enough for" in own
    token = site.app.test_client().post("/api/v1/tokens", json={"card": shopper.code, "pin": PIN})
    headers = {"Authorization": f"Bearer {token.json['token']}"}
    listed = site.app.test_client().get(f"/api/v1/villages/{VILLAGE}/vouchers", headers=headers)
    assert {each["number"] for each in listed.json["items"]} == {number, slip}
    prices = client.get(f"/v/{VILLAGE}/prices").text
    assert "enough points" in prices
