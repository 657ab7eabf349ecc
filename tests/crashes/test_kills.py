"""SIGKILL at a random moment under load: all that was answered is there, once.

A server as `flask start` serves, with its worker that signs, is killed as a whole group; on
PostgreSQL the database is in other rounds, or one of its backends. What was not answered is sent
again with the same key, by which it is settled.
"""

import os
import queue
import random
import signal
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from incentives.database import new_id
from tests import proving
from tests.crashes.checks import check_books, check_orders, check_totals
from tests.databases import Cluster, Postgresql, debian_cluster, server_programs
from tests.served.client import DONE, LATER, Client, Reply, is_ready
from tests.served.ground import HOUSEHOLDS, Ground, make_ground, temporary_folder
from tests.served.keeping import Keeper, keeping
from tests.served.order import Order
from tests.served.orders import approval, income, proposal, sale
from tests.served.starting import start_whole

CLIENTS = 4
BLOCK = 20  # rounds on one database: what is audited after each stays small
READY = 5  # seconds, of a whole start after a kill
PATIENCE = 60  # seconds; who isn't ready by then will never be
ANSWERS, SOON = 16, 0.06  # the blow comes after fewer answers, and so many seconds at the most
SERVICE, DATABASE, BOTH, BACKEND = "service", "database", "both", "backend"
BLOWS = [SERVICE, DATABASE, SERVICE, BOTH, BACKEND]


@dataclass
class Village:
    """The ground, what keeps it served, and the server that does."""

    ground: Ground
    keeper: Keeper
    cluster: Cluster | None
    chance: random.Random
    group: int = 0
    port: int = 0
    start: dict[str, int] = field(default_factory=dict)
    answered: list[tuple[Order, Reply]] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    recovered: list[float] = field(default_factory=list)

    def begin_anew(self) -> None:
        """An empty village, served."""
        if self.group:
            self.keeper.end(self.group)
        self.ground.begin_anew()
        self.answered.clear()
        self.start = self.ground.shape()
        self.serve()

    def serve(self) -> None:
        """Start the server; how long it took until it was ready is written down."""
        began = time.monotonic()
        self.group, self.port = self.keeper.serve()
        self.await_ready()
        self.ready.append(time.monotonic() - began)

    def await_ready(self) -> None:
        """Wait until the service says that it can serve."""
        end = time.monotonic() + PATIENCE
        while not is_ready(self.ground, self.port):
            if time.monotonic() > end:
                raise TimeoutError(f"not ready: {self.keeper.log.read_text()[-3000:]}")
            time.sleep(0.01)

    def strike(self, what: str) -> None:
        """The blow; afterwards the service is ready again."""
        if what in (SERVICE, BOTH):
            self.keeper.end(self.group)
        if what in (DATABASE, BOTH) and self.cluster is not None:
            self.cluster.stop_at_once()
            self.ground.let_go()
            self.cluster.start()
        if what == BACKEND and self.cluster is not None:
            kill_a_backend(self.cluster, self.ground.names[0], self.chance)
            self.ground.let_go()
        if what in (SERVICE, BOTH):
            self.serve()
        else:
            began = time.monotonic()
            self.await_ready()
            self.recovered.append(time.monotonic() - began)


def kill_a_backend(cluster: Cluster, name: str, chance: random.Random) -> None:
    """SIGKILL one process that works for the service: PostgreSQL then begins all anew."""
    query = "SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY pid"
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        pids = [row[0] for row in connection.execute(query, [name])]
    os.kill(chance.choice(pids), signal.SIGKILL)


@dataclass
class Load:
    """What the clients sent in a round and were answered."""

    village: Village
    stop: threading.Event = field(default_factory=threading.Event)
    answered: list[tuple[Order, Reply]] = field(default_factory=list)
    open: list[Order] = field(default_factory=list)
    wrong: list[tuple[Order, Reply]] = field(default_factory=list)
    proposed: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)

    def run(self, chance: random.Random) -> None:
        """One client: order after order until told to stop, or until nobody answers."""
        client = Client(self.village.ground, self.village.port)
        while not self.stop.is_set():
            order = self.next_order(chance)
            reply = client.send(order)
            if reply.status in LATER:
                self.open.append(order)
                break
            (self.answered if reply.status in DONE else self.wrong).append((order, reply))
            if order.kind == "proposal" and reply.status in DONE:
                self.proposed.put(reply.json["id"])
        client.close()

    def next_order(self, chance: random.Random) -> Order:
        """A sale, an income, a proposal, or the approval of one that was answered."""
        ground, key = self.village.ground, str(new_id())
        kind = chance.choice(("redemption", "redemption", "income", "award"))
        if kind == "redemption":
            return sale(ground, key, chance.randrange(HOUSEHOLDS))
        if kind == "income":
            return income(ground, key)
        try:
            return approval(self.proposed.get_nowait(), key)
        except queue.Empty:
            return proposal(ground, key, chance.randrange(HOUSEHOLDS))


def load_and_strike(village: Village, what: str) -> Load:
    """Clients at work, the blow at a random moment, and the service ready again."""
    load, chance = Load(village), village.chance
    threads = [
        threading.Thread(target=load.run, args=(random.Random(chance.random()),), daemon=True)
        for _ in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    answers, end = chance.randrange(ANSWERS), time.monotonic() + PATIENCE
    while len(load.answered) < answers and not load.wrong and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(chance.uniform(0, SOON))
    village.strike(what)
    load.stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    return load


def settle(village: Village, orders: list[Order]) -> list[tuple[Order, Reply]]:
    """Send again, under the same keys, until each is answered."""
    settled = []
    with closing(Client(village.ground, village.port)) as client:
        for order in orders:
            reply = send_until_answered(client, order)
            assert reply.status in DONE, (order, reply)
            settled.append((order, reply))
    return settled


def send_until_answered(client: Client, order: Order) -> Reply:
    """The answer; a connection that its database left behind is told as a 503 once."""
    end = time.monotonic() + PATIENCE
    while (reply := client.send(order)).status in LATER:
        if time.monotonic() > end:
            raise TimeoutError(f"never answered: {order}")
        time.sleep(0.02)
    return reply


def one_round(village: Village, what: str) -> int:
    """Load, blow, checks, and the same requests again; how many were open."""
    load = load_and_strike(village, what)
    assert load.wrong == [], village.keeper.log.read_text()[-5000:]
    sure = [order for order, _reply in load.answered]
    assert check_orders(sure, load.open) == []
    assert check_books(village.ground) == []
    settled = settle(village, load.open)
    village.answered += load.answered + settled
    everything = [order for order, _reply in village.answered]
    assert check_orders(load.open) == []
    assert check_totals(village.ground, village.start, everything) == []
    for order, reply in village.chance.sample(village.answered, min(2, len(village.answered))):
        with closing(Client(village.ground, village.port)) as client:
            again = send_until_answered(client, order)
        assert (again.content, again.replayed) == (reply.content, True)
    return len(load.open)


@contextmanager
def kept_village(folder: Path, cluster: Cluster | None, chance: random.Random) -> Iterator[Village]:
    """A village with its keeper."""
    server = None if cluster is None else Postgresql(cluster.url)
    with make_ground(folder, server) as ground, keeping(ground) as keeper:
        ground.begin_anew()
        keeper.warm([sale(ground, str(new_id())), income(ground, str(new_id()))])
        yield Village(ground, keeper, cluster, chance)


@pytest.fixture(params=["sqlite", "postgresql"])
def village(request: pytest.FixtureRequest) -> Iterator[Village]:
    """A village that is served; PostgreSQL is a server of its own, as it is stopped."""
    chance = proving.seeded(f"kills, {request.param}")
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        cluster = None
        if request.param == "postgresql":
            cluster = stack.enter_context(debian_cluster(server_programs(), folder))
        yield stack.enter_context(kept_village(folder, cluster, chance))


def test_whatever_is_killed_and_when_nothing_answered_is_lost(village):
    blows = [SERVICE] if village.cluster is None else BLOWS
    rounds, opened, orders = proving.scaled(1000) if proving.PROVING else len(BLOWS), 0, 0
    for number in range(rounds):
        if number % BLOCK == 0:
            orders += len(village.answered)
            village.begin_anew()
        opened += one_round(village, blows[number % len(blows)])
    village.keeper.end(village.group)
    whole, busy = start_whole(village.ground)
    proving.record(
        f"kills, {village.ground.database}",
        kills=rounds,
        answered=orders + len(village.answered),
        unanswered_and_settled=opened,
        lost=0,
        doubled=0,
        half=0,
        ready_again_seconds=spread(village.ready),
        database_back_seconds=spread(village.recovered),
        whole_start_seconds=spread([whole]),
        whole_start_processor_seconds=spread([busy]),
    )
    assert busy < READY  # with a processor to itself it is ready by then


def spread(seconds: list[float]) -> list[float]:
    """Median and greatest, to the millisecond; empty where there are none."""
    if not seconds:
        return []
    return [round(statistics.median(seconds), 3), round(max(seconds), 3)]
