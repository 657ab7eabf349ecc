"""A client of the served API: what it was answered, or that nothing came."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

from tests.served.ground import Ground
from tests.served.order import Order

PATIENCE = 30  # seconds


@dataclass(frozen=True)
class Reply:
    """Status and bytes; status 0 where the connection ended without an answer."""

    status: int
    content: bytes
    replayed: bool = False

    @property
    def json(self) -> Any:
        """What was answered, read."""
        return json.loads(self.content)

    @property
    def problem(self) -> str:
        """The name of a refusal, or nothing."""
        if self.status < 400:
            return ""
        return str(self.json["type"]).removeprefix("/problems/")


NOTHING = Reply(0, b"")
DONE = (200, 201)
LATER = (0, 503)  # nothing was answered, or that it should be tried again


class Client:
    """One connection, opened anew when the last call ended badly."""

    def __init__(self, ground: Ground, port: int) -> None:
        self.ground = ground
        self.port = port
        self.connection: HTTPConnection | None = None

    def send(self, order: Order) -> Reply:
        """Make an order once."""
        method, path, body, headers = self.ground.request(order)
        content = json.dumps(body)
        return self.call(method, path, content, headers | {"Content-Type": "application/json"})

    def call(self, method: str, path: str, content: str | None, headers: dict[str, str]) -> Reply:
        """One call."""
        if self.connection is None:
            self.connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            self.connection.request(method, path, content, headers)
            answer = self.connection.getresponse()
            replayed = answer.getheader("Idempotent-Replayed") == "true"
            return Reply(answer.status, answer.read(), replayed)
        except (OSError, HTTPException):
            self.close()
            return NOTHING

    def close(self) -> None:
        """Close the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def is_ready(ground: Ground, port: int) -> bool:
    """Whether the service says that it is ready."""
    client = Client(ground, port)
    try:
        return client.call("GET", "/readyz", None, {}).status == 200
    finally:
        client.close()
