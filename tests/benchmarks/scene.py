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
from incentives.access.models import User
from incentives.access.people import actor_of_user
from incentives.cards.operations import issue_card
from incentives.cards.queries import code_of
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.ledger.kinds import Kind
from incentives.shop.models import StockOwner, StockSource
from incentives.shop.operations import (
    StockLine,
    add_good,
    open_shop,
    receive_stock,
    register_terminal,
)
from tests.conftest import make_installation
from tests.factories import VILLAGE, act, make_household, staff
from tests.shop.phones import PhoneKey
from tests.shop.scenes import PIN
from tests.site import make_site

HOUSEHOLDS = 16
PHONES = 8
PLENTY = 1_000_000
# The policy is the default one but for this: so few households come again and again in a day.
FREELY = {"daily_redemption_cap": PLENTY}
CHEAP, DEAR = 1, 51  # points: above 50 the policy asks for the PIN


@dataclass(frozen=True)
class Counter:
    """A village's counter: its shop's phones with their keys, two goods, the cards that come."""

    village: str
    shop_id: UUID
    cheap_id: UUID
    dear_id: UUID
    phones: list[tuple[UUID, PhoneKey]]
    cards: list[str]


@dataclass
class Scene:
    """What the requests name."""

    folder: Path
    households: list[tuple[UUID, str]]
    counter: Counter


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
        households = make_households()
        counter = open_counter("shopkeeper", households, phones=PHONES)
    return Scene(folder, households, counter)


def make_households(village: str = VILLAGE) -> list[tuple[UUID, str]]:
    """Households with plenty of points: their ids and the codes of their accounts."""
    homes = [make_household(village, door=str(number)) for number in range(HOUSEHOLDS)]
    households = [(each.id, each.account_code) for each in homes]
    act(lambda: give_points([code for _id, code in households], village))
    return households


def open_counter(
    keeper: str, households: list[tuple[UUID, str]], *, phones: int, village: str = VILLAGE
) -> Counter:
    """A shop with a full shelf, registered phones of its shopkeeper's, and cards with a PIN."""
    cards = [act(lambda home=home: new_card(home, village)) for home, _code in households]
    shop_id, cheap_id, dear_id = act(lambda: stock_shop(village))
    keys = [PhoneKey() for _phone in range(phones)]
    registered = [act(lambda key=key: register(keeper, shop_id, key)) for key in keys]
    return Counter(
        village, shop_id, cheap_id, dear_id, list(zip(registered, keys, strict=True)), cards
    )


def register(keeper: str, shop_id: UUID, key: PhoneKey) -> UUID:
    """A phone of the shop's, registered by the shopkeeper of this user name; its id."""
    actor = actor_of_user(db.session.scalars(db.select(User).filter_by(username=keeper)).one())
    return register_terminal(
        shop_id=shop_id, name="柜台手机", public_key=key.public_key, actor=actor, now=now()
    ).id


def copy_of(scene: Scene, folder: Path) -> Scene:
    """The scene with nothing sold yet, in another folder."""
    shutil.copytree(scene.folder, folder)
    return Scene(folder, scene.households, scene.counter)


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
    """A household's card with a PIN; its code."""
    card = issue_card(
        village=village,
        household_id=household_id,
        pin=PIN,
        actor=staff(Role.CADRE, village),
        now=now(),
    )
    return code_of(card)


def stock_shop(village: str) -> tuple[UUID, UUID, UUID]:
    """A village's shop with a cheap good and a dear one, plenty of both: the three ids."""
    shop = open_shop(
        division=village,
        name="积分兑换超市",
        stock_owner=StockOwner.VILLAGE,
        serves=[village],
        actor=SYSTEM,
        now=now(),
    )
    cheap, dear = (
        add_good(
            shop_id=shop.id,
            sku=sku,
            category="daily",
            name_zh=name,
            unit="bag",
            price_points=points,
            cost_fen=100 * points,
            actor=staff(Role.CADRE, village),
            now=now(),
        ).id
        for sku, name, points in (("S1", "食盐", CHEAP), ("S2", "大米", DEAR))
    )
    receive_stock(
        shop_id=shop.id,
        source=StockSource.PURCHASE,
        lines=[StockLine(cheap, PLENTY), StockLine(dear, PLENTY)],
        actor=staff(Role.SHOPKEEPER, village),
        now=now(),
    )
    return shop.id, cheap, dear
