"""What a redemption costs: its statements over HTTP, counted, with everything on."""

import pytest

from incentives.database import new_id
from tests.factories import VILLAGE
from tests.shop.phones import Phone
from tests.shop.scenes import PIN, make_counter, make_shopper
from tests.site import Site, make_site

OF_THE_TRANSACTION = ("BEGIN", "SET LOCAL", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")
REDEEMING = [
    "SELECT token.kind,",  # with the user and the roles
    "SELECT village, origin,",  # the lock
    "SELECT shop.id, shop.division,",  # card, household, points, day, policy, goods, and the key
    "SELECT account.code, account.balance,",
    "INSERT INTO event",
    "INSERT INTO event_detail",
    "INSERT INTO transfer",
    "INSERT INTO leaf",
    "UPDATE log_head SET",
    "INSERT INTO redemption",
    "INSERT INTO redemption_line",
    "INSERT INTO stock_movement",
    "UPDATE stock SET",
    "INSERT INTO stock_movement_line",
    "INSERT INTO idempotency_key",  # with the answer
]


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("shopkeeper",))


def begun(statements, starts: list[str]) -> list[str]:
    """How what was sent begins, but for the transaction's own, in as many words as `starts`."""
    sent = [each for each in statements.sent if not each.startswith(OF_THE_TRANSACTION)]
    return [
        " ".join(each.split()[: len(start.split())])
        for each, start in zip(sent, starts, strict=True)
    ]


def test_a_redemption_over_http_is_15_statements_and_the_transaction_s_own(site, statements):
    counter, shopper = make_counter(site), make_shopper(site)
    counter.sold(shopper, soap=1)
    statements.clear()
    counter.sold(shopper, soap=1)
    assert begun(statements, REDEEMING) == REDEEMING


def test_by_scan_it_is_one_more_that_uses_the_scan_up(site, statements):
    counter, shopper = make_counter(site), make_shopper(site)
    counter.sold(shopper, soap=1)
    scan = site.call("shopkeeper", "POST", "/cards/scan", {"code": shopper.code}).json["scan_id"]
    statements.clear()
    counter.sold(shopper, scan_id=scan, soap=1)
    wanted = [*REDEEMING[:3], "UPDATE scan SET", *REDEEMING[3:]]
    assert begun(statements, wanted) == wanted


def test_at_a_registered_phone_it_is_none_more_and_by_pin_two(site, statements):
    counter, shopper = make_counter(site), make_shopper(site)
    phone = Phone(counter)
    phone.register()
    phone.sign_in()
    path = f"/villages/{VILLAGE}/redemptions"
    for more, wanted in (
        ({}, REDEEMING),
        # How many were wrong of late, and whether the card is locked here.
        (
            {"pin": PIN},
            [
                *REDEEMING[:3],
                "SELECT pin_failure.failed_at",
                "SELECT pin_lock.card_id,",
                *REDEEMING[3:],
            ],
        ),
    ):
        body = counter.body(shopper, soap=1, **more)
        for _time in range(2):
            statements.clear()
            assert phone.call("POST", path, body, str(new_id())).status_code == 201
        assert begun(statements, wanted) == wanted


def test_the_same_again_is_answered_before_anything_is_done(site, statements):
    counter, shopper, key = make_counter(site), make_shopper(site), str(new_id())
    counter.sold(shopper, key=key, soap=1)
    statements.clear()
    counter.sold(shopper, key=key, soap=1)
    wanted = [*REDEEMING[:3], "SELECT idempotency_key.scope,"]
    assert begun(statements, wanted) == wanted


def test_more_goods_are_no_more_statements_but_for_the_shelf(site, statements):
    counter, shopper = make_counter(site), make_shopper(site)
    counter.sold(shopper, soap=1)
    statements.clear()
    counter.sold(shopper, soap=1, oil=1, pin="246813")
    assert sum(each.startswith("UPDATE stock") for each in statements.sent) == 2
    assert sum(each.startswith("INSERT INTO redemption_line") for each in statements.sent) == 1
    assert sum(each.startswith("INSERT INTO stock_movement_line") for each in statements.sent) == 1
