"""The same ways round, tried by the API and on the pages: each is refused in plain words."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.access.models import User
from incentives.access.people import actor_of_user
from incentives.clock import now
from incentives.extensions import db
from tests.factories import TOWNSHIP, VILLAGE
from tests.factories import act as in_transaction
from tests.fund.months import close_until
from tests.fund.people import Village
from tests.fund.test_http import FUND, INCOME, act, ask, household, paid, upload
from tests.site import PASSWORD, Site, make_site

VOTE = {"held_on": "2026-03-01", "present": 60, "in_favour": 50, "against": 3}
BUDGET = VOTE | {"resolution": "决议", "items": [{"purpose": "family", "amount_fen": 40_000}]}
TYPED = {"resolution": "决议", "held_on": "2026-03-01", "present": "60", "in_favour": "50"}
TYPED |= {"against": "1", "items-0-purpose": "family", "items-0-amount_fen": "400"}


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, publicity_days=0)


def approved(site: Site, **fields) -> dict:
    one = ask(site, **fields)
    act(site, "reviewer", one, "evaluation", {"decision": "approve"})
    return act(site, "supervisor", one, "approval", {"decision": "approve"})


def later(site: Site, clock, *, days: int) -> None:
    """Some days on everybody signs in anew."""
    clock.forward(days=days)
    site.tokens.clear()
    site.browsers.clear()


def pointers(answer) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [each["pointer"] for each in answer.json["errors"]]


def test_days_go_in_order(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    one = approved(site)
    path = f"{FUND}/disbursements/{one['id']}"
    page = f"/fund/disbursements/{one['id']}"
    early = {"paid_on": "2026-03-01", "method": "cash", "voucher": "ZC-1"}
    assert pointers(site.call("treasurer", "POST", f"{path}/payment", early)) == ["/paid_on"]
    typed = site.send("treasurer", f"{page}/payment", on=page, **early)
    assert (typed.status_code, "It was approved on 2 Mar 2026 only" in typed.text) == (422, True)
    act(site, "treasurer", one, "payment", early | {"paid_on": "2026-03-02"})
    back = {"method": "cash", "reason": "x", "returned_on": "2026-03-01"}
    answer = site.call("treasurer", "POST", f"{path}/return", back | {"amount_fen": 1})
    assert pointers(answer) == ["/returned_on"]
    typed = site.send("treasurer", f"{page}/return", on=page, **back, amount_fen="1")
    assert (typed.status_code, "It was paid on 2 Mar 2026 only" in typed.text) == (422, True)
    assert site.call(None, "GET", FUND).json["by_month"][0]["out_fen"] == 30_000


def test_what_there_was_on_a_day_is_said(site, clock):
    body = INCOME | {"amount_fen": 20_000}
    site.call("treasurer", "POST", f"{FUND}/income", body)
    one = approved(site)
    later(site, clock, days=3)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME | {"received_on": "2026-03-05"})
    payment = {"paid_on": "2026-03-03", "method": "cash", "voucher": "ZC-1"}
    answer = site.call("treasurer", "POST", f"{FUND}/disbursements/{one['id']}/payment", payment)
    assert (answer.status_code, answer.json["type"]) == (409, "/problems/insufficient_funds")
    assert answer.json["detail"] == "On March 3, 2026 there were only ¥200.00 in cash"
    assert (answer.json["available_fen"], answer.json["day"]) == (20_000, "2026-03-03")
    page = f"/fund/disbursements/{one['id']}"
    typed = site.send("treasurer", f"{page}/payment", on=page, **payment)
    assert (typed.status_code, "there were only ¥200.00 in cash" in typed.text) == (409, True)
    move = {"from": "cash", "to": "bank", "moved_on": "2026-03-03"}
    moved = site.send("treasurer", "/fund/moves", **move, amount_fen="200.01")
    assert (moved.status_code, "there were only ¥200.00 in cash" in moved.text) == (409, True)
    answer = site.call("treasurer", "POST", f"{FUND}/moves", move | {"amount_fen": 20_001})
    assert answer.json["type"] == "/problems/insufficient_funds"
    assert site.call(None, "GET", FUND).json["cash_fen"] == 120_000


def test_the_approver_is_told_why_two_are_needed(site):
    goods = {"purpose": "commons", "payee": {"name": "县供销社"}, "amount_fen": 100_000}
    assert approved(site, **goods)["status"] == "approved"
    one = ask(site, **goods)
    assert one["nearby_fen"] == 100_000
    act(site, "reviewer", one, "evaluation", {"decision": "approve"})
    said = "With what this payee gets within 30 days it is 2000.00 yuan: two approve"
    for page in ("/supervise", f"/fund/disbursements/{one['id']}"):
        assert said in site.open("supervisor", page)
    after = act(site, "supervisor", one, "approval", {"decision": "approve"})
    assert (after["status"], after["missing_approvals"]) == ("evaluated", 1)


def test_a_lists_page_says_on_which_line_and_why_two_are_needed(site):
    home = household(site)["id"]
    approved(site, payee={"household_id": home}, amount_fen=60_000)
    body = {"title": "奖励", "purpose": "family", "reason": "x"}
    body["lines"] = [
        {"payee": {"household_id": each}, "amount_fen": 45_000}
        for each in (home, other_household(site))
    ]
    asked = site.call("cadre", "POST", f"{FUND}/disbursement-lists", body).json
    page = f"/fund/lists/{asked['id']}"
    decision = {"decision": "approve"}
    path = f"{FUND}/disbursement-lists/{asked['id']}"
    assert site.call("reviewer", "POST", f"{path}/evaluation", decision).status_code == 200
    said = "With what this payee gets within 30 days it is 1500.00 yuan: two approve"
    assert site.open("supervisor", page).count(said) == 1
    assert site.call("supervisor", "POST", f"{path}/approval", decision).status_code == 200
    shown = site.open("supervisor", page)
    assert shown.count("One more approval is needed.") == 2  # above, and at the line


def other_household(site: Site) -> str:
    body = {"door": "13", "head": {"name": "格桑"}}
    return site.call("cadre", "POST", f"/villages/{VILLAGE}/households", body).json["id"]


def add_township_supervisor(site: Site) -> None:
    with site.app.app_context():
        in_transaction(
            lambda: (
                access.add_user(
                    username="above",
                    name="乡 某",
                    password=PASSWORD,
                    roles=[Assignment(Role.SUPERVISOR, TOWNSHIP)],
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )


def test_a_village_with_one_supervisor_sends_up_what_needed_two(site):
    add_township_supervisor(site)
    goods = {"purpose": "commons", "payee": {"name": "县供销社"}, "amount_fen": 60_000}
    first, second = ask(site, **goods), ask(site, **goods)
    for one in (first, second):
        act(site, "reviewer", one, "evaluation", {"decision": "approve"})
        act(site, "supervisor", one, "approval", {"decision": "approve"})
    act(site, "cadre", first, "withdrawal", {"reason": "写错了"})
    path = f"{FUND}/disbursements/{second['id']}"
    assert site.call("supervisor", "GET", path).json["missing_approvals"] == 1
    shown = site.open("supervisor", f"/fund/disbursements/{second['id']}")
    assert "One more approval is needed." in shown
    queue = f"/divisions/{TOWNSHIP}/disbursement-queue"
    items = site.call("above", "GET", queue).json["items"]
    assert [each["disbursement"]["id"] for each in items] == [second["id"]]
    after = act(site, "above", second, "approval", {"decision": "approve"})
    assert (after["status"], after["missing_approvals"]) == ("approved", 0)


def treasurer_and_supervisor() -> Village:
    """The site's own people, as operations know them."""

    def known(name: str):
        return actor_of_user(db.session.query(User).filter_by(username=name).one())

    nobody = dict.fromkeys(("payee", "cadre", "reviewer", "supervisor2", "township"))
    return Village(treasurer=known("treasurer"), supervisor=known("supervisor"), **nobody)


def test_a_closed_years_budgets_are_refused_by_call_and_page(site, clock):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    path, page = f"{FUND}/budgets/2026", "/fund/budgets/2026"
    assert site.call("treasurer", "PUT", path, BUDGET).status_code == 200
    later(site, clock, days=310)
    assert site.call("treasurer", "PUT", path, BUDGET).status_code == 200
    with site.app.app_context():
        close_until(treasurer_and_supervisor(), date(2026, 12, 1))
    assert pointers(site.call("treasurer", "PUT", path, BUDGET)) == ["/year"]
    shown = site.open("treasurer", page)
    assert "The year 2026 is closed: its budgets stay as they are" in shown
    assert "Set the budgets" not in shown
    sent = site.send("treasurer", page, on="/fund/budgets/2027", **TYPED)
    assert (sent.status_code, "The year 2026 is closed" in sent.text) == (422, True)
    assert "Set the budgets" in site.open("treasurer", "/fund/budgets/2027")


def test_a_budget_of_long_ago_is_refused_by_call_and_page(site):
    assert pointers(site.call("treasurer", "PUT", f"{FUND}/budgets/2020", BUDGET)) == ["/year"]
    sent = site.send("treasurer", "/fund/budgets/2020", on="/fund/budgets/2026", **TYPED)
    assert (sent.status_code, "this year and the next" in sent.text) == (422, True)
    assert site.call("treasurer", "GET", f"{FUND}/budgets/2020").json["adoptions"] == []


def test_of_a_payee_in_need_nothing_leads_to_the_entry(site):
    """Neither the book nor the log's public leaves say together who it was and when."""
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    one = paid(site, purpose="relief")
    back = {"amount_fen": 1_000, "method": "cash", "reason": "多付了"}
    act(site, "treasurer", one, "return", back, 201)
    other = paid(site)
    for line in site.call(None, "GET", f"{FUND}/book?purpose=relief").json["items"]:
        hidden = ("day", "voucher", "event_id", "paper", "reason")
        assert [line[name] for name in hidden] == [None] * 5
        assert line["month"] == "2026-03"
    (seen,) = site.call(None, "GET", f"{FUND}/book?purpose=family").json["items"]
    assert (seen["event_id"], seen["voucher"]) == (other["event_id"], 4)
    book = site.app.test_client().get(f"/v/{VILLAGE}/fund?purpose=relief").text
    assert "None" not in re.sub(r"<script.*?</script>", "", book, flags=re.S)
    leaves = site.call(None, "GET", f"/villages/{VILLAGE}/ledger/leaves").text
    assert "spending.relief" in leaves
    for word in ("扎西", "扎**", one["id"], "ZC-1"):
        assert word not in leaves
    paper = site.call(None, "GET", f"{FUND}/book.pdf?purpose=relief")
    assert paper.data[:5] == b"%PDF-"


def test_what_one_person_enters_says_who_in_public_or_in_the_statements(site):
    income = site.call("treasurer", "POST", f"{FUND}/income", INCOME).json
    wrong = site.call("treasurer", "POST", f"{FUND}/income", INCOME | {"voucher": "2"}).json
    reversal = f"{FUND}/income/{wrong['id']}/reversal"
    site.call("treasurer", "POST", reversal, {"reason": "写错"})
    one = paid(site)
    back = {"amount_fen": 1_000, "method": "cash", "reason": "多付了"}
    act(site, "treasurer", one, "return", back, 201)
    move = {"from": "cash", "to": "bank", "amount_fen": 500, "moved_on": "2026-03-02"}
    moved = site.call("treasurer", "POST", f"{FUND}/moves", move).json
    book = site.call(None, "GET", f"{FUND}/book").json["items"]
    hands = {
        line["kind"]: [(each["step"], each["name"]) for each in line["hands"]] for line in book
    }
    assert hands["income"] == [("entered", "treasurer 某")]
    assert hands["reversal"] == [("entered", "treasurer 某"), ("reversed", "treasurer 某")]
    assert hands["payment_return"] == [*hands["disbursement"], ("entered", "treasurer 某")]
    assert income["event_id"] in {line["event_id"] for line in book}
    path = f"{FUND}/statements/account?account=bank&year=2026"
    (line,) = site.call("supervisor", "GET", path).json["lines"]
    assert (line["event_id"], line["debit_fen"]) == (moved["event_id"], 500)
    assert line["hands"] == [{"step": "entered", "name": "treasurer 某"}]
    page = site.open("supervisor", "/fund/statements?kind=account&account=bank&year=2026")
    assert "Entered by (treasurer) treasurer 某" in page
    # The bank's statement and the count hold them against what is there.
    standing = site.call("supervisor", "GET", f"{FUND}/months/2026-03").json
    assert moved["event_id"] in {each["event_id"] for each in standing["events"]}
    assert (standing["cash_fen"], standing["bank_fen"]) == (100_000 - 30_000 + 1_000 - 500, 500)


def test_a_receipt_comes_after_some_of_the_money_did(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    one = paid(site)
    back = {"amount_fen": 1_000, "method": "cash", "reason": "多付了"}
    act(site, "treasurer", one, "return", back, 201)
    page = f"/fund/disbursements/{one['id']}"
    assert "Keep the receipt" in site.open("treasurer", page)
    after = act(site, "treasurer", one, "receipt", {"file": upload(site, "treasurer")})
    assert (after["status"], after["receipt_file_id"] is not None) == ("returned", True)
    assert "Keep the receipt" not in site.open("treasurer", page)
    again = {"file": upload(site, "treasurer")}
    assert act(site, "treasurer", one, "receipt", again, 409)["type"] == "/problems/wrong_state"


def test_a_number_that_was_taken_back_is_no_second_one(site):
    wrong = site.call("treasurer", "POST", f"{FUND}/income", INCOME).json
    path = f"{FUND}/income/{wrong['id']}/reversal"
    site.call("treasurer", "POST", path, {"reason": "写错"})
    anew = site.call("treasurer", "POST", f"{FUND}/income", INCOME | {"amount_fen": 1})
    assert not anew.json["voucher_twice"]
    shown = site.call("treasurer", "GET", f"{FUND}/income").json["items"]
    assert [each["voucher_twice"] for each in shown] == [False, False]
    assert "This voucher number stands twice" not in site.open("treasurer", "/fund/income")


def test_a_later_account_of_a_person_renames_nobody_in_old_lines(site):
    body = {"door": "7", "head": {"name": "次仁"}}
    home = site.call("cadre", "POST", f"/villages/{VILLAGE}/households", body).json
    resident_id = UUID(home["members"][0]["id"])

    def link():
        db.session.query(User).filter_by(username="treasurer").one().resident_id = resident_id

    def second():
        access.add_user(
            username="second",
            name="另一个名字",
            password="jishan-demo",
            roles=[Assignment(Role.CADRE, VILLAGE)],
            resident_id=resident_id,
            actor=SYSTEM,
            now=now() + timedelta(days=1),
        )

    with site.app.app_context():
        in_transaction(link)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    with site.app.app_context():
        in_transaction(second)
    (line,) = site.call(None, "GET", f"{FUND}/book").json["items"]
    assert [each["name"] for each in line["hands"]] == ["treasurer 某"]


def test_a_counts_difference_has_a_name_in_figures(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    site.call("treasurer", "POST", f"{FUND}/income", INCOME | {"received_on": "2026-02-10"})
    body = {"counted_on": "2026-02-28", "month": "2026-02", "counted_fen": 99_990}
    body |= {"note": "少了一角"}
    made = site.call("treasurer", "POST", f"{FUND}/counts", body)
    assert made.status_code == 201, made.text
    said = {"decision": "approve"}
    path = f"{FUND}/counts/{made.json['id']}/confirmation"
    assert site.call("supervisor", "POST", path, said).status_code == 200
    (figures,) = site.call(None, "GET", FUND).json["by_purpose"]
    names = [figures[key] for key in ("purpose", "name_zh", "name_en")]
    assert names == ["difference", "盘点差额", "Difference found"]


def test_a_team_whose_members_are_exchanged_after_the_approval_is_looked_at_again(site):
    site.call("treasurer", "POST", f"{FUND}/income", INCOME)
    outsider, home = household(site), other_household(site)
    found = site.call("cadre", "GET", f"/villages/{VILLAGE}/households/{home}").json
    mine, other = found["members"][0]["id"], outsider["members"][0]["id"]
    team = {"name": "护渠队", "leader_id": mine, "member_ids": [mine, other]}
    made = site.call("cadre", "POST", f"/villages/{VILLAGE}/teams", team)
    assert made.status_code == 201, made.text
    goods = {"purpose": "commons", "amount_fen": 60_000}
    approved(site, payee={"household_id": home}, **goods)
    one = approved(site, payee={"team_id": made.json["id"]}, **goods)
    assert one["status"] == "approved"
    alone = {**team, "member_ids": [mine]}
    path = f"/villages/{VILLAGE}/teams/{made.json['id']}"
    assert site.call("cadre", "PUT", path, alone).status_code == 200
    payment = {"paid_on": "2026-03-02", "method": "cash", "voucher": "ZC-1"}
    answer = site.call("treasurer", "POST", f"{FUND}/disbursements/{one['id']}/payment", payment)
    said = (
        "With what else its payee gets within 30 days this needs a second approval by now:"
        " take it back and apply again"
    )
    assert (answer.status_code, answer.json["detail"]) == (409, said)
    page = f"/fund/disbursements/{one['id']}"
    typed = site.send("treasurer", f"{page}/payment", on=page, **payment)
    assert (typed.status_code, said in typed.text) == (409, True)
    act(site, "cadre", one, "withdrawal", {"reason": "重新申请"})


def test_a_payee_with_an_unseen_letter_is_refused_by_call_and_page(site):
    body = {"purpose": "commons", "amount_fen": 60_000, "reason": "x"}
    hidden = {"payee": {"name": "何\ufe0f小琴"}}
    answer = site.call("cadre", "POST", f"{FUND}/disbursements", body | hidden)
    assert pointers(answer) == ["/payee/name"]
    typed = {"purpose": "commons", "amount_fen": "600", "reason": "x"}
    sent = site.send("cadre", "/fund/apply", **typed, payee_name="何\ufe0f小琴")
    assert (sent.status_code, "There is a character in it that cannot" in sent.text) == (422, True)
