"""What a long history costs: balance, statement page, proof and audit at each size of the log.

The ledger is grown once a run, by real posting in batches on SQLite, and copied at each size; a
round reads the copies in turn. The audit stands for the verifier, as both encode every row anew,
and runs at the smallest size: it goes through all rows once, whatever their number.
"""

import random
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from rich.progress import track
from sqlalchemy import select

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger import merkle, proofs
from incentives.ledger.audit import audit
from incentives.ledger.models import Leaf
from tests.benchmarks.measure import Figures, Row
from tests.benchmarks.scene import application, award, copy_of
from tests.benchmarks.workshop import Workshop
from tests.factories import VILLAGE, act

BATCH = 500
LOOKS = 100


def rows(sizes: tuple[int, ...]) -> tuple[Row, ...]:
    """The table's rows, each size against the smallest."""
    first, largest = sizes[0], sizes[-1]
    found = [
        Row(f"{what} at {size:,} events (ms), against {first:,}", f"{what} {size}",
            f"{what} {first}", 1.3, at_most=True)
        for what in ("balance", "statement page")
        for size in sizes[1:]
    ]  # fmt: skip
    return (
        *found,
        Row(f"proof at {largest:,} leaves (ms)", f"proof {largest}", goal=200, at_most=True),
        Row(f"audit of {first:,} events against the bare tree (s)", "audit", "tree", 4, True),
    )


def measure(shop: Workshop, figures: Figures) -> None:
    """One round over the copies of each size, look by look in turn."""
    grown = shop.grown(grow)
    code = shop.scene.households[0][1]
    took: dict[str, list[float]] = {}
    with ExitStack() as open_copies:
        apps = {
            size: open_copies.enter_context(application(folder)) for size, folder in grown.items()
        }
        for _look in range(LOOKS):
            for size, app in apps.items():
                with app.app_context():
                    for name, work in looks(code, size).items():
                        took.setdefault(f"{name} {size}", []).append(milliseconds(work))
        with apps[min(grown)].app_context():
            figures.add("tree", milliseconds(bare_tree) / 1000)
            figures.add("audit", milliseconds(clean_audit) / 1000)
    for name, times in took.items():
        figures.add(name, median(times))


def looks(code: str, size: int) -> dict[str, Callable[[], object]]:
    """What is looked at in a log of a size; the first opens the session."""
    place = random.randrange(size)
    return {
        "session": lambda: ledger.balance(VILLAGE, "cash"),
        "balance": lambda: ledger.balance(VILLAGE, "issuance"),
        "statement page": lambda: ledger.statement(VILLAGE, code),
        "proof": lambda: proofs.inclusion_path(VILLAGE, place, size),
    }


def milliseconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def bare_tree() -> bytes:
    """The root over all leaves as they are stored: read and hashed, nothing more."""
    frontier = b""
    found = select(Leaf.body).where(Leaf.village == VILLAGE).order_by(Leaf.seq)
    bodies = db.session.scalars(found.execution_options(yield_per=10_000))
    for size, body in enumerate(bodies):
        frontier, _hashes = merkle.append_leaf(size, frontier, merkle.leaf_hash(body))
    return merkle.root_of(frontier)


def clean_audit() -> None:
    """The audit of the village; RuntimeError if it finds anything."""
    db.session.rollback()
    if findings := audit(VILLAGE):
        raise RuntimeError(f"the audit found something: {findings[0]}")


def grow(shop: Workshop) -> dict[int, Path]:
    """The scene's village with as many events as each size asks for, in a folder each."""
    grown = {}
    growing = copy_of(shop.scene, shop.here() / "growing").folder
    for size in shop.sizes:
        with application(growing):
            missing = size - proofs.head(VILLAGE).size
            counts = [BATCH] * (missing // BATCH) + [missing % BATCH] * bool(missing % BATCH)
            for count in track(counts, description=f"growing a log to {size:,} events"):
                act(lambda count=count: post(shop, count))
        grown[size] = growing.parent / f"{size}"
        shutil.copytree(growing, grown[size])
    return grown


def post(shop: Workshop, count: int) -> None:
    """A batch of awards, to one household after the other."""
    ledger.hold([VILLAGE])
    homes = shop.scene.households
    drafts = [award(homes[each % len(homes)][1], 1) for each in range(count)]
    ledger.post(drafts, actor=None, now=now())
