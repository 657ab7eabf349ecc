"""Settlements that a village has nobody for: the township's list, narrowed and taken along."""

from datetime import UTC, datetime

import pytest

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.shop.models import StockOwner
from tests.factories import OTHER_VILLAGE, TOWNSHIP, VILLAGE, act
from tests.shop.scenes import PIN, make_counter, make_shopper
from tests.shop.test_settlements_http import ask, month_over
from tests.site import PASSWORD, Site, make_site
from tests.web.sheets import rows_of

QUEUE = f"/divisions/{TOWNSHIP}/settlement-queue"
PAGE = "/settlements/sent-up"


@pytest.fixture
def site(bare_app, clock) -> Site:
    """A village whose review group is empty, and a township that has a reviewer."""
    clock.now = datetime(2026, 3, 20, 2, tzinfo=UTC)
    made = make_site(bare_app, users=("cadre", "supervisor", "shopkeeper", "treasurer"))
    with bare_app.app_context():
        act(
            lambda: (
                access.add_user(
                    username="above",
                    name="above 某",
                    password=PASSWORD,
                    roles=[Assignment(Role.REVIEWER, TOWNSHIP)],
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )
    return made


def test_the_queue_is_narrowed_alike_by_api_page_and_sheet(site, clock):
    counter = make_counter(site, StockOwner.SHOPKEEPER)
    counter.sold(make_shopper(site), soap=2, oil=1, pin=PIN)
    month_over(site, clock)
    made = ask(site, counter).json
    assert "Sent up by villages: shops" in site.open("above", "/settlements")
    for asked, found in (
        ("", True),
        ("q=超市", True),
        ("q=合作社", False),
        ("status=submitted", True),
        ("status=checked", False),
        ("month=2026-03", True),
        ("month=2026-02", False),
        (f"division={VILLAGE}", True),
        (f"division={OTHER_VILLAGE}", False),
    ):
        items = site.call("above", "GET", f"{QUEUE}?{asked}").json["items"]
        assert [each["id"] for each in items] == [made["id"]] * found, asked
        sheet = rows_of(site.call("above", "GET", f"{QUEUE}.xlsx?{asked}"))
        assert [row[:3] for row in sheet] == [["下坝村", "积分超市", "2026-03"]] * found
        assert rows_of(site.browser("above").get(f"{PAGE}.xlsx?{asked}")) == sheet
        page = site.open("above", f"{PAGE}?{asked}")
        assert (f"/settlements/{made['id']}?village={VILLAGE}" in page) == found
        assert ("Nothing in this list fits" in page) == (not found)


def test_the_township_s_queue_is_the_township_s(site):
    for who, status in (("supervisor", 404), ("treasurer", 404)):
        for path in (PAGE, f"{PAGE}.xlsx"):
            assert site.browser(who).get(path).status_code == status
        assert site.call(who, "GET", f"{QUEUE}.xlsx").json["type"] == "/problems/not_found"
        assert "Sent up by villages: shops" not in site.open(who, "/settlements")
    answer = site.call("above", "GET", f"{QUEUE}?status=paid")
    assert answer.json["type"] == "/problems/invalid"
