"""Races over HTTP: servers as `flask start` serves, many clients, one balance or one key."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from incentives.database import new_id
from incentives.ledger.audit import audit
from tests import proving
from tests.factories import VILLAGE
from tests.ledger.books import Books
from tests.races.crowd import CROWD
from tests.served.client import DONE, Client, Reply, is_ready
from tests.served.ground import PLENTY, Ground, make_ground, temporary_folder
from tests.served.keeping import Keeper, keeping
from tests.served.order import Order
from tests.served.orders import income, sale
from tests.shop.scenes import SOAP, give_points

CLIENTS = 20
RACERS = 200
SERVERS = 2  # on SQLite each has one process, on PostgreSQL two; eight threads a process
PATIENCE = 60  # seconds
BUSY = ("unavailable", "idempotency_in_progress")  # to be sent again with the same key


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    """A village on each database."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    with temporary_folder() as folder, make_ground(folder, server) as ground:
        yield ground


@pytest.fixture(scope="module")
def keeper(ground: Ground) -> Iterator[Keeper]:
    with keeping(ground) as keeper:
        keeper.warm([sale(ground, str(new_id())), income(ground, str(new_id()))])
        yield keeper


Send = Callable[[Sequence[Order]], list[Reply]]


@pytest.fixture
def send(ground: Ground, keeper: Keeper, request: pytest.FixtureRequest) -> Iterator[Send]:
    """Sends orders at once to the servers, in which the test's fault is planted, if any."""
    ground.begin_anew()
    fault = request.node.callspec.params.get("fault")
    served = [keeper.serve(fault) for _ in range(SERVERS)]
    waited = threading.Event()
    for _group, port in served:
        for _try in range(PATIENCE * 20):
            if is_ready(ground, port):
                break
            waited.wait(0.05)
    yield lambda orders: send_at_once(ground, [port for _group, port in served], orders)
    for group, _port in served:
        keeper.end(group)


def send_at_once(ground: Ground, ports: Sequence[int], orders: Sequence[Order]) -> list[Reply]:
    """What each order was answered, once it was neither busy nor without an answer."""
    start, waited = threading.Barrier(CLIENTS), threading.Event()

    def work(number: int) -> list[tuple[int, Reply]]:
        replies = []
        with closing(Client(ground, ports[number % len(ports)])) as client:
            start.wait(PATIENCE)
            for place in range(number, len(orders), CLIENTS):
                for _try in range(PATIENCE * 20):
                    reply = client.send(orders[place])
                    if reply.status != 0 and reply.problem not in BUSY:
                        break
                    waited.wait(0.05)
                replies.append((place, reply))
        return replies

    with ThreadPoolExecutor(CLIENTS) as pool:
        found = dict(pair for share in pool.map(work, range(CLIENTS)) for pair in share)
    return [found[place] for place in range(len(orders))]


def balance(ground: Ground) -> int:
    """What the first household owns."""
    return ground.shape()[f"h.{ground.shoppers[0].account}"]


def leave(ground: Ground, points: int) -> None:
    """Move all that the first household has but so many points to the second."""
    books = Books(VILLAGE, tuple(each.account for each in ground.shoppers))
    giver, taker, *_others = books.households
    books.post(books.household_move(giver, taker, balance(ground) - points))


def names(replies: Sequence[Reply]) -> Counter[str]:
    """How often each answer came: `done`, or the name of the refusal."""
    return Counter("done" if each.status in DONE else each.problem for each in replies)


def test_two_hundred_redemptions_spend_exactly_what_one_balance_covers(ground, send):
    for number in range(proving.scaled(20)):
        covered = RACERS // (4 - number % 3)
        give_points(ground.shoppers[0].account, PLENTY)
        leave(ground, covered * SOAP + SOAP - 1)
        before = ground.shape()
        replies = send([sale(ground, str(new_id())) for _ in range(RACERS)])
        assert names(replies) == {"done": covered, "insufficient_points": RACERS - covered}
        assert balance(ground) == SOAP - 1
        after = ground.shape()
        assert after["redemption"] - before["redemption"] == covered
        assert after["shop.1"] - before["shop.1"] == covered * SOAP
    assert audit(VILLAGE) == []


@pytest.mark.parametrize("ground", ["postgresql"], indirect=True)
@pytest.mark.parametrize("fault", ["no_lock"])
def test_control_without_the_lock_redemptions_meet(ground, send, fault):
    leave(ground, RACERS * SOAP)
    replies = send([sale(ground, str(new_id())) for _ in range(CROWD)])
    # Each found its points covered: what kept them out was the database's guards alone.
    assert names(replies)["unexpected"] > 0
    assert audit(VILLAGE) == []


@pytest.mark.parametrize("make", [sale, income])
def test_one_key_from_twenty_clients_has_one_effect_and_one_answer(ground, send, make):
    before = ground.shape()
    for number in range(1, 1 + proving.scaled(100, least=2)):
        order = make(ground, str(new_id()))
        replies = send([order] * CLIENTS)
        assert {each.status for each in replies} == {201}
        assert len({each.content for each in replies}) == 1
        assert sum(each.replayed for each in replies) == CLIENTS - 1
        assert ground.shape()["event"] - before["event"] == number
    assert audit(VILLAGE) == []


@pytest.mark.parametrize("fault", ["no_key", "key_first", "key_last"])
def test_control_without_the_key_in_the_transaction_there_are_more(ground, send, fault):
    def holds() -> bool:
        """Whether one round has one effect and one answer, as without the fault."""
        before = ground.shape()
        replies = send([income(ground, str(new_id()))] * CLIENTS)
        effects = ground.shape()["event"] - before["event"]
        return (effects, len({(each.status, each.content) for each in replies})) == (1, 1)

    # A round may happen to be answered in turn, on a busy machine many; not all of them.
    assert not all(holds() for _ in range(100))
