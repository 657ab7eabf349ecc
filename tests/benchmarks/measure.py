"""Timing: rounds of several things in turn, medians, and a table of figures with their goals."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from statistics import median

Work = Callable[[int], object]
# What gives a thread its own work, and tidies up after it.
Make = Callable[[int], AbstractContextManager[Work]]

# How often a thread does it before it is timed: its connection is opened, and PostgreSQL plans a
# prepared statement anew for its first five uses, for whoever prepares any.
WARM = 6


@dataclass
class Figures:
    """What each thing came to, round by round: how often in a second, or how long it took."""

    found: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, figure: float) -> None:
        """One round's figure."""
        self.found.setdefault(name, []).append(figure)

    def of(self, name: str) -> float:
        """The median of the rounds."""
        return median(self.found[name])

    def ratio(self, name: str, anchor: str) -> float:
        """The median of the rounds' ratios: each round compares with itself."""
        pairs = zip(self.found[name], self.found[anchor], strict=True)
        return median(each / beside for each, beside in pairs)


@dataclass(frozen=True)
class Row:
    """A line of the table: a figure, or its ratio to an anchor, and the goal (0: none)."""

    what: str
    name: str
    anchor: str = ""
    goal: float = 0.0
    at_most: bool = False

    def line(self, figures: Figures) -> str:
        """The row as text; empty where it or its anchor wasn't measured."""
        if not {self.name, self.anchor or self.name} <= figures.found.keys():
            return ""
        figure = figures.of(self.name)
        beside, result = "", figure
        if self.anchor:
            beside, result = f"{figures.of(self.anchor):.4g}", figures.ratio(self.name, self.anchor)
        said = ""
        if self.goal:
            met = result <= self.goal if self.at_most else result >= self.goal
            said = f"{'at most' if self.at_most else 'at least'} {self.goal:g}"
            said += "" if met else "  MISSED"
        return f"{self.what:66} {figure:9.4g} {beside:>9} {result:8.3g}  {said}".rstrip()


def per_second(work: Work, count: int) -> float:
    """How often a thing is done in a second, one after the other."""
    begun = time.perf_counter()
    for number in range(count):
        work(number)
    return count / (time.perf_counter() - begun)


def per_second_by_threads(make: Make, count: int, threads: int) -> float:
    """How often a thing is done in a second by several threads at once, each with its own.

    Each time it is given another number, from 0 to `count` and `WARM` for each thread.
    """
    each = max(1, count // threads)
    seconds = [0.0] * threads
    failures: list[BaseException] = []
    barrier = threading.Barrier(threads)

    def run(thread: int) -> None:
        first = thread * (WARM + each)
        try:
            with make(thread) as work:
                for number in range(first, first + WARM):
                    work(number)
                barrier.wait(60)
                begun = time.perf_counter()
                for number in range(first + WARM, first + WARM + each):
                    work(number)
                seconds[thread] = time.perf_counter() - begun
        except BaseException as failure:
            barrier.abort()
            failures.append(failure)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failures:
        raise failures[0]
    return threads * each / max(seconds)


def table(figures: Figures, rows: Sequence[Row]) -> str:
    """The rows as lines of text."""
    head = f"{'what':66} {'figure':>9} {'anchor':>9} {'ratio':>8}  goal"
    return "\n".join([head, *filter(None, (row.line(figures) for row in rows))])
