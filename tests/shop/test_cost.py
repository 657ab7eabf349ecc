"""What a redemption costs: its statements over HTTP, counted, with everything on."""

import pytest

from tests.shop.scenes import make_counter, make_shopper
from tests.site import Site, make_site

OF_THE_TRANSACTION = ("BEGIN", "SET LOCAL", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")
REDEEMING = [
    "SELECT token.id,",  # with the user and the roles
    "SELECT division.code,",
    "INSERT INTO idempotency_key",
    "SELECT card_key.spki FROM",
    "SELECT card.id, card.card_id,",
    "SELECT village, origin,",  # the lock
    "SELECT shop.id, shop.division,",  # with the card, the household, its points and its day
    "SELECT policy_entry.effective_on, policy_entry.name,",
    "SELECT good.id, good.shop_id,",
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
    "SELECT account.code, account.balance,",  # what the receipt says is left
    "UPDATE idempotency_key SET",
]


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("shopkeeper",))


def test_a_redemption_over_http_is_22_statements_and_the_transaction_s_own(site, statements):
    counter, shopper = make_counter(site), make_shopper(site)
    counter.sold(shopper, soap=1)
    statements.clear()
    counter.sold(shopper, soap=1)
    sent = [each for each in statements.sent if not each.startswith(OF_THE_TRANSACTION)]
    begun = [
        " ".join(each.split()[: len(start.split())])
        for each, start in zip(sent, REDEEMING, strict=True)
    ]
    assert begun == REDEEMING


def test_more_goods_are_no_more_statements_but_for_the_shelf(site, statements):
    counter, shopper = make_counter(site), make_shopper(site)
    counter.sold(shopper, soap=1)
    statements.clear()
    counter.sold(shopper, soap=1, oil=1, pin="246813")
    assert sum(each.startswith("UPDATE stock") for each in statements.sent) == 2
    assert sum(each.startswith("INSERT INTO redemption_line") for each in statements.sent) == 1
    assert sum(each.startswith("INSERT INTO stock_movement_line") for each in statements.sent) == 1
