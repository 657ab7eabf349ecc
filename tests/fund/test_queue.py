"""What villages can't decide by themselves: the township's list, narrowed and taken along."""

import pytest

from incentives.access.actor import Role
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE
from tests.fund.test_http import act, ask
from tests.site import Site, add_account, make_site
from tests.web.sheets import rows_of

QUEUE = f"/divisions/{TOWNSHIP}/disbursement-queue"
PAGE = "/fund/sent-up"


@pytest.fixture
def site(bare_app) -> Site:
    """A village with one reviewer, who applies for one of two payments; a township with one."""
    users = ("cadre", "reviewer", "supervisor", "overseer")
    made = make_site(bare_app, users=users, publicity_days=0, second_approval_fen=20_000)
    with bare_app.app_context():
        for username, role in (("above", Role.REVIEWER), ("watcher", Role.SUPERVISOR)):
            add_account(username, (role, TOWNSHIP))
    return made


def test_the_queue_is_narrowed_alike_by_api_page_and_sheet(site):
    """Above the village's limit two supervisors approve; it has one, so the township's is asked."""
    large = ask(site, purpose="family", reason="照顾老人")
    other = ask(site, purpose="commons", payee={"name": "信用社"}, reason="修水渠")
    for each in (large, other):
        act(site, "reviewer", each, "evaluation", {"decision": "approve"})
    both = [large["id"], other["id"]]
    for asked, wanted in (
        ("", both),
        ("q=水渠", both[1:]),
        ("q=信用社", both[1:]),
        ("purpose=family", both[:1]),
        ("step=approval", both),
        ("step=evaluation", []),
        ("why=too_small", both),
        ("why=role", []),
        (f"division={VILLAGE}", both),
        (f"division={OTHER_VILLAGE}", []),
        ("to=2026-01-01", []),
    ):
        items = site.call("watcher", "GET", f"{QUEUE}?{asked}").json["items"]
        assert [each["disbursement"]["id"] for each in items] == wanted, asked
        sheet = rows_of(site.call("watcher", "GET", f"{QUEUE}.xlsx?{asked}"))
        assert [row[5] for row in sheet] == [
            each["disbursement"]["payee"]["name"] for each in items
        ]
        assert [row[:2] for row in sheet] == [["下坝村", "approval"] for _each in wanted]
        assert rows_of(site.browser("watcher").get(f"{PAGE}.xlsx?{asked}")) == sheet
        page = site.open("watcher", f"{PAGE}?{asked}")
        assert [each in page for each in both] == [each in wanted for each in both], asked
        assert ("Nothing in this list fits" in page) == (not wanted)
    assert site.call("above", "GET", QUEUE).json["items"] == []
    assert "Nothing was sent up" in site.open("above", PAGE)


def test_the_township_s_queue_is_the_township_s(site):
    for path in (PAGE, f"{PAGE}.xlsx"):
        for who, status in (("supervisor", 404), ("overseer", 403)):
            assert site.browser(who).get(path).status_code == status
    assert site.call("supervisor", "GET", f"{QUEUE}.xlsx").json["type"] == "/problems/not_found"
    for asked in ("step=payment", "limit=5", "status=applied"):
        answer = site.call("watcher", "GET", f"{QUEUE}.xlsx?{asked}")
        assert answer.json["type"] == "/problems/invalid", asked
