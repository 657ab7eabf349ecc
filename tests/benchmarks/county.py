"""Sales over HTTP on PostgreSQL: 16 phones at the counters of 16 villages, beside TPC-B."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from shutil import which
from typing import Any

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.register.models import Division
from tests.benchmarks import http
from tests.benchmarks.http import Client, sale
from tests.benchmarks.measure import Figures, Row, Work, per_second_by_threads
from tests.benchmarks.postgresql import tpc_b
from tests.benchmarks.scene import FREELY, Counter, make_households, open_counter
from tests.benchmarks.workshop import Workshop
from tests.factories import act, make_village
from tests.site import PASSWORD

CLIENTS = 16
VILLAGE_LEVEL = 12  # digits of a village's code
LONGER = 4  # times the count, so that the worker signs meanwhile

ROWS = (
    Row("redemption over HTTP, 16 villages, against TPC-B", "county", "TPC-B beside", 0.15),
    Row("the same, its card scanned by a call of its own before", "county by scan", "TPC-B beside"),
    Row("the same with the PIN that the policy asks for", "county with PIN", "TPC-B beside"),
)


def measure(shop: Workshop, figures: Figures) -> None:
    """One round on the county's database and a fresh server."""
    place = shop.postgresql
    if place.counters is None:
        with place.application():
            place.counters = [open_village_counter(village) for village in some_villages()]
    counters: list[Counter] = place.counters
    url = place.server.url(place.server.service, place.name)
    with http.server(place.data, url) as port:
        tokens = [http.terminal_token(port, each.shop_id, each.phones[0]) for each in counters]

        def selling(way: Callable[[Client, Counter, int], Any]) -> float:
            @contextmanager
            def make(thread: int) -> Iterator[Work]:
                client = Client(port)
                client.token = tokens[thread]
                yield lambda number: way(client, counters[thread], number)
                client.connection.close()

            return per_second_by_threads(make, LONGER * shop.count, CLIENTS)

        figures.add("county", selling(by_code))
        if which("pgbench"):
            figures.add("TPC-B beside", tpc_b(place.pgbench(), CLIENTS))
        figures.add("county by scan", selling(by_scan))
        figures.add("county with PIN", selling(with_pin))


def some_villages() -> list[str]:
    """The codes of as many villages as there are clients."""
    make_village()
    query = db.select(Division.code).where(db.func.length(Division.code) == VILLAGE_LEVEL)
    return list(db.session.scalars(query.order_by(Division.code).limit(CLIENTS)))


def open_village_counter(village: str) -> Counter:
    """A village with households, and its shop, whose keeper has a registered phone."""
    make_village(village, **FREELY)
    keeper = f"shopkeeper.{village}"
    act(
        lambda: (
            operations.add_user(
                username=keeper,
                name=keeper,
                password=PASSWORD,
                roles=[Assignment(Role.SHOPKEEPER, village)],
                actor=SYSTEM,
                now=now(),
            )
            and None
        )
    )
    return open_counter(keeper, make_households(village), phones=1, village=village)


def sell(client: Client, at: Counter, body: dict[str, Any]) -> Any:
    """One sale."""
    path = f"/api/v1/villages/{at.village}/redemptions"
    return client.call("POST", path, body, str(new_id()))


def by_code(client: Client, at: Counter, number: int) -> Any:
    """A sale by the code of the card."""
    return sell(client, at, sale(at, number))


def with_pin(client: Client, at: Counter, number: int) -> Any:
    """A sale of what is too dear for a card alone."""
    return sell(client, at, sale(at, number, pin=True))


def by_scan(client: Client, at: Counter, number: int) -> Any:
    """Two calls, as the counter's page makes them: the scan, and the sale that names it."""
    body = sale(at, number)
    scan = client.call("POST", "/api/v1/cards/scan", {"code": body.pop("card_code")})
    return sell(client, at, body | {"scan_id": scan["scan_id"]})
