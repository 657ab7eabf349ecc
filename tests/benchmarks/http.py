"""The service over HTTP: redemption, its replay and balance beside the bare endpoint."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from incentives.config import ROOT
from incentives.database import new_id
from tests.benchmarks.measure import Figures, Make, Row, Work, per_second_by_threads
from tests.benchmarks.scene import Scene, application, copy_of
from tests.benchmarks.workshop import Workshop
from tests.databases import free_port, wait_for_port
from tests.factories import VILLAGE
from tests.site import PASSWORD
from tests.statements import counted

CLIENTS = 8
OF_THE_TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE")

ROWS = (
    Row("redemption over HTTP on SQLite, against a bare endpoint", "redemption", "bare endpoint"),
    Row("balance over HTTP against a bare endpoint", "balance", "bare endpoint"),
    Row("replay of a key against a first redemption over HTTP", "replay", "redemption", 1),
    Row("statements of a redemption over HTTP", "statements", goal=15, at_most=True),
)


@contextmanager
def server(folder: Path, database: str | None = None) -> Iterator[int]:
    """gunicorn as `flask start` sets it up, on a free port of loopback.

    The database is the folder's own, on SQLite, unless an URL is given.
    """
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "incentives/upkeep/gunicorn_settings.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "JISHAN_DATA": str(folder),
            "PORT": str(port),
            "DATABASE_URL": database or f"sqlite:///{folder / 'jishan.sqlite3'}",
            "JISHAN_LIMITS": "off",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, 120)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Client:
    """One client with a connection and a token of its own."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.token: str | None = None

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        """A call; RuntimeError for an answer that says no."""
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        content = None if body is None else json.dumps(body)
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


def sale(scene: Scene, number: int) -> dict[str, Any]:
    """A redemption's body."""
    return {
        "shop_id": str(scene.shop_id),
        "card_code": scene.cards[number % len(scene.cards)],
        "lines": [{"good_id": str(scene.good_id), "quantity": 1}],
    }


def measure(shop: Workshop, figures: Figures) -> None:
    """One round on a new copy and a fresh server."""
    scene = shop.scene
    with server(copy_of(scene, shop.here() / "serving").folder) as port:
        tokens = {who: token(port, who) for who in ("shopkeeper", "cadre")}

        def calling(who: str | None, ask: Callable[[Client, int], object]) -> Make:
            @contextmanager
            def make(_thread: int) -> Iterator[Work]:
                mine = Client(port)
                mine.token = tokens[who] if who else None
                yield lambda number: ask(mine, number)
                mine.connection.close()

            return make

        keys = [str(new_id()) for _each in range(2 * shop.count + 2 * CLIENTS)]
        sales = f"/api/v1/villages/{VILLAGE}/redemptions"
        home = f"/api/v1/villages/{VILLAGE}/households/{scene.households[0][0]}"
        redeem = calling(
            "shopkeeper", lambda mine, n: mine.call("POST", sales, sale(scene, n), keys[n])
        )
        # The very same calls again: each key has its answer.
        for name in ("redemption", "replay"):
            figures.add(name, per_second_by_threads(redeem, shop.count, CLIENTS))
        balance = calling("cadre", lambda mine, _n: mine.call("GET", home))
        figures.add("balance", per_second_by_threads(balance, shop.count, CLIENTS))
        bare = calling(None, lambda mine, _n: mine.call("GET", "/healthz"))
        figures.add("bare endpoint", per_second_by_threads(bare, shop.count, CLIENTS))
    figures.add("statements", len(statements_of_a_redemption(scene, shop.here())))


def token(port: int, who: str) -> str:
    """A user's token."""
    client = Client(port)
    client.sign_in(who)
    client.connection.close()
    if client.token is None:
        raise RuntimeError(f"{who} got no token")
    return client.token


def statements_of_a_redemption(scene: Scene, folder: Path) -> list[str]:
    """What one redemption over HTTP sends to the database, but for the transaction's own."""
    with application(copy_of(scene, folder / "counted").folder) as app:
        client = app.test_client()
        signed = client.post(
            "/api/v1/tokens", json={"username": "shopkeeper", "password": PASSWORD}
        )
        headers = {"Authorization": f"Bearer {signed.json['token']}"}
        for number in range(2):
            with counted() as statements:
                answer = client.post(
                    f"/api/v1/villages/{VILLAGE}/redemptions",
                    json=sale(scene, number),
                    headers={**headers, "Idempotency-Key": str(new_id())},
                )
            if answer.status_code != 201:
                raise RuntimeError(answer.text)
    return [each for each in statements.sent if not each.startswith(OF_THE_TRANSACTION)]
