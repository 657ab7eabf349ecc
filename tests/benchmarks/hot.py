"""One account that all write to, and one lock that all wait for, on PostgreSQL and SQLite.

Hot: 16 threads redeem at one shop of one village, each for a household of its own; uncontended:
one thread does. Tails: how long a transaction takes on SQLite while 16 threads write.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import quantiles
from uuid import uuid4

from flask import Flask

from incentives import ledger
from incentives.clock import now, village_day
from incentives.extensions import db
from incentives.ledger.kinds import Kind
from tests.benchmarks.measure import Figures, Row, Work, per_second_by_threads
from tests.benchmarks.postgresql import THREADS, VILLAGES
from tests.benchmarks.scene import PLENTY, application, award, copy_of
from tests.benchmarks.workshop import Workshop
from tests.factories import VILLAGE, act

SOMEBODY = uuid4()
BATCH = 50
HISTORY = 125  # times the count: 50,000 redemptions at 400
TURNS = 4  # a round: from one second to the next the same work may take a fifth longer

ROWS = (
    Row("hot account, 16 threads at one shop, against one thread", "hot", "alone", 0.9),
    Row("the same with its history behind it, against its first", "hot, late", "hot, early", 0.9),
    Row("SQLite, 16 writers: p99 against p50 (milliseconds)", "p99", "p50", 8, at_most=True),
)


def measure(shop: Workshop, figures: Figures) -> None:
    """One round in a new village, and in a new copy of the scene."""
    with shop.postgresql.application() as app:
        village, households = open_books()
        redeem = partial(redeeming, app, village, households)
        for _turn in range(TURNS):
            figures.add("alone", per_second_by_threads(redeem, shop.count, 1))
            figures.add("hot", per_second_by_threads(redeem, shop.count, THREADS))
        figures.add("hot, early", per_second_by_threads(redeem, shop.count, THREADS))
        grow(village, households[0], HISTORY * shop.count)
        figures.add("hot, late", per_second_by_threads(redeem, shop.count, THREADS))
    tails(shop, figures)


def grow(village: str, household: str, count: int) -> None:
    """Give the account a history: so many redemptions, in batches."""
    for _batch in range(count // BATCH):
        act(lambda: redeem_in(village, [household] * BATCH))


def open_books() -> tuple[str, list[str]]:
    """A new village with a shop, and a rich household for each thread."""
    village = str(next(VILLAGES))

    def opened() -> list[str]:
        ledger.open_village(village)
        ledger.hold([village])
        ledger.open_shop(village)
        return [ledger.open_household(village) for _thread in range(THREADS)]

    households = act(opened)

    def give() -> None:
        ledger.hold([village])
        drafts = [award(each, PLENTY, village) for each in households]
        ledger.post(drafts, actor=None, now=now())

    act(give)
    return village, households


@contextmanager
def redeeming(app: Flask, village: str, households: list[str], thread: int) -> Iterator[Work]:
    """A thread's redemptions at the one shop."""
    with app.app_context():
        yield lambda _number: act(lambda: redeem_in(village, [households[thread]]))
        db.session.remove()


def redeem_in(village: str, households: Sequence[str]) -> None:
    """Redeem a point at the one shop for each of these households, in one post."""
    ledger.hold([village])
    drafts = [
        ledger.Draft(
            village=village,
            kind=Kind.REDEMPTION,
            occurred_on=village_day(now()),
            record=uuid4(),
            legs=[ledger.take(each, "shop.1", 1)],
        )
        for each in households
    ]
    ledger.post(drafts, actor=SOMEBODY, now=now())


def tails(shop: Workshop, figures: Figures) -> None:
    """How long a posting takes on SQLite, from its wait to its commit, in milliseconds."""
    took: list[float] = []
    folder = copy_of(shop.scene, shop.here() / "tails").folder
    options = {"pool_size": THREADS}
    with application(folder, SQLALCHEMY_ENGINE_OPTIONS=options) as app:
        code = shop.scene.households[0][1]

        def post() -> None:
            ledger.hold([VILLAGE])
            ledger.post([award(code, 1)], actor=None, now=now())

        @contextmanager
        def writing(_thread: int) -> Iterator[Work]:
            def work(_number: int) -> None:
                begun = time.perf_counter()
                act(post)
                took.append(1000 * (time.perf_counter() - begun))

            with app.app_context():
                yield work
                db.session.remove()

        per_second_by_threads(writing, max(shop.count, 10 * THREADS), THREADS)
    hundredths = quantiles(took, n=100)
    figures.add("p50", hundredths[49])
    figures.add("p99", hundredths[98])
