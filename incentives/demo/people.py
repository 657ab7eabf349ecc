"""A demo village before its history: households with cards, staff, rules, policy, fund and shop."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.resources import files
from random import Random
from uuid import UUID

from sqlalchemy import select

from incentives.access.actor import SYSTEM, Actor, Assignment
from incentives.access.models import User
from incentives.access.operations import add_user
from incentives.access.people import actor_of_user
from incentives.awards.operations import Adoption, adopt_rulebook, draft_rulebook
from incentives.cards.models import Card
from incentives.cards.operations import issue_card, set_demo_pin
from incentives.clock import village_day
from incentives.demo.accounts import (
    COUNTY,
    PASSWORD,
    TOWNSHIP,
    TOWNSHIP_DUTIES,
    VILLAGE_DUTIES,
    Duty,
)
from incentives.demo.names import Names, Person
from incentives.demo.pins import demo_pin
from incentives.extensions import db
from incentives.register.models import Household, Resident
from incentives.register.operations import Person as Entry
from incentives.register.operations import (
    make_team,
    open_village,
    register_household,
)
from incentives.shop.models import Category, StockOwner
from incentives.shop.operations import add_good, open_shop
from incentives.web.transaction import transaction

TEAM_SIZE = 8
GRAIN_CAP = 6
SHELF_GOOD = {"low_at": 5}
SERVICE = {"voucher_days": 30, "household_cap": 2}


@dataclass(frozen=True)
class DemoHousehold:
    """A household with its adults, its card and the card's PIN."""

    id: UUID
    number: int
    account_code: str
    adults: tuple[UUID, ...]
    card_id: UUID
    pin: str


@dataclass
class DemoVillage:
    """Everybody and everything that a village's history needs."""

    code: str
    random: Random
    staff: dict[str, Actor] = field(default_factory=dict)
    households: list[DemoHousehold] = field(default_factory=list)
    shop_id: UUID | None = None
    goods: dict[UUID, int] = field(default_factory=dict)
    stock_owner: StockOwner = StockOwner.VILLAGE

    def candidates(self) -> list[UUID]:
        """The adults whose awards the review group may review: none of its own households."""
        closed = {self.staff[word].household_id for word in ("reviewer", "reviewer2")}
        return [
            adult
            for household in self.households
            if household.id not in closed
            for adult in household.adults
        ]


def prepare_village(
    code: str, *, households: int, owner: StockOwner, random: Random, now: datetime
) -> DemoVillage:
    """Open a village and give it people, staff, rules and a shop."""
    village = DemoVillage(code=code, random=random, stock_owner=owner)
    transaction(lambda: open_village(village=code, actor=SYSTEM, now=now))
    names = Names(random)
    for number in range(1, households + 1):
        people = names.household(village_day(now).year)
        door = f"{(number - 1) // 20 + 1}组{(number - 1) % 20 + 1}号"
        village.households.append(transaction(household_maker(code, door, people, now)))
    for place, duty in enumerate(VILLAGE_DUTIES):
        holder = village.households[place % households].adults[0]
        village.staff[duty.word] = make_account(duty, code, holder, now)
    make_teams(village, now)
    adopt_rules(village, now)
    stock_shop(village, now)
    return village


def household_maker(
    code: str, door: str, people: list[Person], now: datetime
) -> Callable[[], DemoHousehold]:
    """The work that enters a household and issues its card."""
    head, *members = (Entry(each.name, birth_year=each.birth_year) for each in people)

    def work() -> DemoHousehold:
        household = register_household(
            village=code, door=door, head=head, members=members, actor=SYSTEM, now=now
        )
        pin = demo_pin(code, household.number)
        card = issue_card(village=code, household_id=household.id, actor=SYSTEM, now=now)
        set_demo_pin(card, pin)
        return describe(household, card, pin)

    return work


def describe(household: Household, card: Card, pin: str) -> DemoHousehold:
    """A household as the history needs it."""
    adults = db.session.scalars(
        select(Resident.id)
        .where(Resident.household_id == household.id, ~Resident.minor)
        .order_by(Resident.id)
    )
    return DemoHousehold(
        id=household.id,
        number=household.number,
        account_code=household.account_code,
        adults=tuple(adults),
        card_id=card.id,
        pin=pin,
    )


def make_account(duty: Duty, division: str, resident_id: UUID | None, now: datetime) -> Actor:
    """An account of the demo for a duty; of the villager who holds it, in a village."""

    def work() -> Actor:
        resident = None if resident_id is None else db.session.get_one(Resident, resident_id)
        user: User = add_user(
            username=duty.word if division == COUNTY else f"{duty.word}.{division}",
            name=duty.title if resident is None else resident.name,
            password=PASSWORD,
            roles=[Assignment(duty.role, division)],
            resident_id=resident_id,
            actor=SYSTEM,
            now=now,
        )
        return actor_of_user(user)

    return transaction(work)


def make_township_accounts(now: datetime) -> dict[str, Actor]:
    """The accounts of the township."""
    return {duty.word: make_account(duty, TOWNSHIP, None, now) for duty in TOWNSHIP_DUTIES}


def make_teams(village: DemoVillage, now: datetime) -> None:
    """A patrol team and an environment team of villagers."""
    people = village.candidates()
    for place, name in enumerate(("平安巡防队", "环境卫生队")):
        team = people[place * TEAM_SIZE : (place + 1) * TEAM_SIZE]
        work = partial(
            make_team,
            village=village.code,
            name=name,
            leader_id=team[0],
            member_ids=team,
            actor=village.staff["cadre"],
            now=now,
        )
        transaction(work)


def adopt_rules(village: DemoVillage, now: datetime) -> None:
    """The county's template, adopted by the village assembly as it is."""
    today = village_day(now)
    present = len(village.households) - village.random.randint(2, 6)
    against = village.random.randint(0, 2)

    def work() -> None:
        cadre = village.staff["cadre"]
        book = draft_rulebook(village=village.code, source=None, actor=cadre, now=now)
        adoption = Adoption(
            held_on=today,
            present=present,
            in_favour=present - against,
            against=against,
            effective_on=today,
        )
        adopt_rulebook(
            village=village.code, number=book.number, adoption=adoption, actor=cadre, now=now
        )

    transaction(work)


def terms_of(category: Category) -> dict[str, int]:
    """How goods of a category are handed out: services by voucher, grain a few a month."""
    if category is Category.SERVICE:
        return SERVICE
    return SHELF_GOOD | ({"household_cap": GRAIN_CAP} if category is Category.GRAIN else {})


def stock_shop(village: DemoVillage, now: datetime) -> None:
    """The village's shop with the county's list of goods, nothing on the shelf yet."""

    def work() -> None:
        shop = open_shop(
            division=village.code,
            name="积分兑换超市",
            stock_owner=village.stock_owner,
            serves=[village.code],
            actor=SYSTEM,
            now=now,
        )
        village.shop_id = shop.id
        text = files("incentives.data").joinpath("goods.csv").read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines()):
            good = add_good(
                shop_id=shop.id,
                sku=row["sku"],
                barcode=row["barcode"] or None,
                category=Category(row["category"]),
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                unit=row["unit"],
                price_points=int(row["price_points"]),
                cost_fen=int(row["cost_fen"]),
                **terms_of(Category(row["category"])),
                actor=village.staff["cadre"],
                now=now,
            )
            village.goods[good.id] = int(row["price_points"])

    transaction(work)
