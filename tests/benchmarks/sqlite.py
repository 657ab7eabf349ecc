"""The posting core in process, on SQLite with its honest durability, beside raw sqlite3."""

import sqlite3
import time
from pathlib import Path
from uuid import uuid4

from incentives import ledger
from incentives.clock import now
from incentives.database import SQLITE_PRAGMAS
from incentives.extensions import db
from tests.benchmarks.measure import Figures, Row, Work
from tests.benchmarks.scene import application, award, copy_of
from tests.benchmarks.workshop import Workshop
from tests.factories import VILLAGE, act

BATCH = 50
TURN = 50

ROWS = (
    Row("post, SQLite FULL, against raw sqlite3 of the same rows", "post", "raw post", 0.5),
    Row("the same within transaction()", "post in transaction()", "raw post", 0.3),
    Row("events in posts of 50 against single ones", "posts in batches", "post"),
    Row("post against a bare insert", "post", "bare insert"),
)
RAW = """
CREATE TABLE event (id BLOB PRIMARY KEY, village TEXT, seq INTEGER, at INTEGER, kind TEXT,
    occurred TEXT, actor TEXT, approver TEXT, record BLOB, detail TEXT, salt TEXT,
    UNIQUE (village, seq));
CREATE TABLE detail (event_id BLOB PRIMARY KEY, text TEXT, key BLOB);
CREATE TABLE transfer (village TEXT, seq INTEGER, line INTEGER, source TEXT, target TEXT,
    unit TEXT, amount INTEGER, a INTEGER, b INTEGER, c INTEGER, d INTEGER,
    PRIMARY KEY (village, seq, line));
CREATE TABLE leaf (village TEXT, seq INTEGER, body BLOB, hashes BLOB, PRIMARY KEY (village, seq));
CREATE TABLE head (village TEXT PRIMARY KEY, size INTEGER, at INTEGER, frontier BLOB);
CREATE TABLE account (village TEXT, code TEXT, balance INTEGER, version INTEGER,
    PRIMARY KEY (village, code));
INSERT INTO head VALUES ('v', 0, 0, x'');
INSERT INTO account VALUES ('v', 'issuance', 0, 0), ('v', 'h', 0, 0);
CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT);
"""


class Raw:
    """The same rows by raw sqlite3: one transaction an event, nothing checked or hashed."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma, value in SQLITE_PRAGMAS.items():
            self.connection.execute(f"PRAGMA {pragma}={value}")
        self.connection.executescript(RAW)

    def post(self, number: int) -> None:
        """One event's rows."""
        run = self.connection.execute
        body, sixty_four = b"x" * 330, b"y" * 64
        run("BEGIN IMMEDIATE")
        run("SELECT * FROM head WHERE village = 'v'").fetchone()
        run("SELECT * FROM account WHERE village = 'v'").fetchall()
        run(
            "INSERT INTO event VALUES (?, 'v', ?, ?, 'award', '2026-01-01', 'a', 'b', ?, ?, ?)",
            (uuid4().bytes, number, number, uuid4().bytes, "d" * 64, "s" * 32),
        )
        run("INSERT INTO detail VALUES (?, ?, ?)", (uuid4().bytes, "t" * 80, b"k" * 32))
        run(
            "INSERT INTO transfer VALUES ('v', ?, 0, 'issuance', 'h', 'point', 1, 1, 1, 1, 1)",
            (number,),
        )
        move = "UPDATE account SET balance = balance + ?, version = version + 1 WHERE code = ?"
        run(move, (-1, "issuance"))
        run(move, (1, "h"))
        run("INSERT INTO leaf VALUES ('v', ?, ?, ?)", (number, body, sixty_four))
        run("UPDATE head SET size = size + 1, at = ?, frontier = ?", (number, sixty_four))
        run("COMMIT")

    def insert(self, _number: int) -> None:
        """A bare insert, committed."""
        self.connection.execute("INSERT INTO bare (text) VALUES ('x')")


def measure(shop: Workshop, figures: Figures) -> None:
    """One round on a new copy of the scene."""
    here = shop.here()
    raw = Raw(here / "raw.sqlite3")
    with application(copy_of(shop.scene, here / "posting").folder):
        code = shop.scene.households[0][1]
        actor = uuid4()

        def post(events: int) -> None:
            ledger.hold([VILLAGE])
            ledger.post([award(code, 1) for _ in range(events)], actor=actor, now=now())

        def core(_number: int) -> None:
            db.session.connection(execution_options={"write": True})
            post(1)
            db.session.commit()

        works: dict[str, tuple[Work, int]] = {
            "raw post": (raw.post, 1),
            "post": (core, 1),
            "post in transaction()": (lambda _number: act(lambda: post(1)), 1),
            "posts in batches": (lambda _number: act(lambda: post(BATCH)), BATCH),
            "bare insert": (raw.insert, 1),
        }
        db.session.remove()
        for name, rate in in_slices(works, shop.count).items():
            figures.add(name, rate)
    raw.connection.close()


def in_slices(works: dict[str, tuple[Work, int]], count: int) -> dict[str, float]:
    """How many events a second each work makes, in short turns: a machine's pace changes quickly.

    Each work comes with how many events it makes at once.
    """
    turns = max(1, count // TURN)
    for work, _events in works.values():
        work(turns * TURN)  # opens the connection, warms what is cached
    seconds = dict.fromkeys(works, 0.0)
    for turn in range(turns):
        for name, (work, events) in works.items():
            begun = time.perf_counter()
            for number in range(max(1, TURN // events)):
                work(turn * TURN + number)
            seconds[name] += time.perf_counter() - begun
    return {
        name: turns * max(1, TURN // events) * events / seconds[name]
        for name, (_work, events) in works.items()
    }
