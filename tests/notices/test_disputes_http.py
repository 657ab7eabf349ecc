"""Disputes of what came from the shop, on pages and by HTTP: made, ruled on, told."""

from typing import Any

import pytest
from flask import Flask

from tests.awards.test_claims_http import Home
from tests.notices.objecting import AT, bought, listed, make_home, make_notices_site, ruled
from tests.shop.scenes import problem
from tests.site import Site

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def site(bare_app: Flask) -> Site:
    return make_notices_site(bare_app)


@pytest.fixture
def home(site: Site) -> Home:
    return make_home(site)


def test_a_household_disputes_what_it_got_at_the_shop(site: Site, home: Home) -> None:
    sale = bought(site, home)
    new = f"/c/objections/new?redemption={sale['id']}"
    assert new in home.open("/c/objections/new")
    assert home.send(new, on=new, reason="one was broken").status_code == 303
    (made,) = listed(home)
    answer = ruled(site, made, shop_at_fault=True)
    assert (answer["status"], answer["shop_at_fault"]) == ("upheld", True)
    account = site.call("cadre", "GET", f"{AT}/households/{home.id}").json
    assert account["balance"] == 100


def test_a_dispute_that_is_not_right_says_nothing_of_the_shop(site: Site, home: Home) -> None:
    sale = bought(site, home)
    new = f"/c/objections/new?redemption={sale['id']}"
    home.send(new, on=new, reason="one was broken")
    (made,) = listed(home)
    page = f"/review/objections/{made['id']}"
    unsaid = site.send("second", page, upheld="true", reason="weighed again")
    assert unsaid.status_code == 422
    assert site.send("second", page, upheld="false", reason="weighed again").status_code == 303
    (ruled_on,) = listed(home)
    assert (ruled_on["status"], ruled_on["shop_at_fault"]) == ("overruled", None)


def refund(site: Site, sale: dict[str, Any], quantity: int) -> None:
    """Soap that was brought back."""
    lines = [{"line_id": sale["lines"][0]["id"], "quantity": quantity}]
    body = {"reason": "too many", "lines": lines}
    answer = site.call("shopkeeper", "POST", f"{AT}/redemptions/{sale['id']}/refund", body)
    assert answer.status_code == 201, answer.text


def test_what_was_all_brought_back_is_not_offered_to_be_disputed(site: Site, home: Home) -> None:
    sale = bought(site, home)
    new = f"/c/objections/new?redemption={sale['id']}"
    refund(site, sale, 1)
    assert new in home.open("/c/objections/new")
    refund(site, sale, 1)
    assert new not in home.open("/c/objections/new")
    page = home.open(new)
    assert "All of this receipt was taken back" in page
    assert "Send the objection" not in page
    sent = home.send(new, on="/c/objections/new", reason="one was broken")
    assert (sent.status_code, "was taken back" in sent.text) == (409, True)
    staff = f"/desk/households/{home.id}/objections/new?redemption={sale['id']}"
    typed = {"reason": "one was broken", "on_behalf_of": str(home.head)}
    sent = site.send("writer", staff, **typed)
    assert (sent.status_code, "was taken back" in sent.text) == (409, True)
    body = {"reason": "one was broken"}
    answer = home.call("POST", f"{AT}/redemptions/{sale['id']}/dispute", body)
    assert (answer.status_code, problem(answer)) == (409, "wrong_state")
    assert "was taken back" in answer.json["detail"]
    assert listed(home) == []


def test_a_ruling_is_told_what_is_still_to_be_given_back(site: Site, home: Home) -> None:
    """And where all came back since the objection, that nothing is."""
    sale = bought(site, home)
    refund(site, sale, 1)
    new = f"/c/objections/new?redemption={sale['id']}"
    home.send(new, on=new, reason="one was broken")
    (made,) = listed(home)
    page = f"/review/objections/{made['id']}"
    assert "10 of 20 points" in site.open("second", page)
    refund(site, sale, 1)
    shown = site.open("second", page)
    assert "All of it came back meanwhile" in shown
    assert "is the shop at fault" not in shown
    assert site.send("second", page, upheld="true", reason="it was broken").status_code == 303
    (ruled_on,) = listed(home)
    assert (ruled_on["status"], ruled_on["shop_at_fault"]) == ("upheld", None)


@pytest.mark.parametrize(
    ("shop_at_fault", "title", "borne", "cause"),
    [
        (True, "Given back by the shop", "Borne by the shop", "shop"),
        (False, "Borne by the village", "Borne by the village", "village"),
    ],
)
def test_what_a_ruling_gave_back_is_not_called_brought_back(
    site: Site, home: Home, shop_at_fault: bool, title: str, borne: str, cause: str
) -> None:
    """Neither on the receipt nor on the household's statement: why and by whom is said there."""
    sale = bought(site, home)
    refund(site, sale, 1)
    assert "Brought back" in site.open("shopkeeper", f"/receipts/{sale['id']}")
    new = f"/c/objections/new?redemption={sale['id']}"
    home.send(new, on=new, reason="one was broken")
    ruled(site, listed(home)[0], shop_at_fault=shop_at_fault)
    receipt = site.open("shopkeeper", f"/receipts/{sale['id']}")
    back, ruling = receipt.split("Given back, as an objection was right")
    assert "too many" in back
    assert "asked around" not in back
    assert "asked around" in ruling
    assert f"{borne} · decided by second" in ruling
    assert "Given back by a ruling" in site.open("shopkeeper", "/receipts")
    lines = home.call("GET", f"{AT}/households/{home.id}/statement").json["items"]
    words = [(each["title"], each["note"]) for each in lines if each["points"] > 0][:2]
    assert words[0][0] == title
    assert "the objection was right: asked around · decided by second" in words[0][1]
    assert words[1][0] == "Goods brought back"
    assert "the objection was right: asked around" in home.open("/c/account")
    refunds = site.call("shopkeeper", "GET", f"{AT}/redemptions/{sale['id']}").json["refunds"]
    assert [each["cause"] for each in refunds] == ["return", cause]
