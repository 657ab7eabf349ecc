"""Goods that the fund bought, beside the payment that they were bought by."""

from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from incentives.access.actor import Role
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.fund.models import Method
from incentives.fund.operations import return_payment
from incentives.shop import queries
from incentives.shop.models import Purchase, StockOwner
from tests.factories import VILLAGE, act, staff
from tests.fund import people
from tests.shop.scenes import Counter, make_counter, problem
from tests.site import Site, make_site


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(
        bare_app, users=("cadre", "shopkeeper", "treasurer", "supervisor"), publicity_days=0
    )


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


def paid(site: Site, amount_fen: int, purpose: str = "stock", *, pay: bool = True) -> str:
    """A disbursement for goods, paid."""
    with site.app.app_context():
        made = people.pay_for_goods(amount_fen, purpose, pays=pay)
        db.session.rollback()
        return str(made)


def bring(counter: Counter, quantity: int, cost: int = 900, source: str = "purchase") -> str:
    lines = [{"good_id": str(counter.goods["soap"]), "quantity": quantity, "unit_cost_fen": cost}]
    answer = counter.move("in", source=source, lines=lines, supplier="县供销社")
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def link(counter: Counter, movement: str, disbursement: str, who: str = "cadre"):
    path = f"/shops/{counter.shop}/stock-movements/{movement}/purchase"
    return counter.site.call(who, "POST", path, {"disbursement_id": disbursement})


def payments(counter: Counter) -> list[dict]:
    return counter.site.call("treasurer", "GET", f"/shops/{counter.shop}/purchases").json["items"]


def test_several_inflows_share_a_payment_up_to_what_was_paid(site, counter):
    payment = paid(site, 30_000)
    first, second, third = bring(counter, 20), bring(counter, 10), bring(counter, 4)
    made = link(counter, first, payment)
    assert (made.status_code, made.json["amount_fen"]) == (201, 18_000)
    assert link(counter, second, payment, "treasurer").status_code == 201
    beyond = link(counter, third, payment)
    assert beyond.json["errors"][0]["pointer"] == "/disbursement_id"
    [shown] = payments(counter)
    assert (shown["paid_fen"], shown["linked_fen"], shown["difference_fen"]) == (
        30_000,
        27_000,
        3_000,
    )
    assert (shown["payee"], len(shown["links"])) == ("县供销社", 2)
    assert problem(link(counter, first, payment)) == "wrong_state"
    path = f"/shops/{counter.shop}/stock-movements/{second}/purchase"
    assert site.call("cadre", "DELETE", path).status_code == 204
    assert site.call("cadre", "DELETE", path).status_code == 404
    assert link(counter, third, payment).status_code == 201
    assert payments(counter)[0]["difference_fen"] == 30_000 - 18_000 - 3_600


def test_only_a_paid_payment_for_goods_and_only_goods_that_were_bought(site, counter):
    bought, given = bring(counter, 2), bring(counter, 2, source="donation")
    unpaid, roof = paid(site, 5_000, pay=False), paid(site, 5_000, "commons")
    payment = paid(site, 5_000)
    for wrong in (unpaid, roof, str(new_id())):
        answer = link(counter, bought, wrong)
        assert answer.json["errors"][0]["pointer"] == "/disbursement_id"
    assert problem(link(counter, given, payment)) == "wrong_state"
    assert problem(link(counter, str(new_id()), payment)) == "not_found"
    for who in ("shopkeeper", "supervisor"):
        assert problem(link(counter, bought, payment, who)) == "not_permitted"
    free = bring(counter, 2, cost=0)
    assert link(counter, free, payment).status_code == 422


def test_money_that_came_back_makes_room_for_no_more_goods(site, counter):
    payment = paid(site, 5_000)
    movement = bring(counter, 4)
    with site.app.app_context():
        act(
            lambda: return_payment(
                village=VILLAGE,
                disbursement_id=UUID(payment),
                amount_fen=2_000,
                method=Method.CASH,
                reason="少送了",
                actor=staff(Role.TREASURER),
                now=now(),
            )
        )
        db.session.rollback()
    assert link(counter, movement, payment).status_code == 422
    assert link(counter, bring(counter, 3), payment).status_code == 201
    assert payments(counter)[0]["difference_fen"] == 300


def test_the_database_too_takes_no_more_than_was_paid(site, counter):
    payment = UUID(paid(site, 5_000))
    with site.app.app_context():
        for linked in (5_001, -1):
            db.session.connection(execution_options={"write": True})
            row = {"disbursement_id": payment, "paid_fen": 5_000, "linked_fen": linked}
            with pytest.raises(DBAPIError):
                db.session.execute(insert(Purchase), [row])
            db.session.rollback()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_of_purchases(site, counter):
    payment = paid(site, 30_000)
    movement = bring(counter, 10)
    for who in ("treasurer", "cadre", "supervisor"):
        assert "/stock/purchases?" in site.open(who, "/stock")
    page = site.open("treasurer", "/stock/purchases")
    assert "县供销社" in page
    chosen = {"movement_id": movement, "disbursement_id": payment}
    assert site.send("treasurer", "/stock/purchases", **chosen).status_code == 303
    assert "¥210.00" in site.open("treasurer", "/stock/purchases")
    # The supervision committee sees it and changes nothing.
    seen = site.open("supervisor", "/stock/purchases")
    assert "¥210.00" in seen
    assert "Not this payment" not in seen
    undo = {"movement_id": movement}
    refused = site.send("supervisor", "/stock/purchases", on="/me", **undo)
    assert refused.status_code == 403
    assert site.send("treasurer", "/stock/purchases", **undo).status_code == 303
    assert site.browser("shopkeeper").get("/stock/purchases").status_code == 403
    with site.app.app_context():
        # The shelf filled by the scene, and the goods whose link was undone.
        assert len(queries.unlinked_purchases(counter.shop)) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_fund_buys_nothing_for_a_shopkeeper_s_own_shelf(site):
    counter = make_counter(site, StockOwner.SHOPKEEPER)
    movement = bring(counter, 1, source="shopkeeper")
    assert problem(link(counter, movement, paid(site, 5_000))) == "wrong_state"
    assert site.browser("treasurer").get("/stock/purchases").status_code == 404
