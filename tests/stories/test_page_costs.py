"""A village that grows: no page takes more statements for more people and goods."""

import pytest
from flask import Flask

from incentives.access.actor import Role
from incentives.awards import operations as awards
from incentives.clock import now, village_day
from incentives.register.queries import members_of
from tests.awards.scenes import adopt_rules
from tests.factories import VILLAGE, act, staff
from tests.shop.scenes import Counter, add_good, make_counter, make_shopper
from tests.site import Site, make_site
from tests.statements import Statements

MOST = 40  # statements of any page here
PAGES = {
    "cadre": (
        "/desk",
        "/desk/households",
        "/desk/cards",
        "/desk/awards",
        "/desk/awards/new",
        "/desk/goods",
        "/receipts",
        "/stock",
        "/stock/month",
        "/stock/movements",
    ),
    "shopkeeper": ("/shop", "/stock/count", "/shop/closings"),
    "reviewer": ("/review", "/review/notices"),
    "supervisor": ("/supervise", f"/v/{VILLAGE}/ledger", f"/v/{VILLAGE}/prices", f"/v/{VILLAGE}"),
}


@pytest.fixture
def site(bare_app: Flask) -> Site:
    site = make_site(bare_app, users=tuple(PAGES), publicity_days=5, pin_above=1000)
    with site.app.app_context():
        adopt_rules()
    return site


def grow(site: Site, counter: Counter, times: int) -> None:
    """As many households more, each with a card, points, an award to be reviewed and a sale."""
    cadre = staff(Role.CADRE)
    for _time in range(times):
        shopper = make_shopper(site)
        with site.app.app_context():
            people = members_of([shopper.household])[shopper.household]
            lines = [awards.BatchLine(each.id) for each in people]
            did = awards.Act(rule_item="CL01", occurred_on=village_day(now()))
            act(
                lambda did=did, lines=lines: (
                    awards.propose_batch(
                        village=VILLAGE, act=did, lines=lines, actor=cadre, now=now()
                    )
                    and None
                )
            )
            number = len(counter.goods)
            counter.goods[f"M{number}"] = act(
                lambda number=number: add_good(counter.shop, f"M{number}", f"商品{number}", 3)
            )
        counter.sold(shopper, soap=1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_page_takes_no_more_statements_for_many_than_for_few(
    site: Site, statements: Statements
) -> None:
    counter = make_counter(site, soap=100)
    grow(site, counter, 3)
    few = counts(site, statements)
    grow(site, counter, 12)
    more = {path: n for path, n in counts(site, statements).items() if n > few[path]}
    assert more == {}
    assert max(few.values()) <= MOST, few


def counts(site: Site, statements: Statements) -> dict[str, int]:
    """How many statements each page takes, opened for the second time."""
    found = {}
    for who, pages in PAGES.items():
        for path in pages:
            site.open(who, path)
            statements.clear()
            site.open(who, path)
            found[path] = len(statements)
    return found
