"""The demo county, loaded once for a file of tests, on SQLite, with one small village."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_migrate import upgrade

from incentives import create_app
from incentives.demo.loading import load_demo
from incentives.extensions import db


@pytest.fixture(scope="module")
def bare_county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, without an application context."""
    data = tmp_path_factory.mktemp("county")
    app = create_app(
        {
            "JISHAN_DATA": data,
            "JISHAN_SEALS": data.parent / "county-seals",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{data / 'jishan.sqlite3'}",
            "TESTING": True,
            "RATELIMIT_ENABLED": False,
        }
    )
    with app.app_context():
        upgrade()
        load_demo(villages=1, households=20)
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def county(bare_county: Flask) -> Iterator[Flask]:
    """The application, in its context."""
    with bare_county.app_context():
        yield bare_county
