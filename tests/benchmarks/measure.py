"""Timing: rounds of several things in turn, medians, and ratios as a table."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

Work = Callable[[int], object]


@dataclass
class Figures:
    """What each thing did in a second, round by round."""

    rates: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, rate: float) -> None:
        """One round's rate."""
        self.rates.setdefault(name, []).append(rate)

    def rate(self, name: str) -> float:
        """The median of the rounds."""
        return median(self.rates[name])

    def ratio(self, name: str, anchor: str) -> float:
        """The median of the rounds' ratios: each round compares with itself."""
        pairs = zip(self.rates[name], self.rates[anchor], strict=True)
        return median(each / beside for each, beside in pairs)


@dataclass(frozen=True)
class Ratio:
    """A ratio to print, with the goal of docs beside it (0: none)."""

    what: str
    name: str
    anchor: str
    goal: float = 0.0


def per_second(work: Work, count: int) -> float:
    """How often a thing is done in a second, one after the other."""
    begun = time.perf_counter()
    for number in range(count):
        work(number)
    return count / (time.perf_counter() - begun)


def per_second_by_threads(make: Callable[[int], Work], count: int, threads: int) -> float:
    """How often a thing is done in a second by several threads at once, each with its own."""
    works = [make(number) for number in range(threads)]
    barrier = threading.Barrier(threads + 1)
    failures: list[BaseException] = []

    def run(work: Work, number: int) -> None:
        barrier.wait()
        try:
            for each in range(count // threads):
                work(number * count + each)
        except BaseException as failure:
            failures.append(failure)

    running = [
        threading.Thread(target=run, args=(work, number)) for number, work in enumerate(works)
    ]
    for thread in running:
        thread.start()
    barrier.wait()
    begun = time.perf_counter()
    for thread in running:
        thread.join()
    elapsed = time.perf_counter() - begun
    if failures:
        raise failures[0]
    return (count // threads) * threads / elapsed


def table(figures: Figures, ratios: Sequence[Ratio]) -> str:
    """The ratios as lines of text."""
    lines = [f"{'what':58} {'a second':>9} {'anchor':>9} {'ratio':>7} {'goal':>6}"]
    for each in ratios:
        goal = f"{each.goal:6.2f}" if each.goal else "     -"
        lines.append(
            f"{each.what:58} {figures.rate(each.name):9.0f} {figures.rate(each.anchor):9.0f}"
            f" {figures.ratio(each.name, each.anchor):7.3f} {goal}"
        )
    return "\n".join(lines)
