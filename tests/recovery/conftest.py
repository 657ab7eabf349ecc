"""What the drills begin with."""

from dataclasses import dataclass

import pytest
from flask import Flask

from incentives.clock import now
from incentives.extensions import db
from incentives.recovery.operations import check_books
from tests.recovery.drill import (
    Village,
    application_on,
    balances,
    copy_database,
    live_on,
    make_drill_village,
    within,
)
from tests.site import Site


@dataclass
class Drill:
    """The village before, the service on the restored backup, and what must come back."""

    village: Village
    site: Site
    key: str
    before: dict[str, int]

    @property
    def app(self) -> Flask:
        """The service on the restored backup."""
        return self.site.app


@pytest.fixture
def copies(request):
    """Copies databases, and drops them at the end."""
    made = []

    def copy(app, name="backup"):
        settings = copy_database(app, lambda: request.getfixturevalue("postgresql"), name)
        made.append(settings["SQLALCHEMY_DATABASE_URI"])
        return settings

    yield copy
    for url in made:
        if not url.startswith("sqlite"):
            request.getfixturevalue("postgresql").drop_database(url.rpartition("/")[2])


@pytest.fixture
def village(bare_app) -> Village:
    return make_drill_village(bare_app)


@pytest.fixture
def drill(village, copies):
    """A backup, two weeks of life, a seal, and the backup restored: started, read-only."""
    backup = copies(village.app)
    key = live_on(village)
    before = balances(village.app)
    restored = application_on(village.app, backup)
    with within(restored):
        assert check_books(now=now()) is not None
    yield Drill(village, Site(restored), key, before)
    with restored.app_context():
        db.session.remove()
        db.engine.dispose()
