"""What one route takes and gives: what its decorator says, and its documentation tells."""

from collections.abc import Callable
from dataclasses import dataclass

from marshmallow import Schema

JSON = "application/json"
Division = Callable[..., str | None]


@dataclass(frozen=True)
class Call:
    """What one route takes and gives, as its decorator says."""

    gives: Schema | None
    status: int = 200
    body: Schema | None = None
    upload: Schema | None = None
    query: Schema | None = None
    permission: str | None = None
    division: Division | None = None
    keyed: bool = False
    unique_in: str | None = None
    secret: bool = False
    produces: str = JSON
    own: bool = False
    in_recovery: bool = False
