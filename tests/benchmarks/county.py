"""Redemptions over HTTP on PostgreSQL: 16 clients at the counters of 16 villages, beside TPC-B."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.register.models import Division
from tests.benchmarks import http
from tests.benchmarks.measure import Figures, Row, Work, per_second_by_threads
from tests.benchmarks.scene import FREELY, give_points, new_card, stock_shop
from tests.benchmarks.workshop import Workshop
from tests.factories import act, make_household, make_village
from tests.site import PASSWORD

CLIENTS = 16
VILLAGE_LEVEL = 12  # digits of a village's code

ROWS = (
    Row(
        "redemption over HTTP, PostgreSQL, 16 villages, against TPC-B",
        "county redemption",
        "TPC-B",
        0.15,
    ),
)


@dataclass(frozen=True)
class Counter:
    """A village's counter: who stands there, and what a sale names."""

    village: str
    shopkeeper: str
    card: str
    shop_id: UUID
    good_id: UUID


def measure(shop: Workshop, figures: Figures) -> None:
    """One round on the county's database and a fresh server."""
    place = shop.postgresql
    if place.counters is None:
        with place.application():
            place.counters = [open_counter(village) for village in some_villages()]
    counters = place.counters
    url = place.server.url(place.server.service, place.name)
    with http.server(place.data, url) as port:
        tokens = [http.token(port, each.shopkeeper) for each in counters]

        @contextmanager
        def selling(thread: int) -> Iterator[Work]:
            client = http.Client(port)
            client.token = tokens[thread]
            yield lambda _number: sell(client, counters[thread])
            client.connection.close()

        figures.add("county redemption", per_second_by_threads(selling, 2 * shop.count, CLIENTS))


def some_villages() -> list[str]:
    """The codes of as many villages as there are clients."""
    make_village()
    query = db.select(Division.code).where(db.func.length(Division.code) == VILLAGE_LEVEL)
    return list(db.session.scalars(query.order_by(Division.code).limit(CLIENTS)))


def open_counter(village: str) -> Counter:
    """A village with a household that has a card and plenty of points, and its shop."""
    make_village(village, **FREELY)
    home = make_household(village)
    act(lambda: give_points([home.account_code], village))
    card = act(lambda: new_card(home.id, village))
    shop_id, good_id = act(lambda: stock_shop(village))
    name = f"shopkeeper.{village}"
    act(
        lambda: (
            operations.add_user(
                username=name,
                name=name,
                password=PASSWORD,
                roles=[Assignment(Role.SHOPKEEPER, village)],
                actor=SYSTEM,
                now=now(),
            )
            and None
        )
    )
    return Counter(village, name, card, shop_id, good_id)


def sell(client: http.Client, at: Counter) -> Any:
    """One sale by card."""
    sale = {
        "shop_id": str(at.shop_id),
        "card_code": at.card,
        "lines": [{"good_id": str(at.good_id), "quantity": 1}],
    }
    return client.call("POST", f"/api/v1/villages/{at.village}/redemptions", sale, str(new_id()))
