"""Posting on PostgreSQL, 16 threads over 16 villages, beside django-hordak on the same server."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from shutil import which
from uuid import uuid4

from flask import Flask

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from tests.benchmarks.measure import Figures, Row, Work, per_second_by_threads
from tests.benchmarks.scene import award
from tests.benchmarks.workshop import Workshop
from tests.factories import act

THREADS = 16
BATCH = 50
VILLAGES = count(513336900001)

ROWS = (
    Row("post on PostgreSQL, 16 threads and villages, against hordak", "pg post", "hordak", 1.5),
    Row("the same with 50 events a post", "pg posts of 50", "hordak 50", 6),
    Row("post on PostgreSQL against pgbench's TPC-B, 16 clients", "pg post", "TPC-B"),
)


def measure(shop: Workshop, figures: Figures) -> None:
    """One round in new villages."""
    place = shop.postgresql
    hordak = shop.hordak(THREADS)
    with place.application() as app:
        books = [open_books() for _thread in range(THREADS)]
        few = max(THREADS, shop.count // 10)
        for events, here, there, rounds in (
            (1, "pg post", "hordak", shop.count),
            (BATCH, "pg posts of 50", "hordak 50", few),
        ):
            ours = partial(posting, app, books, events)
            theirs = partial(hordak.posting, events=events)
            figures.add(here, events * per_second_by_threads(ours, rounds, THREADS))
            figures.add(there, events * per_second_by_threads(theirs, rounds, THREADS))
    if which("pgbench"):
        figures.add("TPC-B", tpc_b(place.pgbench(), THREADS))


def open_books() -> tuple[str, str]:
    """A new village's log and a household in it."""
    village = str(next(VILLAGES))

    def work() -> str:
        ledger.open_village(village)
        ledger.hold([village])
        return ledger.open_household(village)

    return village, act(work)


@contextmanager
def posting(app: Flask, books: list[tuple[str, str]], events: int, thread: int) -> Iterator[Work]:
    """A thread's posting of so many events in one transaction, in its own village."""
    village, household = books[thread]
    actor = uuid4()

    def post() -> None:
        ledger.hold([village])
        drafts = [award(household, 1, village) for _event in range(events)]
        ledger.post(drafts, actor=actor, now=now())

    with app.app_context():
        yield lambda _number: act(post)
        db.session.remove()


def tpc_b(url: str, clients: int) -> float:
    """Transactions a second of pgbench's default script; its tables are made at first."""
    subprocess.run(["pgbench", "-i", "-q", "-s", "16", url], check=True, capture_output=True)
    run = ["pgbench", "-c", str(clients), "-j", "2", "-T", "3", "-n", url]
    said = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([0-9.]+)", said)
    if found is None:
        raise RuntimeError(said)
    return float(found[1])
