"""A settlement by the API and on the pages of the four who stand for it."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from incentives.extensions import db
from incentives.shop.models import StockOwner
from tests.factories import VILLAGE, act
from tests.shop.scenes import PIN, Counter, make_counter, make_shopper, problem
from tests.site import USERS, Site, make_site

ALL = f"/villages/{VILLAGE}/settlements"
MARCH = "2026-03"


@pytest.fixture
def site(bare_app, clock) -> Site:
    clock.now = datetime(2026, 3, 20, 2, tzinfo=UTC)
    return make_site(bare_app, users=USERS)


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site, StockOwner.SHOPKEEPER)


def income(site: Site, amount_fen: int, method: str = "cash") -> None:
    body = {
        "source": "collective",
        "amount_fen": amount_fen,
        "received_on": "2026-03-01",
        "voucher": "SR1",
        "method": method,
    }
    answer = site.call("treasurer", "POST", f"/villages/{VILLAGE}/fund/income", body)
    assert answer.status_code == 201, answer.text


def ask(site: Site, counter: Counter, month: str = MARCH, who: str = "shopkeeper"):
    return site.call(who, "POST", ALL, {"shop_id": str(counter.shop), "month": month})


def month_over(site: Site, clock) -> None:
    clock.now = datetime(2026, 4, 2, 2, tzinfo=UTC)
    site.tokens.clear()
    site.browsers.clear()


def step(site: Site, who: str, settlement: dict, act: str, **body):
    return site.call(who, "POST", f"{ALL}/{settlement['id']}/{act}", body)


def test_every_step_by_the_api(site, counter, clock):
    shopper = make_shopper(site)
    counter.sold(shopper, soap=2, oil=1, pin=PIN)
    assert problem(ask(site, counter)) == "wrong_state"  # the month isn't over
    month_over(site, clock)
    asked = ask(site, counter)
    assert asked.status_code == 201, asked.text
    made = asked.json
    owed = 2 * 900 + 45 * 90
    assert (made["status"], made["month"], made["points"]) == ("submitted", MARCH, 65)
    assert (made["amount_fen"], made["cash_fen"], made["differences"]) == (owed, 0, [])
    assert sorted(line["handed_out"] for line in made["lines"]) == [1, 2]
    assert problem(ask(site, counter)) == "wrong_state"
    yes = {"decision": "approve"}
    assert problem(step(site, "supervisor", made, "approval", **yes)) == "wrong_state"
    assert step(site, "reviewer", made, "check").json["status"] == "checked"
    assert step(site, "supervisor", made, "approval", **yes).json["status"] == "approved"
    told = f"/villages/{VILLAGE}/fund/statements/income?year=2026"
    statement = site.call("cadre", "GET", told).json
    spent = sum(sum(row["months"]) for row in statement["spending"])
    assert (spent, statement["owed"][-1], statement["remaining"][-1]) == (owed, owed, 0)
    assert site.call(None, "GET", f"/villages/{VILLAGE}/fund").json["payable_fen"] == owed
    shown = site.open("cadre", "/fund/statements?kind=income&year=2026")
    assert "Of what was spent, not yet paid to shops" in shown
    pay = {"method": "cash", "voucher": "ZC9"}
    assert problem(step(site, "treasurer", made, "payment", **pay)) == "insufficient_funds"
    income(site, owed)
    paid = step(site, "treasurer", made, "payment", **pay).json
    assert (paid["status"], paid["paid_on"], paid["paid_by"]) == (
        "paid",
        "2026-04-02",
        "treasurer 某",
    )
    assert step(site, "shopkeeper", made, "confirmation").json["status"] == "confirmed"
    assert problem(step(site, "treasurer", made, "reversal", reason="x")) == "wrong_state"
    listed = site.call("cadre", "GET", f"{ALL}?status=confirmed&month={MARCH}").json["items"]
    assert [each["id"] for each in listed] == [made["id"]]
    book = site.call(None, "GET", f"/villages/{VILLAGE}/fund/book").json["items"][0]
    assert (book["kind"], book["purpose"], book["amount_fen"]) == (
        "settlement_paid",
        "settlement",
        -owed,
    )
    assert (book["payee"], book["voucher"]) == ("积分超市, March 2026", book["voucher"])
    assert [hand["step"] for hand in book["hands"]] == ["asked", "checked", "approved", "paid"]
    narrowed = site.call(None, "GET", f"/villages/{VILLAGE}/fund/book?purpose=settlement").json
    assert [each["event_id"] for each in narrowed["items"]] == [book["event_id"]]
    pdf = site.call("cadre", "GET", f"{ALL}/{made['id']}.pdf")
    assert (pdf.status_code, pdf.data[:4]) == (200, b"%PDF")
    sheet = site.call("cadre", "GET", f"{ALL}/{made['id']}.xlsx")
    assert sheet.status_code == 200
    rows = list(load_workbook(BytesIO(sheet.data)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows[-2:]] == ["Paid", "Paid and received"]
    assert rows[-2][-2:] == (65, owed / 100)


def test_the_page_tells_the_steps_in_the_order_in_which_they_were_taken(site, counter, clock):
    counter.sold(make_shopper(site), soap=1)
    month_over(site, clock)
    income(site, 9_00)
    made = ask(site, counter).json
    step(site, "reviewer", made, "check")
    for who, what, more in (
        ("supervisor", "approval", {"decision": "approve"}),
        ("treasurer", "payment", {"method": "cash", "voucher": "ZC1"}),
        ("treasurer", "reversal", {"reason": "付错了"}),
        ("treasurer", "payment", {"method": "cash", "voucher": "ZC2"}),
    ):
        clock.forward(minutes=1)
        assert step(site, who, made, what, **more).status_code == 200, what
    page = site.open("cadre", f"/settlements/{made['id']}")
    told = ("Approved by the supervision committee", "The payment was taken back", "Voucher ZC2")
    places = [page.index(each) for each in told]
    assert places == sorted(places)


def test_a_no_needs_a_reason_and_bad_input_is_refused(site, counter, clock):
    counter.sold(make_shopper(site), soap=1)
    month_over(site, clock)
    assert ask(site, counter, "2026-13").json["errors"][0]["pointer"] == "/month"
    assert problem(ask(site, counter, "2026-04")) == "wrong_state"
    assert problem(ask(site, counter, "2026-02")) == "wrong_state"
    other = {"shop_id": str(counter.goods["soap"]), "month": MARCH}
    assert problem(site.call("shopkeeper", "POST", ALL, other)) == "not_found"
    made = ask(site, counter).json
    refused = step(site, "reviewer", made, "check", decision="reject")
    assert refused.json["errors"][0]["pointer"] == "/reason"
    ended = step(site, "reviewer", made, "check", decision="reject", reason="数不对").json
    assert (ended["status"], ended["ended_reason"]) == ("rejected", "数不对")
    assert ask(site, counter).json["status"] == "submitted"


def test_the_pages_of_all_four(site, counter, clock):
    shopper = make_shopper(site)
    counter.sold(shopper, soap=2)
    month_over(site, clock)
    income(site, 100_00)
    page = site.open("shopkeeper", "/settlements")
    assert "The village owes you for March 2026" in page
    assert "¥18.00" in page
    assert "agree" in site.open("shopkeeper", f"/settlements/months/{MARCH}")
    sent = site.send("shopkeeper", "/settlements", shop_id=str(counter.shop), month=MARCH)
    assert sent.status_code == 303, sent.text
    here = sent.location
    for who, desk, step_name, typed in (
        ("reviewer", "/review", "check", {"decision": "approve", "reason": ""}),
        ("supervisor", "/supervise", "approval", {"decision": "approve", "reason": ""}),
        (
            "treasurer",
            "/fund",
            "payment",
            {"method": "cash", "paid_on": "2026-04-02", "voucher": "ZC1"},
        ),
        ("shopkeeper", "/settlements", "confirmation", {}),
    ):
        assert here in site.open(who, desk), who
        assert here not in site.open("cadre", "/desk")
        answer = site.send(who, f"{here}/{step_name}", on=here, **typed)
        assert answer.status_code == 303, (who, answer.text)
        if who != "shopkeeper":
            assert here not in site.open(who, desk), who
    page = site.open("cadre", here)
    assert "Paid and received" in page
    assert "The shopkeeper has the money" in page
    assert "积分超市, March 2026" in site.open("cadre", f"/v/{VILLAGE}/fund")
    assert site.browser("cadre").get(f"{here}.pdf").data[:4] == b"%PDF"
    assert site.browser("cadre").get(f"{here}.xlsx").data[:2] == b"PK"
    assert site.browser("cadre").get("/settlements.xlsx").data[:2] == b"PK"
    assert site.browser("cadre").get("/settlements/months/2026-99").status_code == 404


def test_agreements_by_api_and_page(site, counter):
    path = f"/shops/{counter.shop}/agreements"
    body = {"basis": "fen_per_point", "effective_on": "2026-03-25", "document": "协议 3 号"}
    assert site.call("cadre", "GET", path).json["items"] == []
    assert problem(site.call("cadre", "POST", path, body)) == "not_permitted"
    late = site.call("administrator", "POST", path, body | {"effective_on": "2026-03-19"})
    assert late.json["errors"][0]["pointer"] == "/effective_on"
    assert site.call("administrator", "POST", path, body).status_code == 201
    assert problem(site.call("administrator", "POST", path, body)) == "duplicate"
    typed = {"shop_id": str(counter.shop), "basis": "cost", "document": "协议 4 号"}
    page = "/admin/agreements"
    bad = site.send("administrator", page, effective_on="2026-03-01", **typed)
    assert bad.status_code == 422
    assert "from today on" in bad.text
    assert site.send("administrator", page, effective_on="2026-05-01", **typed).status_code == 303
    listed = site.call("cadre", "GET", path).json["items"]
    assert [(each["effective_on"], each["basis"]) for each in listed] == [
        ("2026-05-01", "cost"),
        ("2026-03-25", "fen_per_point"),
    ]
    assert "协议 4 号" in site.open("administrator", page)
    assert site.browser("cadre").get(page).status_code == 403


def test_a_month_by_api_before_it_is_asked_for(site, counter, clock):
    sale = counter.sold(make_shopper(site), soap=2, oil=1, pin=PIN)
    counter.refund(sale, lines=[{"line_id": sale["lines"][0]["id"], "quantity": 1}])
    path = f"{ALL}/statement?shop_id={counter.shop}&month={MARCH}"
    told = site.call("reviewer", "GET", path).json
    assert (told["points"], told["redeemed_points"], told["refunded_points"]) == (55, 65, 10)
    assert (told["amount_fen"], told["differences"]) == (900 + 45 * 90, [])
    assert problem(site.call(None, "GET", path)) == "not_signed_in"


def test_a_difference_is_said_on_the_page_and_by_the_api(site, counter, clock):
    sale = counter.sold(make_shopper(site), soap=2)
    month_over(site, clock)
    with site.app.app_context():
        act(lambda: db.session.execute(text("UPDATE redemption SET points = 15")) and None)
    refused = ask(site, counter)
    assert problem(refused) == "wrong_state"
    number = sale["receipt"]
    assert (
        f"Receipt {number}: points moved in the ledger 20, on the receipt 15."
        in (refused.json["detail"])
    )
    assert refused.json["differences"][0] == {
        "what": "points",
        "expected": 20,
        "found": 15,
        "receipt": number,
        "good": None,
    }
    page = site.open("shopkeeper", "/settlements")
    assert f"Receipt {number}: points moved in the ledger 20, on the receipt 15." in page
    assert "Ask for ¥" not in page
