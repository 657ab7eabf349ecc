"""Where the service is raced for and killed: a village, a database to begin anew, a keeper."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import func, literal, select, union_all

from incentives import create_app
from incentives.clock import now, village_day
from incentives.database import Base
from incentives.extensions import db
from incentives.ledger.models import Account
from incentives.shop.models import Stock
from tests.awards.scenes import adopt_rules
from tests.conftest import migrate_once
from tests.databases import Postgresql
from tests.factories import make_household
from tests.served.order import Order
from tests.served.proxy import Proxy
from tests.shop.scenes import Counter, Shopper, give_points, make_counter, shopper_of
from tests.site import Site, make_site

STAFF = ("cadre", "reviewer", "shopkeeper", "treasurer")
HOUSEHOLDS = 6
PLENTY = 1_000_000


@dataclass
class Ground:
    """The village on one database, and all that is needed to serve it and to look at it."""

    folder: Path
    app: Flask
    environment: dict[str, str]
    site: Site
    counter: Counter
    shoppers: list[Shopper]
    heads: list[UUID]
    today: date
    postgresql: Postgresql | None = None
    names: tuple[str, str] = ("", "")  # PostgreSQL: the database in use, and the one to copy
    proxy: Proxy | None = None
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> str:
        """Which database it is."""
        return "sqlite" if self.postgresql is None else "postgresql"

    @property
    def file(self) -> Path:
        """SQLite's file."""
        return self.folder / "data" / "jishan.sqlite3"

    def let_go(self) -> None:
        """Close this process's own connections."""
        db.session.remove()
        db.engine.dispose()

    def keep(self) -> None:
        """Keep the village as it is now, to begin anew from."""
        self.let_go()
        if self.postgresql is None:
            shutil.copy(self.file, self.folder / "kept.sqlite3")
        else:
            self.postgresql.copy_database(self.names[0], self.names[1])

    def begin_anew(self) -> None:
        """The village as it was kept, with no seals; nothing may serve it meanwhile."""
        self.let_go()
        shutil.rmtree(self.folder / "seals", ignore_errors=True)
        if self.postgresql is None:
            for end in ("-wal", "-shm"):
                self.file.with_name(self.file.name + end).unlink(missing_ok=True)
            shutil.copy(self.folder / "kept.sqlite3", self.file)
        else:
            self.postgresql.drop_database(self.names[0])
            self.postgresql.copy_database(self.names[1], self.names[0])

    def headers(self, order: Order) -> dict[str, str]:
        """What goes with an order."""
        return {
            "Authorization": f"Bearer {self.tokens[order.who]}",
            "Idempotency-Key": order.key,
            "Accept-Language": "en",
        }

    def request(self, order: Order) -> list[Any]:
        """An order as the keeper takes it."""
        return ["POST", f"/api/v1{order.path}", order.body, self.headers(order)]

    def shape(self) -> dict[str, int]:
        """How many rows each table has, every balance and what stands on each shelf."""
        db.session.rollback()
        counts = [
            select(literal(table.name), func.count()).select_from(table)
            for table in Base.metadata.sorted_tables
        ]
        queries = (
            union_all(*counts),
            select(Account.code, Account.balance),
            select(Stock.good_id, Stock.quantity),
        )
        rows = [row for query in queries for row in db.session.execute(query)]
        db.session.rollback()
        return {str(name): int(number) for name, number in rows}


def changed(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """By how much each figure of a shape has changed, those that have."""
    return {
        name: after[name] - before.get(name, 0)
        for name in after
        if after[name] != before.get(name, 0)
    }


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder of one's own; pytest's may be cleared away by another run that begins meanwhile."""
    with tempfile.TemporaryDirectory(prefix="jishan-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def make_ground(
    folder: Path, postgresql: Postgresql | None, *, counted: bool = False
) -> Iterator[Ground]:
    """A village with staff, a full shop, and households that have cards and plenty of points.

    `counted` has the service reach PostgreSQL through a proxy, which counts statements.
    """
    data = folder / "data"
    data.mkdir()
    names = ("", "")
    if postgresql is None:
        url = owner = f"sqlite:///{data / 'jishan.sqlite3'}"
    else:
        names = (postgresql.new_database(), f"kept_{postgresql.tag}_{os.getpid()}")
        url = postgresql.url(postgresql.service, names[0])
        owner = postgresql.url(postgresql.owner, names[0])
    settings = {
        "JISHAN_DATA": data,
        "JISHAN_SEALS": folder / "seals",
        "SQLALCHEMY_DATABASE_URI": url,
        "OWNER_DATABASE_URI": owner,
        "TESTING": True,
        "RATELIMIT_ENABLED": False,
    }
    migrate_once(settings)
    app = create_app(settings)
    ground = furnish(folder, app, postgresql, names, counted)
    with app.app_context():
        ground.keep()
        try:
            yield ground
        finally:
            ground.let_go()
            if ground.proxy is not None:
                ground.proxy.close()
            if postgresql is not None:
                for name in names:
                    postgresql.drop_database(name)


def furnish(
    folder: Path,
    app: Flask,
    postgresql: Postgresql | None,
    names: tuple[str, str],
    counted: bool,
) -> Ground:
    """The village in its new database."""
    site = make_site(
        app,
        users=STAFF,
        publicity_days=0,
        daily_redemption_cap=PLENTY,
        pin_above=PLENTY,
    )
    counter = make_counter(site, soap=PLENTY, oil=PLENTY)
    shoppers, heads = [], []
    with app.app_context():
        adopt_rules()
        for number in range(HOUSEHOLDS):
            household = make_household(door=str(number + 1))
            heads.append(household.head_id)
            shoppers.append(shopper_of(household, None))
            give_points(shoppers[-1].account, PLENTY)
        db.session.remove()
        proxy, url = proxied() if counted and postgresql else (None, url_of(app))
        environment = {
            **os.environ,
            "JISHAN_DATA": str(app.config["JISHAN_DATA"]),
            "JISHAN_SEALS": str(app.config["JISHAN_SEALS"]),
            "DATABASE_URL": url.replace("+psycopg", ""),
            "JISHAN_LIMITS": "off",
        }
        today = village_day(now())
    tokens = {who: site.token(who) for who in STAFF}
    return Ground(
        folder=folder,
        app=app,
        environment=environment,
        site=site,
        counter=counter,
        shoppers=shoppers,
        heads=heads,
        today=today,
        postgresql=postgresql,
        names=names,
        proxy=proxy,
        tokens=tokens,
    )


def url_of(app: Flask) -> str:
    """The URL of the database."""
    return str(app.config["SQLALCHEMY_DATABASE_URI"])


def proxied() -> tuple[Proxy, str]:
    """The proxy before PostgreSQL, and the URL that leads through it."""
    parts = db.engine.url
    proxy = Proxy(parts.host or "127.0.0.1", parts.port or 5432)
    shown = parts.set(host="127.0.0.1", port=proxy.port)
    plain = shown.update_query_dict({"sslmode": "disable", "gssencmode": "disable"})
    return proxy, plain.render_as_string(hide_password=False)
