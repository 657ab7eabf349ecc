"""A month's end on a phone and at a desk: counted by one, confirmed by another, matched, closed."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from incentives.access.actor import Role
from incentives.clock import now, village_day
from incentives.fund import operations
from incentives.fund.models import Method, Source
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import VILLAGE, act, staff
from tests.site import make_site


def last_month() -> tuple[date, date]:
    """The first and the last day of the month before this one."""
    end = village_day(now()).replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end


def give_in(first: date) -> None:
    """1,000 yuan in cash and 2,000 in the bank, last month."""
    for amount, method in ((100_000, Method.CASH), (200_000, Method.BANK)):
        act(
            lambda amount=amount, method=method: (
                operations.record_income(
                    village=VILLAGE,
                    source=Source.DONATION,
                    amount_fen=amount,
                    received_on=first,
                    voucher="SR-1",
                    method=method,
                    actor=staff(Role.TREASURER),
                    now=now(),
                )
                and None
            )
        )


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_month_is_counted_matched_and_closed(live_server, person, tmp_path: Path, size):
    make_site(live_server.app, users=("treasurer", "supervisor"), publicity_days=0)
    with live_server.app.app_context():
        first, last = last_month()
        give_in(first)
    bank = tmp_path / "bank.csv"
    sheet = f"交易日期,摘要,收入,支出,余额\n{first.isoformat()},捐款,2000.00,,2000.00\n"
    bank.write_bytes(sheet.encode("gb18030"))
    treasurer, supervisor = person(size), person(size)
    treasurer.sign_in("treasurer")
    page = treasurer.open("/fund/months")
    page.fill("#field-counted_fen", "1000")
    page.fill("#field-counted_on", last.isoformat())
    page.get_by_role("button", name="保存盘点").click()
    page.wait_for_selector(".band-done")
    supervisor.sign_in("supervisor")
    other = supervisor.open(f"/fund/months/{first:%Y-%m}")
    other.get_by_role("button", name="是，有这么多").click()
    other.wait_for_selector(".band-done")
    page.reload()
    page.set_input_files("#field-sheet", bank)
    page.get_by_role("button", name="保存对账单").click()
    page.get_by_role("button", name="全部对上").click()
    page.get_by_text("可以结账").wait_for()
    treasurer.shot("fund-month")
    page.locator("summary", has_text="本月结账").click()
    page.get_by_role("button", name="本月结账").last.click()
    page.get_by_text("这个月已经结账").first.wait_for()
    for path, name in (
        ("/fund/budgets/2026", "fund-budgets"),
        ("/fund/lists/new", "fund-list"),
        ("/fund/statements?kind=income", "fund-statements"),
        (f"/v/{VILLAGE}/fund", "fund-book"),
    ):
        treasurer.open(path)
        treasurer.shot(name)


def test_who_makes_a_list_reads_what_the_budget_lacks_before_it_is_sent(live_server, person):
    site = make_site(live_server.app, users=("cadre", "treasurer"), publicity_days=0)
    with live_server.app.app_context():
        today = village_day(now())
    vote = {"held_on": today.isoformat(), "present": 60, "in_favour": 50, "against": 3}
    items = [{"purpose": "family", "amount_fen": 50_000}]
    body = {"resolution": "村民会议", "items": items, **vote}
    budgets = f"/villages/{VILLAGE}/fund/budgets/{today.year}"
    assert site.call("treasurer", "PUT", budgets, body).status_code == 200
    for door in ("1", "2"):
        one = {"door": door, "head": {"name": f"扎西{door}"}}
        site.call("cadre", "POST", f"/villages/{VILLAGE}/households", one)
    cadre = person(PHONE)
    cadre.sign_in("cadre")
    page = cadre.open("/fund/lists/new")
    band = page.locator("[data-list-budget]")
    page.select_option("#field-purpose", "family")
    page.fill("#field-amount_fen", "200")
    page.locator("#households label").nth(0).click()
    page.locator("#households label").nth(1).click()
    band.get_by_text("一共 400.00 元").wait_for()
    assert "还剩 500.00 元" in band.inner_text()
    page.locator("summary", has_text="粘贴").click()
    page.fill("#field-names", "姓名\t金额\n格绒次仁\t1,150.5\n1. 拉姆")
    band.get_by_text("还差 1250.50 元").wait_for()
    assert "band-waiting" in band.get_attribute("class")
    cadre.shot("fund-list-budget")
    page.select_option("#field-purpose", "relief")
    band.get_by_text("没有预算").wait_for()
