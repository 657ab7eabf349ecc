"""What the measurements share: a scene and servers, made when first asked for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from incentives import create_app
from incentives.extensions import db
from tests.benchmarks import scene
from tests.conftest import make_installation
from tests.databases import Postgresql, postgresql_server


class Workshop:
    """The folder of a run, how often each thing is done in a round, and what is made once."""

    def __init__(self, folder: Path, count: int, sizes: tuple[int, ...]) -> None:
        self.folder = folder
        self.count = count
        self.sizes = sizes
        self.closing = ExitStack()
        self._rounds = 0
        self._hordak: Any = None
        self._grown: dict[int, Path] | None = None

    def here(self) -> Path:
        """A new, empty folder."""
        self._rounds += 1
        made = self.folder / f"{self._rounds:03}"
        made.mkdir()
        return made

    @cached_property
    def scene(self) -> scene.Scene:
        """A village with households, cards and a shop, on SQLite; copy it before selling."""
        return scene.build(self.folder / "scene")

    def grown(self, grow: Callable[["Workshop"], dict[int, Path]]) -> dict[int, Path]:
        """Long logs by their size, grown when first asked for."""
        if self._grown is None:
            self._grown = grow(self)
        return self._grown

    @cached_property
    def server(self) -> Postgresql:
        """A PostgreSQL server of this run."""
        return Postgresql(self.closing.enter_context(postgresql_server(self.folder)))

    @cached_property
    def postgresql(self) -> "Place":
        """A migrated database on that server."""
        return Place(self.server, self.folder / "postgresql-data")

    def hordak(self, pairs: int) -> Any:
        """django-hordak in a database of its own on that server."""
        if self._hordak is None:
            from tests.benchmarks.hordak import Hordak

            name = self.server.new_database()
            self._hordak = Hordak(self.server.url(self.server.owner, name), pairs)
        return self._hordak


class Place:
    """A database on PostgreSQL with an installation in it, served by its own role."""

    def __init__(self, server: Postgresql, data: Path) -> None:
        self.server = server
        self.data = data
        self.name = server.new_database()
        # The counters of its villages (`county`), once they are opened.
        self.counters: Any = None
        with self.application():
            upgrade()
            make_installation()

    @contextmanager
    def application(self) -> Iterator[Flask]:
        """The application on it, in its context."""
        app = create_app(
            {
                "JISHAN_DATA": self.data,
                "SQLALCHEMY_DATABASE_URI": self.server.url(self.server.service, self.name),
                "OWNER_DATABASE_URI": self.server.url(self.server.owner, self.name),
                "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 16},
                "RATELIMIT_ENABLED": False,
                "TESTING": True,
            }
        )
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()

    def pgbench(self) -> str:
        """The URL of another database, for pgbench alone."""
        name = self.server.new_database()
        url = self.server.url(self.server.owner, name)
        return url.replace("+psycopg", "")
