"""A drill: a village lives, is backed up, lives on, is sealed; then the backup is restored."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from incentives import create_app, ledger
from incentives.access.actor import Role
from incentives.awards.models import Award, AwardStatus
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.fund.models import Disbursement, Method, Status
from incentives.ledger.seals import seal_all
from tests.awards.scenes import Scene, adopt_rules
from tests.databases import Postgresql
from tests.factories import VILLAGE, make_household, staff
from tests.fund import people as fund
from tests.shop.scenes import PIN, Counter, Shopper, make_counter, make_shopper
from tests.site import Site, make_site

USERS = ("administrator", "supervisor", "shopkeeper", "treasurer", "cadre")


def copy_database(app: Flask, postgresql: Callable[[], Postgresql], name: str) -> dict[str, str]:
    """Copy the application's database as it now is; the settings that lead to the copy."""
    with app.app_context():
        db.session.remove()
        url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
        db.engine.dispose()
    if url.drivername == "sqlite":
        copy = Path(str(url.database)).with_name(f"{name}.sqlite3")
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        shutil.copy(str(url.database), copy)
        return {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{copy}"}
    copied = postgresql().copy_database(str(url.database))
    return {
        setting: str(make_url(app.config[setting]).set(database=copied).render_as_string(False))
        for setting in ("SQLALCHEMY_DATABASE_URI", "OWNER_DATABASE_URI")
    }


def application_on(app: Flask, settings: dict[str, str]) -> Flask:
    """The application anew, with the same keys and seals, on another database."""
    kept = ("JISHAN_DATA", "JISHAN_SEALS", "CLOCK", "TESTING", "RATELIMIT_ENABLED")
    return create_app({name: app.config[name] for name in kept} | settings)


@contextmanager
def within(app: Flask) -> Iterator[None]:
    """In the application's context, and out of it without a trace."""
    with app.app_context():
        yield
        db.session.remove()


@dataclass
class Village:
    """The village of the drill: its site, people, and what was begun before the backup."""

    site: Site
    scene: Scene
    counter: Counter
    shopper: Shopper
    fund: fund.Village
    awards: dict[str, UUID] = field(default_factory=dict)
    head: UUID | None = None
    paid: UUID | None = None
    applied: UUID | None = None

    @property
    def app(self) -> Flask:
        return self.site.app


def make_drill_village(app: Flask) -> Village:
    """Books with some of everything: awards in several states, a sale, an approved payment."""
    site = make_site(app, users=USERS, publicity_days=0, offline_cap=0)
    counter, shopper = make_counter(site), make_shopper(site, 200)
    with within(app):
        adopt_rules()
        scene = Scene(
            household=make_household(VILLAGE, "次仁央宗", door="7"),
            other=make_household(VILLAGE, "王建国", door="8"),
        )
        village = Village(
            site,
            scene,
            counter,
            shopper,
            fund.Village(
                payee=make_household(VILLAGE, "李小红", door="9"),
                cadre=staff(Role.CADRE),
                reviewer=staff(Role.REVIEWER),
                supervisor=staff(Role.SUPERVISOR),
                supervisor2=staff(Role.SUPERVISOR),
                township=staff(Role.SUPERVISOR, "513336101"),
                treasurer=staff(Role.TREASURER),
            ),
        )
        village.head = scene.household.head_id
        fund.give(village.fund, 100_000)
        for name in ("kept", "reversed", "reviewed"):
            village.awards[name] = scene.propose(quantity=1).id
        for name in ("kept", "reversed"):
            scene.review(db.session.get_one(Award, village.awards[name]))
        village.paid = fund.bring_to(Status.EVALUATED, village.fund)
        fund.approve(village.fund.supervisor, village.paid)
        village.applied = fund.applied(village.fund, amount_fen=2_000)
        seal_all(now=now())
    counter.sold(shopper, soap=1, pin=PIN)
    return village


def live_on(village: Village) -> str:
    """What happens after the backup, all of it sealed; the key of a sale whose answer got lost."""
    scene, money, app = village.scene, village.fund, village.app
    with within(app):
        scene.review(db.session.get_one(Award, village.awards["reviewed"]))
        scene.reverse(db.session.get_one(Award, village.awards["reversed"]))
        scene.review(scene.propose(quantity=2, person=village.head))
        fund.pay(money.treasurer, village.paid)
        fund.evaluate(money.reviewer, village.applied)
        fund.approve(money.supervisor, village.applied)
        fund.pay(money.treasurer, village.applied)
        fund.reverse(money.treasurer, village.applied)
        income = fund.give(money, 7_000, Method.BANK)
        assert income.amount_fen == 7_000
        late = make_household(VILLAGE, "泽仁多吉", door="10")
        scene.review(scene.propose(person=late.head_id))
    key = str(new_id())
    sale = village.counter.sold(village.shopper, soap=2, oil=1, pin=PIN, key=key)
    line = sale["lines"][0]
    returned = [{"line_id": line["id"], "quantity": 1}]
    assert village.counter.refund(sale, lines=returned).status_code == 201
    with within(app):
        seal_all(now=now())
    return key


def balances(app: Flask) -> dict[str, int]:
    """Every account of the village."""
    with within(app):
        return {row.code: row.balance for row in ledger.trial_balance(VILLAGE) if row.balance}


def status_of(kind: type[Award | Disbursement], record: UUID | None) -> AwardStatus | Status:
    """A record's state."""
    db.session.expire_all()
    return db.session.get_one(kind, record).status


def digest(site: Site) -> Any:
    """The digest of the list, as the administrator reads it."""
    return site.call("administrator", "GET", "/recovery").json["digest"]


def public_page(site: Site) -> str:
    """The village's own page, as anyone reads it in English."""
    browser = site.app.test_client()
    browser.get("/language/en")
    page = browser.get(f"/v/{VILLAGE}")
    assert page.status_code == 200
    return page.text
