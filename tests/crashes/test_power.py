"""The power is cut: of what was answered nothing is lost, of the rest no half is left.

A recording of the service at work on SQLite is played up to a random moment, and what a disk would
still have is opened: only what was synced, and then, twice, any part of the rest. The same loses
with `synchronous=NORMAL`, and without the seals' sync.
"""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from incentives.config import ROOT
from incentives.database import new_id
from tests import proving
from tests.crashes.checks import check_books, check_orders, whole_lines
from tests.crashes.disk import Act, Disk, read_acts, strace
from tests.served.ground import HOUSEHOLDS, Ground, make_ground, temporary_folder
from tests.served.order import Order
from tests.served.orders import income, sale

CLIENTS = 3
ORDERS = 80 if proving.PROVING else 10  # for each client
TORN = 2  # how often a cut is made again with parts of what wasn't synced
PATIENCE = 300  # seconds


@dataclass
class Recording:
    """What was done to the disk, from where on, and what was known outside after each act."""

    ground: Ground
    disk: Disk
    acts: list[Act]
    marks: str
    orders: dict[str, Order]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """A village on SQLite."""
    if shutil.which("strace") is None:
        raise RuntimeError("the power cut needs strace; on Debian: apt-get install strace")
    with temporary_folder() as folder, make_ground(folder, None) as ground:
        yield ground


def record(ground: Ground, fault: str = "") -> Recording:
    """Have clients and the signer work under the recorder."""
    ground.begin_anew()
    makers = (sale, income)
    shares = [
        [
            makers[n % 2](ground, str(new_id()), *[who % HOUSEHOLDS][: 1 - n % 2])
            for n in range(ORDERS)
        ]
        for who in range(CLIENTS)
    ]
    listed, marks, out = (ground.folder / name for name in ("orders.json", "marks", "recorded"))
    listed.write_text(json.dumps([[ground.request(each) for each in share] for share in shares]))
    marks.write_bytes(b"")
    disk = Disk.of(ground.folder)
    command = [sys.executable, "-m", "tests.crashes.workload", str(listed), str(marks), fault]
    done = subprocess.run(
        strace(out, command),
        cwd=ROOT,
        env=ground.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with out.open() as recorded:
        acts = [act for act in read_acts(recorded) if act.path.startswith(disk.root)]
    return Recording(
        ground, disk, acts, str(marks), {each.key: each for share in shares for each in share}
    )


def faults_of(
    recording: Recording, cuts: int, chance: random.Random, *, since: int = 0
) -> list[str]:
    """Cut at so many moments from that one on, and after the last act; what was wrong then."""
    moments = range(since, len(recording.acts))
    moments = [*sorted(chance.sample(moments, min(cuts, len(moments)))), len(recording.acts)]
    wrong, done = [], 0
    for moment in moments:
        for act in recording.acts[done:moment]:
            recording.disk.do(act)
        done = moment
        known = [json.loads(line) for line in bytes(seen(recording)).splitlines()]
        for part in [None] + [random.Random(chance.random()) for _ in range(TORN)]:
            wrong += [f"cut at {moment}: {each}" for each in left_after(recording, known, part)]
    return wrong


def seen(recording: Recording) -> bytearray:
    """What was known outside, which no cut takes back."""
    return recording.disk.files[recording.marks].seen


def left_after(
    recording: Recording, known: list[dict[str, str]], chance: random.Random | None
) -> list[str]:
    """What is wrong with what a cut leaves."""
    ground = recording.ground
    left = ground.folder / "left"
    shutil.rmtree(left, ignore_errors=True)
    recording.disk.leave(left, chance)
    data, seals = (left / str(ground.folder / name).lstrip("/") for name in ("data", "seals"))
    answered = [each["answered"] for each in known if "answered" in each]
    published = {each["published"] for each in known if "published" in each}
    ground.let_go()
    for end in ("-wal", "-shm"):
        ground.file.with_name(ground.file.name + end).unlink(missing_ok=True)
    for end in ("", "-wal"):
        name = ground.file.name + end
        if (data / name).exists():
            shutil.copy(data / name, ground.file.with_name(name))
    shutil.rmtree(ground.folder / "seals", ignore_errors=True)
    if seals.exists():
        shutil.copytree(seals, ground.folder / "seals")
    return wrong_with(recording, answered, published)


def wrong_with(recording: Recording, answered: list[str], published: set[str]) -> list[str]:
    """What is wrong in the database and the seals as they now lie there."""
    with sqlite3.connect(recording.ground.file) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    if whole != [("ok",)]:
        return [f"the file is broken: {whole}"]
    rest = [each for key, each in recording.orders.items() if key not in set(answered)]
    wrong = check_orders([recording.orders[key] for key in answered], rest)
    sealed = {
        line["note"]
        for path in (recording.ground.folder / "seals").rglob("checkpoints.jsonl")
        for line in whole_lines(path)
    }
    wrong += [f"published and not in the seals: {note}" for note in published - sealed]
    return wrong + check_books(recording.ground)


def test_a_power_cut_loses_nothing_that_was_answered(ground):
    chance = proving.seeded("power cuts, synchronous=FULL")
    cuts = proving.scaled(200, least=5)
    recording = record(ground)
    wrong = faults_of(recording, cuts, chance)
    assert wrong == [], "\n".join(wrong)
    proving.record(
        "power cuts, synchronous=FULL",
        cuts=cuts,
        left_each=1 + TORN,
        acts=len(recording.acts),
        lost=0,
    )


def test_control_without_a_sync_at_each_commit_answers_are_lost(ground):
    chance = proving.seeded("power cuts, synchronous=NORMAL")
    cuts = proving.scaled(200, least=6)
    recording = record(ground, "synchronous_normal")
    # From where something was answered and published that could be lost.
    wrong = faults_of(recording, cuts, chance, since=len(recording.acts) // 2)
    lost = [each for each in wrong if "lost:" in each]
    assert lost
    proving.record("power cuts, synchronous=NORMAL", cuts=cuts, lost=len(lost))


def test_control_without_their_sync_the_seals_lack_what_was_published(ground):
    chance = proving.seeded("power cuts, seals unsynced")
    cuts = proving.scaled(200, least=9)
    recording = record(ground, "seals_unsynced")
    # From where something was answered and published that could be lost.
    wrong = faults_of(recording, cuts, chance, since=len(recording.acts) // 2)
    missing = [each for each in wrong if "not in the seals" in each]
    assert missing
    proving.record("power cuts, seals unsynced", cuts=cuts, missing=len(missing))
