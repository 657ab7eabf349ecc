"""What the public log takes of a posting: the hashes alone, and all that is done for it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger import merkle, writing
from tests.benchmarks.measure import Figures, Row
from tests.benchmarks.scene import application, award, copy_of
from tests.benchmarks.workshop import Workshop
from tests.factories import VILLAGE, act

HASHING = ((merkle, "leaf_hash"), (merkle, "append_leaf"))
ALL = (
    *HASHING,
    (writing, "leaf_of"),
    (writing.NEW_LEAF, "send"),
    (writing.MOVE_HEAD, "send"),
)

ROWS = (
    Row("the log's hashes, share of a posting (microseconds)", "hashing", "posting", 0.05, True),
    Row("all of the log, share of a posting (microseconds)", "log", "posting", 0.35, True),
)


def measure(shop: Workshop, figures: Figures) -> None:
    """One round on a new copy of the scene; the share is of the time without the disk's."""
    with application(copy_of(shop.scene, shop.here() / "log").folder):
        code, actor = shop.scene.households[0][1], uuid4()

        def post() -> None:
            ledger.hold([VILLAGE])
            ledger.post([award(code, 1)], actor=actor, now=now())

        for name, parts in (("hashing", HASHING), ("log", ALL)):
            with timed(parts) as spent:
                begun = time.thread_time()
                for _each in range(shop.count):
                    act(post)
                whole = time.thread_time() - begun
            figures.add(name, 1e6 * spent[0] / shop.count)
            if name == "log":
                figures.add("posting", 1e6 * whole / shop.count)
        db.session.remove()


@contextmanager
def timed(parts: tuple[tuple[Any, str], ...]) -> Iterator[list[float]]:
    """The processor's time that these functions take while this lasts."""
    spent = [0.0]

    def watched(function: Any) -> Any:
        def run(*arguments: Any) -> Any:
            begun = time.thread_time()
            try:
                return function(*arguments)
            finally:
                spent[0] += time.thread_time() - begun

        return run

    with ExitStack() as patches:
        for owner, name in parts:
            patches.enter_context(patch.object(owner, name, watched(getattr(owner, name))))
        yield spent
