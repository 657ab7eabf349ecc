"""What a long history costs: balance, statement page, proof and audit at each size of the log.

The ledger is grown once a run, by real posting in batches on SQLite, and copied at each size; a
round reads the copies in turn. The bare tree reads every leaf as it is stored and hashes it. Beside
it stand the audit, at the smallest size, and the stand-alone verifier over an export with details,
at the largest size up to a million rows: both go through all rows once, whatever their number. The
verifier is compared with the tree in memory, too, which reads nothing.
"""

import random
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from rich.progress import track
from sqlalchemy import Select, select

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger import merkle, proofs
from incentives.ledger.audit import audit
from incentives.ledger.export import Part, export_log
from incentives.ledger.models import Leaf
from incentives.ledger.proofs import verifier_keys
from incentives.ledger.seals import seal_all
from tests.benchmarks.measure import Figures, Row
from tests.benchmarks.scene import application, award, copy_of
from tests.benchmarks.workshop import Workshop
from tests.factories import VILLAGE, act
from tests.verify.program import verifier

BATCH = 500
LOOKS = 100
A_MILLION = 1_000_000  # rows


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
        Row(f"audit of {first:,} events against the bare tree (s)", "audit", "tree"),
        Row(
            f"verifier, {verified(sizes):,} events, against the bare tree (s)",
            "verifier",
            "large tree",
            4,
            at_most=True,
        ),
        Row("the same against the tree in memory (s)", "verifier", "tree in memory"),
    )


def verified(sizes: tuple[int, ...]) -> int:
    """The size of log that the verifier is measured on: an event with its detail is four rows."""
    return max((size for size in sizes if 4 * size <= A_MILLION), default=sizes[0])


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
            figures.add("tree", processor_seconds(bare_tree))
            figures.add("audit", processor_seconds(clean_audit))
        with apps[verified(shop.sizes)].app_context():
            measure_verifier(shop, figures)
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


def processor_seconds(work: Callable[[], object]) -> float:
    """How long it keeps the processor: what only reads and hashes waits for nothing else."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def bare_tree() -> bytes:
    """The root over all leaves as they are stored: read and hashed, nothing more."""
    return root_over(db.session.scalars(leaf_bodies().execution_options(yield_per=10_000)))


def leaf_bodies() -> Select[bytes]:
    """Every leaf of the village, in order."""
    return select(Leaf.body).where(Leaf.village == VILLAGE).order_by(Leaf.seq)


def root_over(bodies: Iterable[bytes]) -> bytes:
    """The root over these leaves."""
    frontier = b""
    for size, body in enumerate(bodies):
        frontier, _hashes = merkle.append_leaf(size, frontier, merkle.leaf_hash(body))
    return merkle.root_of(frontier)


def measure_verifier(shop: Workshop, figures: Figures) -> None:
    """The stand-alone verifier over the log as a file, in turn with the bare tree over its rows."""
    path = shop.here() / "log"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(export_log(VILLAGE, part=Part.ALL, details=True))
    key = verifier.read_key("\n".join(verifier_keys(VILLAGE)))
    bodies = list(db.session.scalars(leaf_bodies()))
    db.session.rollback()

    def verify() -> None:
        findings, _report = verifier.check_log(path, key, [])
        if findings:
            raise RuntimeError(f"the verifier found something: {findings[0]}")

    figures.add("large tree", processor_seconds(bare_tree))
    figures.add("tree in memory", processor_seconds(lambda: root_over(bodies)))
    figures.add("verifier", processor_seconds(verify))
    path.unlink()


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
            seal_all(now=now())
        grown[size] = growing.parent / f"{size}"
        shutil.copytree(growing, grown[size])
    return grown


def post(shop: Workshop, count: int) -> None:
    """A batch of awards, to one household after the other."""
    ledger.hold([VILLAGE])
    homes = shop.scene.households
    drafts = [award(homes[each % len(homes)][1], 1) for each in range(count)]
    ledger.post(drafts, actor=None, now=now())
