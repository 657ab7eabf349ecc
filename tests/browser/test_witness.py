"""The page of a village's books keeps what it saw signed, and says when the log is another."""

import pytest
from playwright.sync_api import expect

from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.seals import seal_all
from incentives.register.models import Household
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import VILLAGE, make_household, make_village
from tests.shop.scenes import give_points


@pytest.fixture
def signed(live_server):
    """A village whose log was signed with one entry."""
    with live_server.app.app_context():
        make_village()
        give_points(make_household().account_code, 40)
        seal_all(now=now())
        db.session.remove()


def sign_one_more(live_server):
    with live_server.app.app_context():
        account = db.session.scalars(db.select(Household.account_code)).one()
        db.session.rollback()
        give_points(account, 5)
        seal_all(now=now())
        db.session.remove()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_page_of_the_books_keeps_what_it_saw_across_a_rollback(
    live_server, signed, person, size
):
    visitor = person(size)
    books, asked = f"/v/{VILLAGE}/ledger", f"**/api/v1/villages/{VILLAGE}/ledger/checkpoint"
    page = visitor.open(books)
    band = page.locator("[data-witness]")
    expect(band).to_contain_text("本机会留着这次签名")
    older = page.request.get(f"{visitor.address}{asked.removeprefix('**')}").text()
    sign_one_more(live_server)
    page.reload()
    expect(band).to_have_text("本机以前见过签名的前 1 笔，也原样在账本里。")
    expect(band).to_have_class("band band-done")
    page.reload()
    expect(band).to_contain_text("2")
    # The books of before the second entry, signed by the right key: nothing in them is wrong.
    page.route(asked, lambda route: route.fulfill(body=older, content_type="text/plain"))
    for _time in range(2):
        page.reload()
        expect(band).to_have_class("band band-refused")
        expect(band).to_contain_text("2")
    visitor.shot("books-rolled-back")
    page.unroute(asked)
    page.reload()
    expect(band).to_have_class("band band-done")
    # A hotspot's own page says nothing of the log.
    page.route(asked, lambda route: route.fulfill(body="<p>登录</p>", content_type="text/html"))
    with page.expect_response(asked) as answer:
        page.reload()
    answer.value.finished()
    expect(band).to_be_hidden()
    page.unroute(asked)
    # Another key is told too, and what was seen under the one before is kept.
    other = '([name, kept]) => [name, kept.replace(/(?<="key":")./, \'x\')]'
    before = page.evaluate(
        "Object.entries(localStorage).find(([name]) => /^jishan-log/.test(name))"
    )
    page.evaluate(f"(found) => localStorage.setItem(...({other})(found))", before)
    page.reload()
    expect(band).to_contain_text("请问监督委员会")
