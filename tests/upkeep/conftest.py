"""Where backups are made and restored to, in the tests of them."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.databases import client_programs
from tests.ledger.books import open_books
from tests.upkeep.places import Place, close, open_place


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have PostgreSQL's client programs in the path."""
    if shutil.which("pg_dump") is None:
        monkeypatch.setenv("PATH", f"{client_programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def home(bare_app: Flask, tmp_path: Path, programs: None) -> Place:
    """The installation that is backed up, and the folder for its backups."""
    return Place(bare_app, tmp_path / "backups")


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, home: Place
) -> Iterator[Callable[..., Place]]:
    """Makes empty places to restore to, with an empty database each, and the seals of home."""
    opened: list[Place] = []
    names: list[str] = []

    def make(**settings: object) -> Place:
        if database == "postgresql":
            server = request.getfixturevalue("postgresql")
            names.append(server.new_database())
            settings.setdefault("SQLALCHEMY_DATABASE_URI", server.url(server.service, names[-1]))
            settings.setdefault("OWNER_DATABASE_URI", server.url(server.owner, names[-1]))
        place = open_place(home, tmp_path / f"new{len(opened)}", settings)
        opened.append(place)
        return place

    yield make
    for place in opened:
        close(place.app)
    for name in names:
        request.getfixturevalue("postgresql").drop_database(name)


@pytest.fixture
def lived(home: Place) -> Place:
    """Home with a few events."""

    def work():
        found = open_books()
        found.post(found.award(found.households[0], 50, detail={"name": "扎西的巡防"}))
        found.post(found.redemption(found.households[0], 20))

    home.ask(work)
    return home
