"""A request of a client, which is made until it is answered."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Order:
    """One request to be made until it is answered: whose, where, what, under which key."""

    kind: str
    who: str
    path: str
    body: dict[str, Any]
    key: str
