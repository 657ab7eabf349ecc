"""The posting core in process, on SQLite with its honest durability, beside raw sqlite3."""

import sqlite3
from pathlib import Path
from uuid import uuid4

from incentives import ledger
from incentives.clock import now
from incentives.database import SQLITE_PRAGMAS
from incentives.extensions import db
from tests.benchmarks.measure import Figures, per_second
from tests.benchmarks.scene import Scene, application, award, copy_of
from tests.factories import VILLAGE, act

BATCH = 50
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


def measure(scene: Scene, folder: Path, figures: Figures, count: int) -> None:
    """One round on a new copy."""
    raw = Raw(folder / "raw.sqlite3")
    figures.add("raw post", per_second(raw.post, count))
    with application(copy_of(scene, folder / "posting").folder):
        code = scene.households[0][1]
        actor = uuid4()

        def whole(_number: int) -> None:
            act(lambda: post(1))

        def batch(_number: int) -> None:
            act(lambda: post(BATCH))

        def core(_number: int) -> None:
            db.session.connection(execution_options={"write": True})
            post(1)
            db.session.commit()

        def post(events: int) -> None:
            ledger.hold([VILLAGE])
            ledger.post([award(code, 1) for _ in range(events)], actor=actor, now=now())

        db.session.remove()
        figures.add("post", per_second(core, count))
        figures.add("post in transaction()", per_second(whole, count))
        figures.add("posts in batches", BATCH * per_second(batch, max(2, count // 20)))
    figures.add("bare insert", per_second(raw.insert, count))
    raw.connection.close()
