"""A village to measure in: households with many points, a shop with a full shelf, cards."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask
from flask_migrate import upgrade

from incentives import create_app, ledger
from incentives.access.actor import SYSTEM, Role
from incentives.cards.operations import issue_card
from incentives.cards.queries import code_of
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.ledger.kinds import Kind
from incentives.shop.models import StockOwner, StockSource
from incentives.shop.operations import StockLine, add_good, open_shop, receive_stock
from tests.conftest import make_installation
from tests.factories import VILLAGE, act, make_household, staff
from tests.site import make_site

HOUSEHOLDS = 16
PLENTY = 1_000_000
# A policy under which one household can go on redeeming by card alone.
FREELY = {"daily_redemption_cap": PLENTY, "pin_above": PLENTY}


@dataclass
class Scene:
    """What the requests name."""

    folder: Path
    households: list[tuple[UUID, str]]
    cards: list[str]
    shop_id: UUID
    good_id: UUID


@contextmanager
def application(folder: Path, **settings: object) -> Iterator[Flask]:
    """The application on a database in a folder, in its context."""
    app = create_app(
        {
            "JISHAN_DATA": folder,
            "JISHAN_SEALS": folder.parent / f"{folder.name}-seals",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'jishan.sqlite3'}",
            "RATELIMIT_ENABLED": False,
            "TESTING": True,
            **settings,
        }
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def build(folder: Path) -> Scene:
    """Make the scene once; `copy_of` gives each round its own."""
    with application(folder) as app:
        upgrade()
        make_installation()
        db.session.remove()
    with application(folder) as app:
        make_site(app, users=("shopkeeper", "cadre"), **FREELY)
        homes = [make_household(door=str(number)) for number in range(HOUSEHOLDS)]
        households = [(each.id, each.account_code) for each in homes]
        act(lambda: give_points([code for _id, code in households]))
        cards = [act(lambda home=home: new_card(home)) for home, _code in households]
        shop_id, good_id = act(stock_shop)
    return Scene(folder, households, cards, shop_id, good_id)


def copy_of(scene: Scene, folder: Path) -> Scene:
    """The scene with nothing sold yet, in another folder."""
    shutil.copytree(scene.folder, folder)
    return Scene(folder, scene.households, scene.cards, scene.shop_id, scene.good_id)


def award(code: str, points: int, village: str = VILLAGE) -> ledger.Draft:
    """The draft of an award."""
    return ledger.Draft(
        village=village,
        kind=Kind.AWARD,
        occurred_on=village_day(now()),
        record=uuid4(),
        legs=[ledger.give("issuance", code, points)],
        detail={"rule_item": "PA01", "name": "巡防", "quantity": 1, "points": points},
    )


def give_points(codes: list[str], village: str = VILLAGE) -> None:
    """Plenty for every household."""
    ledger.hold([village])
    ledger.post([award(code, PLENTY, village) for code in codes], actor=uuid4(), now=now())


def new_card(household_id: UUID, village: str = VILLAGE) -> str:
    """A household's card; its code."""
    cadre = staff(Role.CADRE, village)
    return code_of(issue_card(village=village, household_id=household_id, actor=cadre, now=now()))


def stock_shop(village: str = VILLAGE) -> tuple[UUID, UUID]:
    """A village's shop with one good, plenty of it."""
    shop = open_shop(
        division=village,
        name="积分兑换超市",
        stock_owner=StockOwner.VILLAGE,
        serves=[village],
        actor=SYSTEM,
        now=now(),
    )
    good = add_good(
        shop_id=shop.id,
        sku="S1",
        category="daily",
        name_zh="食盐",
        unit="bag",
        price_points=1,
        cost_fen=100,
        actor=staff(Role.CADRE, village),
        now=now(),
    )
    receive_stock(
        shop_id=shop.id,
        source=StockSource.PURCHASE,
        lines=[StockLine(good.id, PLENTY)],
        actor=staff(Role.SHOPKEEPER, village),
        now=now(),
    )
    return shop.id, good.id
