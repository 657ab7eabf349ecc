"""Loading the demo county into an empty database, dated as it happened, sealed at the end."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from incentives.clock import now as clock_now
from incentives.clock import village_day
from incentives.demo.accounts import COUNTY, COUNTY_DUTIES
from incentives.demo.answering import call_offices, make_offices
from incentives.demo.calendar import HISTORY_DAYS, at, days_before
from incentives.demo.closing import CLOSING_DAY, end_month
from incentives.demo.history import LEAST, SHELF, History
from incentives.demo.patrols import walk
from incentives.demo.people import (
    DemoVillage,
    make_account,
    make_township_accounts,
    prepare_village,
)
from incentives.demo.spending import Fund
from incentives.extensions import db
from incentives.installation import find_installation, get_installation
from incentives.ledger.seals import seal_all
from incentives.register.models import Division, Level
from incentives.register.operations.installing import make_installation
from incentives.shop.models import StockOwner
from incentives.web.transaction import transaction

SEED = 513336
FIRST_VILLAGES = ("513336101209", "513336101217")
HOUSEHOLDS = 60
FEWEST_HOUSEHOLDS = 20


class DemoRefused(RuntimeError):
    """The demo county can't be loaded here."""


def load_demo(*, villages: int = 2, households: int = HOUSEHOLDS) -> None:
    """Make the demo county: so many villages with so many households each, and their history.

    Refuses a database that holds anything already, and fewer than 20 households a village. The
    installation carries a mark until the end, so that a load that was cut off is seen.
    """
    if households < FEWEST_HOUSEHOLDS or villages < 1:
        raise DemoRefused(f"at least 1 village and {FEWEST_HOUSEHOLDS} households in each")
    if find_installation() is not None:
        raise DemoRefused("this database holds an installation already")
    now = clock_now()
    days = days_before(village_day(now))
    begun = at(days[0] - timedelta(days=1), 9)
    transaction(lambda: make_installation(demo=True, now=begun))
    codes = village_codes(villages)
    with progress_bar() as bar:
        task = bar.add_task("积善 demo", total=len(codes) * (len(days) + 20))
        county = {duty.word: make_account(duty, COUNTY, None, begun) for duty in COUNTY_DUTIES}
        township = make_township_accounts(begun)
        offices = make_offices(county["responder"], township["responder"], begun)
        for place, code in enumerate(codes):
            owner = StockOwner.VILLAGE if place % 2 == 0 else StockOwner.SHOPKEEPER
            village = prepare_village(
                code,
                households=households,
                owner=owner,
                random=Random(f"{SEED}/{code}"),
                now=begun,
            )
            village.staff["township_supervisor"] = township["supervisor"]
            bar.advance(task, 20)
            live(village, days, lambda: bar.advance(task))
            call_offices(village, offices, now)
            walk(village, now)
    seal_all(now=now)
    transaction(finish)


def village_codes(count: int) -> list[str]:
    """The first villages of the demo, then the county's others in their order."""
    others = db.session.scalars(
        select(Division.code).where(Division.level == Level.VILLAGE).order_by(Division.code)
    ).all()
    db.session.rollback()
    codes = [*FIRST_VILLAGES, *(code for code in others if code not in FIRST_VILLAGES)]
    if count > len(codes):
        raise DemoRefused(f"the county has {len(codes)} villages")
    return codes[:count]


def live(village: DemoVillage, days: list[date], advance: Callable[[], object]) -> None:
    """A village's whole history; at its end full shelves, and a patrol for the review group."""
    history, fund = History(village), Fund(village)
    fund.begin(days[0])
    history.fill_shelves(at(days[0], 8), up_to=SHELF)
    for number, day in enumerate(days, start=1):
        fund.live(number, day)
        history.live(day)
        if day.day == CLOSING_DAY:
            end_month(village, day, last=day + timedelta(days=31) > days[-1])
        if number == HISTORY_DAYS - 20:
            history.take_one_back(at(day, 21))
        if number == HISTORY_DAYS - 1:
            history.publish(at(day, 21, 30))
        advance()
    history.propose("PA01", 8, days[-1])
    history.fill_shelves(at(days[-1], 22), up_to=LEAST)


def finish() -> None:
    """Take the mark off: the county is whole."""
    installation = get_installation()
    installation.loading = False


def progress_bar() -> Progress:
    """How far the load has come."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
