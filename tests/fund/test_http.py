"""The fund by HTTP: one disbursement from application to receipt, the book, and who may what."""

import io

import pytest
from PIL import Image

from tests.factories import VILLAGE
from tests.site import Site, make_site

FUND = f"/villages/{VILLAGE}/fund"
INCOME = {
    "source": "donation",
    "amount_fen": 100_000,
    "received_on": "2026-03-01",
    "voucher": "SR-1",
    "method": "cash",
    "giver": "在外乡友",
    "note": "内部备注",
}


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, publicity_days=0)


def household(site: Site) -> dict:
    body = {"door": "12", "head": {"name": "扎西彭措"}}
    answer = site.call("cadre", "POST", f"/villages/{VILLAGE}/households", body)
    assert answer.status_code == 201, answer.text
    return answer.json


def jpeg() -> io.BytesIO:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "JPEG")
    content.seek(0)
    return content


def upload(site: Site, who: str) -> str:
    data = {"file": (jpeg(), "receipt.jpg")}
    answer = site.call(who, "POST", f"/villages/{VILLAGE}/files", data=data)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def ask(site: Site, amount_fen: int = 30_000, purpose: str = "family", **fields) -> dict:
    body = {
        "purpose": purpose,
        "payee": {"household_id": household(site)["id"]},
        "amount_fen": amount_fen,
        "reason": "常年照顾孤寡老人",
        **fields,
    }
    answer = site.call("cadre", "POST", f"{FUND}/disbursements", body)
    assert answer.status_code == 201, answer.text
    return answer.json


def act(site: Site, who: str, one: dict, step: str, body: dict, status: int = 200) -> dict:
    answer = site.call(who, "POST", f"{FUND}/disbursements/{one['id']}/{step}", body)
    assert answer.status_code == status, answer.text
    return answer.json


def paid(site: Site, **fields) -> dict:
    one = ask(site, **fields)
    act(site, "reviewer", one, "evaluation", {"decision": "approve"})
    act(site, "supervisor", one, "approval", {"decision": "approve"})
    payment = {"paid_on": "2026-03-02", "method": "cash", "voucher": "ZC-1"}
    return act(site, "treasurer", one, "payment", payment)


def test_a_disbursement_from_application_to_receipt(site):
    assert site.call("treasurer", "POST", f"{FUND}/income", INCOME).status_code == 201
    evidence = upload(site, "cadre")
    one = ask(site, evidence=[evidence])
    assert (one["status"], one["payee"]["name"]) == ("applied", "Household of 扎西彭措")
    assert (one["budget_fen"], one["budget_left_fen"]) == (None, -30_000)
    assert one["evidence"] == [evidence]
    evaluated = act(site, "reviewer", one, "evaluation", {"decision": "approve"})
    assert (evaluated["status"], evaluated["evaluated_by"]) == ("evaluated", "reviewer 某")
    approved = act(site, "supervisor", one, "approval", {"decision": "approve"})
    assert approved["status"] == "approved"
    assert [each["approver"] for each in approved["approvals"]] == ["supervisor 某"]
    payment = {"paid_on": "2026-03-02", "method": "cash", "voucher": "ZC-1"}
    assert act(site, "treasurer", one, "payment", payment)["status"] == "paid"
    receipt = {"file": upload(site, "treasurer")}
    assert act(site, "treasurer", one, "receipt", receipt)["status"] == "received"
    back = {"amount_fen": 10_000, "method": "bank", "reason": "少付了一样"}
    assert act(site, "treasurer", one, "return", back, 201)["amount_fen"] == 10_000
    now = site.call("overseer", "GET", f"{FUND}/disbursements/{one['id']}")
    assert now.status_code == 403
    now = site.call("supervisor", "GET", f"{FUND}/disbursements/{one['id']}").json
    assert (now["status"], now["returned_fen"]) == ("returned", 10_000)
    fund = site.call(None, "GET", FUND).json
    assert (fund["balance_fen"], fund["cash_fen"], fund["bank_fen"]) == (80_000, 70_000, 10_000)
    assert [(each["purpose"], each["spent_fen"]) for each in fund["by_purpose"]] == [
        ("family", 20_000)
    ]
    assert [(each["year"], each["income_fen"], each["spent_fen"]) for each in fund["by_year"]] == [
        (2026, 100_000, 20_000)
    ]


def test_the_book_shows_each_line_with_what_remained(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    paid(site)
    lines = site.call(None, "GET", f"{FUND}/book").json["items"]
    assert [(each["kind"], each["amount_fen"], each["remaining_fen"]) for each in lines] == [
        ("disbursement", -30_000, 70_000),
        ("income", 100_000, 100_000),
    ]
    assert lines[0]["payee"] == "Household of 扎西彭措"
    assert lines[0]["hands"] == [
        {"step": "applied", "name": "cadre 某"},
        {"step": "evaluated", "name": "reviewer 某"},
        {"step": "approved", "name": "supervisor 某"},
        {"step": "paid", "name": "treasurer 某"},
    ]
    assert (lines[1]["payee"], lines[1]["paper"]) == ("在外乡友", "SR-1")
    assert "内部备注" not in site.call(None, "GET", f"{FUND}/book").text


def test_a_payee_in_need_is_masked_and_shown_by_month(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    paid(site, purpose="relief", reason="家里有人重病")
    answer = site.call(None, "GET", f"{FUND}/book")
    line = answer.json["items"][0]
    assert (line["payee"], line["day"], line["month"]) == ("Household of 扎**", None, "2026-03")
    assert (line["amount_fen"], line["reason"], line["paper"]) == (-30_000, None, None)
    assert "扎西彭措" not in answer.text
    assert "重病" not in answer.text


@pytest.mark.parametrize(
    ("language", "month", "purpose"),
    [
        ("zh-CN", "2026年3月", "济困互助"),
        ("bo", "2026 ལོའི་ཟླ་ 3", "དཀའ་ངལ་ཅན་ལ་རོགས་རམ།"),
        ("en", "March 2026", "Help"),
    ],
)
def test_the_book_says_the_month_in_the_readers_language(site, language, month, purpose):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    paid(site, purpose="relief")
    browser = site.app.test_client()
    browser.get(f"/language/{language}")
    page = browser.get(f"/v/{VILLAGE}/fund?purpose=relief").text
    assert month in page
    assert purpose in page
    assert ">2026-03<" not in page


def test_a_month_of_the_book_and_its_pages(site):
    for day in ("2026-01-31", "2026-02-01", "2026-02-28"):
        site.call("treasurer", "POST", f"{FUND}/income", INCOME | {"received_on": day})
    february = site.call(None, "GET", f"{FUND}/book?month=2026-02").json["items"]
    assert [each["day"] for each in february] == ["2026-02-28", "2026-02-01"]
    assert [each["remaining_fen"] for each in february] == [300_000, 200_000]
    first = site.call(None, "GET", f"{FUND}/book?limit=2").json
    second = site.call(None, "GET", f"{FUND}/book?limit=2&after={first['next']}").json
    assert [each["remaining_fen"] for each in second["items"]] == [100_000]
    assert second["next"] is None
    assert site.call(None, "GET", f"{FUND}/book?month=2026-13").status_code == 422


def test_a_mistyped_income_is_reversed_in_public(site):
    income = site.call("treasurer", "POST", f"{FUND}/income", INCOME).json
    path = f"{FUND}/income/{income['id']}/reversal"
    assert site.call("cadre", "POST", path, {"reason": "多写了一个零"}).status_code == 403
    answer = site.call("treasurer", "POST", path, {"reason": "多写了一个零"})
    assert answer.status_code == 201
    assert answer.json["reversed_event_id"] is not None
    assert site.call("treasurer", "POST", path, {"reason": "又"}).json["type"] == (
        "/problems/already_reversed"
    )
    lines = site.call(None, "GET", f"{FUND}/book").json["items"]
    assert [(each["kind"], each["amount_fen"], each["reason"]) for each in lines] == [
        ("reversal", -100_000, "多写了一个零"),
        ("income", 100_000, None),
    ]


def test_a_spent_budget_warns_and_never_refuses(site):
    vote = {"held_on": "2026-03-01", "present": 60, "in_favour": 50, "against": 3}
    items = vote | {
        "resolution": "村民会议",
        "items": [{"purpose": "family", "amount_fen": 40_000}],
    }
    assert site.call("treasurer", "PUT", f"{FUND}/budgets/2026", items).status_code == 200
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    assert paid(site)["budget_left_fen"] == 10_000
    assert ask(site)["budget_left_fen"] == -20_000
    figures = site.call("overseer", "GET", f"{FUND}/budgets/2026").json["items"]
    assert [(each["purpose"], each["spent_fen"], each["left_fen"]) for each in figures] == [
        ("family", 30_000, 10_000)
    ]
    other = vote | {
        "resolution": "补充决议",
        "items": [{"purpose": "commons", "amount_fen": 1}],
    }
    answer = site.call("treasurer", "PUT", f"{FUND}/budgets/2026", other).json
    changed = answer["items"]
    assert [each["resolution"] for each in answer["adoptions"]] == ["补充决议", "村民会议"]
    assert [(each["purpose"], each["amount_fen"]) for each in changed] == [
        ("family", None),
        ("commons", 1),
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount_fen": 0}, "/amount_fen"),
        ({"purpose": "settlement"}, "/purpose"),
        ({"payee": {}}, "/payee"),
        ({"payee": {"name": "甲", "team_id": "0190f3a0-0000-7000-8000-000000000001"}}, "/payee"),
        ({"payee": {"household_id": "0190f3a0-0000-7000-8000-000000000001"}}, "/payee"),
        ({"evidence": ["0190f3a0-0000-7000-8000-000000000001"]}, "/evidence/0"),
        ({"reason": ""}, "/reason"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_bad_application_names_its_field(site, body, pointer):
    good = {"purpose": "fees", "payee": {"name": "农村信用社"}, "amount_fen": 1, "reason": "手续费"}
    answer = site.call("treasurer", "POST", f"{FUND}/disbursements", good | body)
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


def test_evidence_is_read_by_those_who_decide(site):
    evidence = upload(site, "cadre")
    path = f"/villages/{VILLAGE}/files/{evidence}"
    assert site.call("treasurer", "GET", path).status_code == 404
    ask(site, evidence=[evidence])
    answer = site.call("treasurer", "GET", path)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert site.call("shopkeeper", "GET", path).status_code == 404
    assert site.call(None, "GET", path).status_code == 401


VOTE = {"held_on": "2026-03-01", "present": 60, "in_favour": 50, "against": 3}
SHOP, ANOTHER = ({"payee": {"name": each}, "amount_fen": 1} for each in ("五金店", "农资店"))
ASKED = {"purpose": "commons", "reason": "买锹"}
CARRIERS = {
    "income": ("POST", "/income", INCOME, "file"),
    "application": ("POST", "/disbursements", ASKED | SHOP, "evidence"),
    "list": (
        "POST",
        "/disbursement-lists",
        ASKED | {"title": "修路", "lines": [SHOP, ANOTHER]},
        "evidence",
    ),
    "statement": (
        "POST",
        "/bank/statements",
        {"from_on": "2026-02-01", "to_on": "2026-02-28", "opening_fen": 0, "closing_fen": 0}
        | {"lines": []},
        "file",
    ),
    "minutes": ("PUT", "/budgets/2026", VOTE | {"resolution": "决议", "items": []}, "minutes"),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_only_a_file_of_one_s_own_becomes_a_paper_of_the_fund(site, carrier):
    method, path, body, name = CARRIERS[carrier]

    def send(who: str):
        file = upload(site, who)
        shown = [file] if name == "evidence" else file
        return site.call("treasurer", method, f"{FUND}{path}", body | {name: shown})

    refused = send("shopkeeper")
    assert refused.status_code == 422, refused.text
    pointer = f"/{name}/0" if name == "evidence" else f"/{name}"
    assert [each["pointer"] for each in refused.json["errors"]] == [pointer]
    assert send("treasurer").status_code in (200, 201)


def test_a_receipt_is_a_file_of_whoever_confirms_it(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    one = paid(site)
    others = {"file": upload(site, "cadre")}
    refused = act(site, "treasurer", one, "receipt", others, 422)
    assert [each["pointer"] for each in refused["errors"]] == ["/file"]


def test_the_same_payment_sent_twice_pays_once(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    one = ask(site)
    act(site, "reviewer", one, "evaluation", {"decision": "approve"})
    act(site, "supervisor", one, "approval", {"decision": "approve"})
    path = f"{FUND}/disbursements/{one['id']}/payment"
    body = {"paid_on": "2026-03-02", "method": "cash", "voucher": "ZC-1"}
    first = site.call("treasurer", "POST", path, body, key="a" * 32)
    again = site.call("treasurer", "POST", path, body, key="a" * 32)
    assert (first.status_code, first.data) == (200, again.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert site.call(None, "GET", FUND).json["cash_fen"] == 70_000
