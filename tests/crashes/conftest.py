"""The village that is killed, once for each database."""

from collections.abc import Iterator

import pytest

from tests.served.ground import Ground, make_ground, temporary_folder
from tests.served.keeping import Keeper, keeping


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    """A village on SQLite, and one on the run's PostgreSQL server."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    with temporary_folder() as folder, make_ground(folder, server, counted=True) as ground:
        yield ground


@pytest.fixture(scope="module")
def keeper(ground: Ground) -> Iterator[Keeper]:
    with keeping(ground) as keeper:
        yield keeper
