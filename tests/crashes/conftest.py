"""The village that is killed, once for each database."""

from collections.abc import Iterator

import pytest

from tests.served.ground import Ground, Keeper, keeping, make_ground


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    """A village on SQLite, and one on the run's PostgreSQL server."""
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    with make_ground(tmp_path_factory.mktemp(request.param), server) as ground:
        yield ground


@pytest.fixture(scope="module")
def keeper(ground: Ground) -> Iterator[Keeper]:
    with keeping(ground) as keeper:
        yield keeper
