"""Points for goods at the counter: who the card is, what a sale needs, what it may not pass."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.cards.models import CardKey
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.register.queries import find_household
from incentives.shop.models import StockOwner
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_village
from tests.shop.scenes import PIN, Counter, Shopper, make_counter, make_shopper, problem
from tests.site import PASSWORD, Site, make_site


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("administrator", "cadre", "shopkeeper"))


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


@pytest.fixture
def shopper(site) -> Shopper:
    return make_shopper(site)


def scan(site: Site, who: str | None = "shopkeeper", **shown: str) -> dict:
    answer = site.call(who, "POST", "/cards/scan", shown)
    assert answer.status_code == 200, answer.text
    return answer.json


def policy(site: Site, **values) -> None:
    answer = site.call(
        "administrator", "PATCH", f"/villages/{VILLAGE}/policy", {"resolution": "会议"} | values
    )
    assert answer.status_code == 200, answer.text


def set_good(counter: Counter, sku: str, **changes) -> None:
    path = f"/shops/{counter.shop}/goods/{counter.goods[sku]}"
    answer = counter.site.call("cadre", "PATCH", path, changes)
    assert answer.status_code == 200, answer.text


def forward(site: Site, clock, **span: float) -> None:
    """Move the clock on; tokens are over after half a day."""
    clock.forward(**span)
    site.tokens.clear()


def add_user(site: Site, username: str, *roles: tuple[Role, str], resident_id=None) -> None:
    with site.app.app_context():
        act(
            lambda: (
                access.add_user(
                    username=username,
                    name=username,
                    password=PASSWORD,
                    roles=[Assignment(*each) for each in roles],
                    resident_id=resident_id,
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )


def test_a_redemption_takes_points_and_goods_and_leaves_a_receipt(site, counter, shopper):
    key = str(new_id())
    sale = counter.sold(shopper, key=key, soap=2, oil=1, pin=PIN)
    assert (sale["id"], sale["points"], sale["balance"]) == (key, 65, 135)
    assert [(each["name_zh"], each["quantity"], each["points"]) for each in sale["lines"]] == [
        ("香皂", 2, 20),
        ("菜油", 1, 45),
    ]
    assert counter.shelf() == {"soap": 18, "oil": 19}
    path = f"/villages/{VILLAGE}/redemptions"
    told = site.call("cadre", "GET", f"{path}/{key}").json
    assert "/verify#R1" in told.pop("proof_url")
    assert told == sale
    listed = site.call("cadre", "GET", f"{path}?household_id={shopper.household}").json["items"]
    assert [each["id"] for each in listed] == [key]
    with site.app.app_context():
        assert audit(VILLAGE) == []


def test_by_scan_the_sale_uses_it_up_once_and_within_ten_minutes(site, counter, shopper, clock):
    add_user(site, "keeper2", (Role.SHOPKEEPER, VILLAGE))
    shown = scan(site, code=shopper.code)
    assert (shown["holder"], shown["spendable"], shown["pin_needed_above"]) == ("扎**", 200, 50)
    by_scan = {"scan_id": shown["scan_id"], "soap": 1}
    assert counter.refused(shopper, who="keeper2", **by_scan) == "not_found"
    refused = counter.refused(shopper, scan_id=shown["scan_id"], oil=2)
    assert refused == "pin_required"  # which leaves the scan as it was
    assert counter.sold(shopper, **by_scan)["points"] == 10
    assert counter.refused(shopper, **by_scan) == "code_used"
    by_number = scan(site, number=shopper.number)
    assert counter.sold(shopper, scan_id=by_number["scan_id"], soap=1)["balance"] == 180
    late = scan(site, code=shopper.code)
    forward(site, clock, minutes=10)
    assert counter.refused(shopper, scan_id=late["scan_id"], soap=1) == "code_expired"
    both = counter.redeem(shopper, scan_id=late["scan_id"], card_code=shopper.code, soap=1)
    assert both.json["errors"][0]["pointer"] == "/card_code"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_by_scan_the_same_sale_again_is_answered_as_before(site, counter, shopper):
    key, scan_id = str(new_id()), scan(site, code=shopper.code)["scan_id"]
    first = counter.redeem(shopper, key=key, scan_id=scan_id, soap=1)
    again = counter.redeem(shopper, key=key, scan_id=scan_id, soap=1)
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert counter.shelf()["soap"] == 19


def test_a_card_whose_key_ended_is_refused_though_the_key_was_seen_before(site, counter, shopper):
    counter.sold(shopper, soap=1)
    with site.app.app_context():
        act(lambda: db.session.execute(update(CardKey).values(until_at=now())) and None)
    assert counter.refused(shopper, soap=1) == "card_invalid"
    with site.app.app_context():
        act(lambda: db.session.execute(update(CardKey).values(until_at=None)) and None)
    counter.sold(shopper, soap=1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_sale_s_id_serves_once_in_all_villages(site, counter, shopper):
    with site.app.app_context():
        make_village(OTHER_VILLAGE)
    add_user(site, "both", (Role.SHOPKEEPER, TOWNSHIP))
    key = str(new_id())
    counter.sold(shopper, key=key, soap=1)
    there = f"/villages/{OTHER_VILLAGE}/redemptions"
    answer = site.call("both", "POST", there, counter.body(shopper, soap=1), key=key)
    assert problem(answer) == "duplicate"


def test_a_card_alone_goes_so_far_a_time_and_twice_that_a_day(counter, shopper, clock):
    assert counter.refused(shopper, soap=6) == "pin_required"  # 60, above 50
    counter.sold(shopper, soap=5)
    counter.sold(shopper, oil=1)
    again = counter.redeem(shopper, soap=1)  # 50 and 45 and 10 are above twice 50
    assert (problem(again), again.json["pin_needed_above"]) == ("pin_required", 50)
    assert counter.refused(shopper, soap=1, pin="135790") == "wrong_pin"
    assert counter.sold(shopper, soap=1, pin=PIN)["balance"] == 95
    forward(counter.site, clock, days=1)
    assert counter.sold(shopper, oil=1)["balance"] == 50


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_card_without_pin_serves_small_sales_only(site, counter):
    shopper = make_shopper(site, pin=None)
    counter.sold(shopper, soap=1)
    assert counter.refused(shopper, soap=6) == "pin_required"
    assert counter.refused(shopper, soap=6, pin=PIN) == "pin_required"


def test_the_shopkeeper_s_own_household_always_needs_its_pin(site, counter, shopper):
    with site.app.app_context():
        head = find_household(VILLAGE, shopper.household).head_id
    add_user(site, "neighbour", (Role.SHOPKEEPER, VILLAGE), resident_id=head)
    shown = site.call("neighbour", "POST", "/cards/scan", {"code": shopper.code}).json
    refused = counter.redeem(shopper, who="neighbour", soap=1)
    assert problem(refused) == "pin_required"
    assert shown["pin_needed_above"] == refused.json["pin_needed_above"] == 0
    assert refused.json["detail"] == "A sale to your own household always needs its PIN"
    sale = counter.sold(shopper, who="neighbour", soap=1, pin=PIN)
    assert problem(counter.refund(sale, who="neighbour")) == "own_household"
    assert counter.refund(sale).status_code == 201


def test_a_household_s_points_a_day_are_capped(site, counter, shopper, clock):
    policy(site, daily_redemption_cap=60)
    sale = counter.sold(shopper, oil=1)
    over = counter.redeem(shopper, soap=2)
    assert (problem(over), over.json["left"]) == ("cap_exceeded", 15)
    counter.sold(shopper, soap=1)
    assert counter.refund(sale).status_code == 201
    assert counter.sold(shopper, soap=5, pin=PIN)["balance"] == 140
    assert counter.refused(shopper, soap=1, pin=PIN) == "cap_exceeded"
    forward(counter.site, clock, hours=15)  # midnight in the village
    assert counter.sold(shopper, soap=5)["balance"] == 90


def test_a_good_s_number_a_month_is_capped(counter, shopper, clock):
    set_good(counter, "soap", household_cap=3)
    sale = counter.sold(shopper, soap=2)
    over = counter.redeem(shopper, soap=2)
    assert (problem(over), over.json["left"]) == ("cap_exceeded", 1)
    line = sale["lines"][0]["id"]
    counter.refund(sale, lines=[{"line_id": line, "quantity": 1}])
    counter.sold(shopper, soap=2)
    forward(counter.site, clock, days=29)  # 31 March
    assert counter.refused(shopper, soap=1) == "cap_exceeded"
    forward(counter.site, clock, days=1)
    assert counter.sold(shopper, soap=3)["balance"] == 140


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_on_other_days_nothing_is_redeemed(site, counter, shopper, clock):
    policy(site, redemption_days={"week": [6, 7]})
    refused = counter.redeem(shopper, soap=1)
    assert problem(refused) == "not_a_redemption_day"
    assert "the next is 7 Mar 2026" in refused.json["detail"]
    prices = site.browser("cadre").get(f"/v/{VILLAGE}/prices")
    assert "7 Mar 2026" in prices.text
    forward(counter.site, clock, days=5)  # from Monday to Saturday
    counter.sold(shopper, soap=1)
    assert "The next day for it" not in site.browser("cadre").get(f"/v/{VILLAGE}/prices").text
    policy(site, redemption_days={"month": [31]})
    assert counter.refused(shopper, soap=1) == "not_a_redemption_day"
    forward(counter.site, clock, days=54)  # 30 April, the last day of its month
    counter.sold(shopper, soap=1)


def test_cash_covers_exactly_what_is_short_of_the_shopkeeper_s_own_goods(site):
    counter = make_counter(site, StockOwner.SHOPKEEPER)
    shopper = make_shopper(site, points=30)
    cash = {"oil": 1, "pin": PIN}
    short = counter.redeem(shopper, **cash)
    assert (problem(short), short.json["needed"], short.json["spendable"]) == (
        "insufficient_points",
        45,
        30,
    )
    for wrong in (1400, 1550, 1600, 4500):
        answer = counter.redeem(shopper, cash_top_up_fen=wrong, **cash)
        assert answer.json["errors"][0]["pointer"] == "/cash_top_up_fen", wrong
    assert counter.redeem(shopper, soap=1, cash_top_up_fen=100).status_code == 422
    sale = counter.sold(shopper, cash_top_up_fen=1500, **cash)
    assert (sale["points"], sale["cash_fen"], sale["balance"]) == (30, 1500, 0)
    # With nothing left not even the one point can be paid that makes it a redemption.
    assert counter.refused(shopper, soap=1, cash_top_up_fen=900) == "insufficient_points"
    policy(site, cash_top_up=False)
    poor = make_shopper(site, points=30)
    assert counter.refused(poor, cash_top_up_fen=1500, **cash) == "invalid"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_village_s_goods_are_never_for_cash(site, counter):
    shopper = make_shopper(site, points=30)
    assert counter.refused(shopper, oil=1, pin=PIN, cash_top_up_fen=1500) == "invalid"
    assert counter.shelf()["oil"] == 20


def test_what_the_shelf_doesn_t_hold_is_not_sold(site, shopper):
    counter = make_counter(site, soap=3, oil=0)
    answer = counter.redeem(shopper, soap=4)
    assert (problem(answer), answer.json["left"]) == ("out_of_stock", 3)
    assert counter.refused(shopper, soap=1, oil=1, pin=PIN) == "out_of_stock"
    assert counter.shelf() == {"soap": 3, "oil": 0}
    assert scan(site, code=shopper.code)["spendable"] == 200
    set_good(counter, "soap", on_sale=False)
    answer = counter.redeem(shopper, soap=1)
    assert answer.json["errors"][0]["pointer"] == "/lines/0/good_id"
    answer = counter.redeem(shopper, lines=counter.lines(oil=1) * 2)
    assert answer.json["errors"][0]["pointer"] == "/lines/1/good_id"


def test_of_two_sales_of_the_last_piece_one_is_refused(site):
    counter = make_counter(site, soap=1)
    shoppers = [make_shopper(site) for _ in range(2)]
    site.token("shopkeeper")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda each: counter.redeem(each, soap=1), shoppers))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [problem(each) for each in answers if each.status_code == 409] == ["out_of_stock"]
    assert counter.shelf()["soap"] == 0
    left = sorted(scan(site, code=each.code)["spendable"] for each in shoppers)
    assert left == [190, 200]


def test_one_household_s_two_cards_can_not_spend_the_same_points(site, counter):
    shopper = make_shopper(site, points=45)
    site.token("shopkeeper")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: counter.redeem(shopper, oil=1), range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert scan(site, code=shopper.code)["balance"] == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whoever_keeps_another_shop_serves_nobody_here(site, counter, shopper):
    with site.app.app_context():
        make_village(OTHER_VILLAGE)
    add_user(site, "stranger", (Role.SHOPKEEPER, OTHER_VILLAGE))
    assert counter.refused(shopper, who="stranger", soap=1) == "not_found"
    assert "scan_id" not in scan(site, "stranger", code=shopper.code)
    assert counter.refused(shopper, who="cadre", soap=1) == "not_permitted"
    there = f"/villages/{OTHER_VILLAGE}/redemptions"
    body = counter.body(shopper, soap=1)
    answer = site.call("stranger", "POST", there, body, key=str(new_id()))
    assert problem(answer) == "not_found"  # the shop isn't theirs
    # A township's shopkeeper keeps the township's shop alone; one of both villages can't mix them.
    add_user(site, "township", (Role.SHOPKEEPER, TOWNSHIP))
    answer = site.call("township", "POST", there, body, key=str(new_id()))
    assert problem(answer) == "not_found"
    add_user(site, "both", (Role.SHOPKEEPER, VILLAGE), (Role.SHOPKEEPER, OTHER_VILLAGE))
    answer = site.call("both", "POST", there, body, key=str(new_id()))
    assert problem(answer) == "wrong_village"
