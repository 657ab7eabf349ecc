"""Where the service is raced for and killed: a village, a database to begin anew, a keeper."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
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
from incentives.config import ROOT
from incentives.database import Base
from incentives.extensions import db
from incentives.ledger.models import Account
from incentives.shop.models import Stock
from tests.awards.scenes import adopt_rules
from tests.conftest import migrate_once
from tests.databases import Postgresql, free_port
from tests.factories import VILLAGE, make_household
from tests.served.proxy import Proxy
from tests.shop.scenes import Counter, Shopper, give_points, make_counter, shopper_of
from tests.site import Site, make_site

STAFF = ("cadre", "reviewer", "shopkeeper", "treasurer")
HOUSEHOLDS = 6
PLENTY = 1_000_000
NO_CAP = "SA04"  # the one rule item of the template that has none


@dataclass
class Order:
    """One request to be made until it is answered: whose, where, what, under which key."""

    kind: str
    who: str
    path: str
    body: dict[str, Any]
    key: str


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


class Keeper:
    """The process that has loaded the service; see `keeper.py`."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.log = ground.folder / "served.log"
        with (ground.folder / "keeper.log").open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.served.keeper"],
                cwd=ROOT,
                env=ground.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.hear()

    def hear(self) -> dict[str, Any]:
        """The keeper's next line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError((self.ground.folder / "keeper.log").read_text()[-3000:])
        answer: dict[str, Any] = json.loads(line)
        return answer

    def tell(self, do: str, **command: Any) -> dict[str, Any]:
        """One command, and the answer to it."""
        assert self.process.stdin is not None
        print(json.dumps({"do": do, **command}), file=self.process.stdin, flush=True)
        return self.hear()

    def warm(self, orders: Sequence[Order]) -> None:
        """Make these once in the keeper itself, so that what it forks has everything compiled."""
        requests = [self.ground.request(order) for order in orders]
        answers = self.tell("warm", requests=requests)["statuses"]
        assert set(answers) <= {200, 201}, answers

    def serve(self, fault: str | None = None) -> tuple[int, int]:
        """Start a server; its process group and its port."""
        port = free_port()
        return self.tell("serve", port=port, log=str(self.log), fault=fault)["pid"], port

    def ask(self, order: Order, fault: str | None = None) -> dict[str, Any]:
        """Make an order in a process of its own, whole."""
        pid = self.begin(order, fault=fault)
        return self.tell("result", pid=pid)

    def begin(self, order: Order, *, before: int | None = None, fault: str | None = None) -> int:
        """Begin an order in a process of its own; its process."""
        return self.tell("request", request=self.ground.request(order), before=before, fault=fault)[
            "pid"
        ]

    def end(self, group: int) -> None:
        """SIGKILL a process group; returns when none of it is left."""
        self.tell("end", pid=group)

    def close(self) -> None:
        """End the keeper with all that it forked."""
        self.process.communicate()
        if self.process.returncode not in (0, -signal.SIGTERM):
            raise RuntimeError((self.ground.folder / "keeper.log").read_text()[-3000:])


@contextmanager
def keeping(ground: Ground) -> Iterator[Keeper]:
    """A keeper, ended at the end."""
    keeper = Keeper(ground)
    try:
        yield keeper
    finally:
        keeper.close()


def sale(ground: Ground, key: str, shopper: int = 0, quantity: int = 1) -> Order:
    """Soap for 10 points a piece."""
    body = ground.counter.body(ground.shoppers[shopper], soap=quantity)
    return Order("redemption", "shopkeeper", f"/villages/{VILLAGE}/redemptions", body, key)


def income(ground: Ground, key: str) -> Order:
    """A donation of 5 yuan, under a voucher that is its key."""
    body = {
        "source": "donation",
        "amount_fen": 500,
        "received_on": ground.today.isoformat(),
        "voucher": key,
        "method": "cash",
    }
    return Order("income", "treasurer", f"/villages/{VILLAGE}/fund/income", body, key)


def proposal(ground: Ground, key: str, resident: int = 0) -> Order:
    """An act of rescue, 30 points, with its key for a note."""
    body = {
        "rule_item": NO_CAP,
        "occurred_on": ground.today.isoformat(),
        "resident_id": str(ground.heads[resident]),
        "note": key,
    }
    return Order("proposal", "cadre", f"/villages/{VILLAGE}/awards", body, key)


def approval(award_id: str, key: str) -> Order:
    """An award approved, which posts it."""
    path = f"/villages/{VILLAGE}/awards/{award_id}/review"
    return Order("award", "reviewer", path, {"decision": "approve", "reason": "属实"}, key)
