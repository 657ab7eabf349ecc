"""The service over HTTP: redemption, its replay and balance beside the bare endpoint."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from incentives.config import ROOT
from incentives.database import new_id
from tests.benchmarks.measure import WARM, Figures, Make, Row, Work, per_second_by_threads
from tests.benchmarks.scene import PIN, Counter, Scene, application, copy_of
from tests.benchmarks.workshop import Workshop
from tests.databases import free_port, wait_for_port
from tests.factories import VILLAGE
from tests.shop.phones import PhoneKey
from tests.site import PASSWORD
from tests.statements import counted

CLIENTS = 8
# A village's phone has an address of its own, by which the limits count: any of loopback's will do.
ADDRESSES = (
    f"127.{one}.{two}.{three}" for one in count(1) for two in range(256) for three in range(1, 255)
)
OF_THE_TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE")

ROWS = (
    Row("redemption over HTTP on SQLite, against a bare endpoint", "redemption", "bare endpoint"),
    Row("the same with the PIN that the policy asks for", "redemption with PIN", "redemption"),
    Row("balance over HTTP against a bare endpoint", "balance", "bare endpoint"),
    Row("replay of a key against a first redemption over HTTP", "replay", "redemption", 1),
    Row("statements of a redemption over HTTP", "statements", goal=15, at_most=True),
    Row("the same with its PIN", "statements with PIN"),
)


@contextmanager
def server(folder: Path, database: str | None = None) -> Iterator[int]:
    """The service as in use: gunicorn on a free port, its limits on, the worker that signs beside.

    The database is the folder's own, on SQLite, unless an URL is given.
    """
    port = free_port()
    environment = {
        **os.environ,
        "JISHAN_DATA": str(folder),
        "PORT": str(port),
        "DATABASE_URL": database or f"sqlite:///{folder / 'jishan.sqlite3'}",
    }
    environment.pop("JISHAN_LIMITS", None)
    commands = (
        ["gunicorn", "-c", "incentives/upkeep/gunicorn_settings.py"],
        ["flask", "--app", "app", "worker"],
    )
    quiet = subprocess.DEVNULL
    processes = []
    try:
        for command in commands:
            run = [sys.executable, "-m", *command]
            processes.append(
                subprocess.Popen(run, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
            )
        wait_for_port(port, 120)
        yield port
        if any(each.poll() is not None for each in processes):
            raise RuntimeError("the server or its worker ended while it was measured")
    finally:
        for each in processes:
            end(each)


def end(process: subprocess.Popen[bytes]) -> None:
    """Tell a process to stop, and wait for it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Client:
    """One client with a connection, an address and a token of its own."""

    def __init__(self, port: int) -> None:
        here = (next(ADDRESSES), 0)
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30, source_address=here)
        self.token: str | None = None

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """A call; RuntimeError for an answer that says no."""
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        content = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, path, content, headers)
            answer = self.connection.getresponse()
        except ConnectionError:
            # The server closes what was silent for two seconds: waiting for another's PIN.
            self.connection.close()
            self.connection.request(method, path, content, headers)
            answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text!r}")
        return json.loads(text) if text else None

    def sign_in(self, who: str) -> None:
        """Take a token."""
        credentials = {"username": who, "password": PASSWORD}
        self.token = self.call("POST", "/api/v1/tokens", credentials)["token"]


def terminal_token(port: int, shop_id: UUID, phone: tuple[UUID, PhoneKey]) -> str:
    """A registered phone's token, for the nonce that its key signs."""
    client, (terminal, key) = Client(port), phone
    path = f"/api/v1/shops/{shop_id}/terminals/{terminal}"
    nonce = client.call("POST", f"{path}/nonce")["nonce"]
    signed = {"nonce": nonce, "signature": key.sign(nonce)}
    token = str(client.call("POST", f"{path}/token", signed)["token"])
    client.connection.close()
    return token


def sale(counter: Counter, number: int, *, pin: bool = False) -> dict[str, Any]:
    """A redemption's body: by one card after the other; of the dear good with the holder's PIN."""
    good_id = counter.dear_id if pin else counter.cheap_id
    return {
        "shop_id": str(counter.shop_id),
        "card_code": counter.cards[number % len(counter.cards)],
        "lines": [{"good_id": str(good_id), "quantity": 1}],
    } | ({"pin": PIN} if pin else {})


def measure(shop: Workshop, figures: Figures) -> None:
    """One round on a new copy and a fresh server."""
    scene = shop.scene
    counter = scene.counter
    with server(copy_of(scene, shop.here() / "serving").folder) as port:
        phones = [terminal_token(port, counter.shop_id, each) for each in counter.phones]

        def calling(tokens: Sequence[str | None], ask: Callable[[Client, int], object]) -> Make:
            @contextmanager
            def make(thread: int) -> Iterator[Work]:
                mine = Client(port)
                mine.token = tokens[thread % len(tokens)]
                yield lambda number: ask(mine, number)
                mine.connection.close()

            return make

        keys = [str(new_id()) for _each in range(shop.count + CLIENTS * (WARM + 1))]
        sales = f"/api/v1/villages/{VILLAGE}/redemptions"
        home = f"/api/v1/villages/{VILLAGE}/households/{scene.households[0][0]}"
        redeem = calling(
            phones, lambda mine, n: mine.call("POST", sales, sale(counter, n), keys[n])
        )
        with_pin = calling(
            phones,
            lambda mine, n: mine.call("POST", sales, sale(counter, n, pin=True), str(new_id())),
        )
        balance = calling([token(port, "cadre")], lambda mine, _n: mine.call("GET", home))
        bare = calling([None], lambda mine, _n: mine.call("GET", "/healthz"))
        for name, work in (
            ("redemption", redeem),
            ("replay", redeem),  # the very same calls again: each key has its answer
            ("redemption with PIN", with_pin),
            ("balance", balance),
            ("bare endpoint", bare),
        ):
            figures.add(name, per_second_by_threads(work, shop.count, CLIENTS))
    for name, pin in (("statements", False), ("statements with PIN", True)):
        figures.add(name, len(statements_of_a_redemption(scene, shop.here(), pin=pin)))


def token(port: int, who: str) -> str:
    """A user's token."""
    client = Client(port)
    client.sign_in(who)
    client.connection.close()
    if client.token is None:
        raise RuntimeError(f"{who} got no token")
    return client.token


def statements_of_a_redemption(scene: Scene, folder: Path, *, pin: bool) -> list[str]:
    """What one over HTTP at a registered phone sends to the database, but for the transaction's."""
    counter = scene.counter
    terminal, key = counter.phones[0]
    path = f"/api/v1/shops/{counter.shop_id}/terminals/{terminal}"
    with application(copy_of(scene, folder / "counted").folder) as app:
        client = app.test_client()
        nonce = client.post(f"{path}/nonce").json["nonce"]
        signed = client.post(f"{path}/token", json={"nonce": nonce, "signature": key.sign(nonce)})
        headers = {"Authorization": f"Bearer {signed.json['token']}"}
        for number in range(2):
            with counted() as statements:
                answer = client.post(
                    f"/api/v1/villages/{VILLAGE}/redemptions",
                    json=sale(counter, number, pin=pin),
                    headers={**headers, "Idempotency-Key": str(new_id())},
                )
            if answer.status_code != 201:
                raise RuntimeError(answer.text)
    return [each for each in statements.sent if not each.startswith(OF_THE_TRANSACTION)]
