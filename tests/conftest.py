"""What every test may ask for: the application on a migrated database, a clock, a client."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from incentives import create_app
from incentives.access import passwords
from incentives.cards import pins
from incentives.database import new_id
from incentives.extensions import db
from incentives.installation import Installation
from tests.databases import Postgresql, postgresql_server
from tests.statements import Statements, counted

# Databases with honest durability wait for each sync: in memory that costs nothing, and what the
# tests hold to is the same. `TMPDIR` says otherwise; power cuts are simulated, not waited for.
MEMORY = Path("/dev/shm")
if (
    "TMPDIR" not in os.environ
    and os.access(MEMORY, os.W_OK)
    and shutil.disk_usage(MEMORY).free > 4e9
):
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# How long an example takes says how busy the machine is. A fixture serves all examples of a test.
hypothesis.settings.register_profile(
    "busy",
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,
    ],
)
hypothesis.settings.load_profile("busy")


def pytest_collection_finish() -> None:
    """Keep what is loaded by now out of each collection of garbage, as `app.py` does.

    Each test makes an application: thousands of objects, while all modules are walked through.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


compile_builder = Rule._compile_builder


def compile_later(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What writes a rule's address, compiled when it is first needed.

    Each test makes an application, and werkzeug compiles two functions for each of its routes.
    """
    made: list[Callable[..., tuple[str, str]]] = []

    def build(of: Rule, **values: Any) -> tuple[str, str]:
        if not made:
            made.append(compile_builder(rule, append_unknown))
        return made[0](of, **values)

    return build


Rule._compile_builder = compile_later  # type: ignore[method-assign]


class KeptCode(BytecodeCache):
    """What templates were compiled to, kept for the applications of all tests."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what the template was compiled to, if it was."""
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what it was compiled to."""
        self.kept[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": KeptCode()}

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, nine in the morning in the village
DATABASES = ("sqlite", "postgresql")


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def forward(self, **span: float) -> datetime:
        """Move it on by a `timedelta`'s arguments; the new time."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hash passwords and PINs quickly: each test has users of its own, who sign in."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", quick)
        patch.setattr(pins, "HASHER", quick)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL server of this run, with an owner's and a service's role.

    Not in pytest's own temporary folders: another run may clear those away.
    """
    with (
        tempfile.TemporaryDirectory(prefix="jishan-", ignore_cleanup_errors=True) as folder,
        postgresql_server(Path(folder)) as superuser,
    ):
        yield Postgresql(superuser)


@dataclass
class Template:
    """A migrated, empty database to be copied, and the keys that go with it."""

    settings: Callable[[Path], dict[str, object]]
    keys: Path


def make_installation() -> None:
    """The one row that `flask init` makes."""
    db.session.connection(execution_options={"write": True})
    db.session.add(
        Installation(
            id=new_id(), url="http://127.0.0.1:8000", origin="jishan.test", made_at=START, demo=True
        )
    )
    db.session.commit()


def migrate_once(settings: dict[str, object]) -> None:
    """Bring a new database to its newest shape, with an installation in it."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
        make_installation()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "template.sqlite3"
    migrate_once(
        {"JISHAN_DATA": folder, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{path}", "TESTING": True}
    )

    def settings(data: Path) -> dict[str, object]:
        shutil.copy(path, data / "jishan.sqlite3")
        return {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{data / 'jishan.sqlite3'}"}

    return Template(settings, folder / "keys")


@pytest.fixture(scope="session")
def postgresql_template(
    tmp_path_factory: pytest.TempPathFactory, postgresql: Postgresql
) -> Template:
    folder = tmp_path_factory.mktemp("postgresql")
    name = postgresql.new_database()
    migrate_once(
        {
            "JISHAN_DATA": folder,
            "SQLALCHEMY_DATABASE_URI": postgresql.url(postgresql.service, name),
            "OWNER_DATABASE_URI": postgresql.url(postgresql.owner, name),
            "TESTING": True,
        }
    )

    def settings(_data: Path) -> dict[str, object]:
        copied = postgresql.copy_database(name)
        return {
            "SQLALCHEMY_DATABASE_URI": postgresql.url(postgresql.service, copied),
            "OWNER_DATABASE_URI": postgresql.url(postgresql.owner, copied),
        }

    return Template(settings, folder / "keys")


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on: each test that asks for the application runs on both."""
    return str(request.param)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bare_app(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, clock: Clock
) -> Iterator[Flask]:
    """The application on a copy of the empty installation, without an application context."""
    template: Template = request.getfixturevalue(f"{database}_template")
    data = tmp_path / "data"
    data.mkdir()
    shutil.copytree(template.keys, data / "keys")
    app = create_app(
        {
            "JISHAN_DATA": data,
            "JISHAN_SEALS": tmp_path / "seals",
            "CLOCK": lambda: clock.now,
            "TESTING": True,
            "RATELIMIT_ENABLED": False,
            **template.settings(data),
        }
    )
    yield app
    with app.app_context():
        db.session.remove()
        name = db.engine.url.database or ""
        db.engine.dispose()
    if database == "postgresql":
        request.getfixturevalue("postgresql").drop_database(name)


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """The application, in its context: operations can be called, by `act` in a transaction."""
    with bare_app.app_context():
        yield bare_app
        db.session.rollback()


@pytest.fixture
def client(bare_app: Flask) -> FlaskClient:
    """A client of its own request contexts; not to be mixed with the fixture `app`."""
    return bare_app.test_client()


@pytest.fixture
def statements() -> Iterator[Statements]:
    """Counts what is sent to any database."""
    with counted() as found:
        yield found
