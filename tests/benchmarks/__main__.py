"""`make bench`: prints the ratios. BENCH="--rounds 1 --count 50" is a quick look."""

import argparse
import json
import tempfile
from pathlib import Path

from rich.progress import track

from tests.benchmarks import posting, serving
from tests.benchmarks.measure import Figures, Ratio, table
from tests.benchmarks.scene import build

RATIOS = (
    Ratio("post, SQLite FULL, against raw sqlite3 of the same rows", "post", "raw post", 0.5),
    Ratio("the same within transaction()", "post in transaction()", "raw post", 0.3),
    Ratio("events in posts of 50 against single ones", "posts in batches", "post"),
    Ratio("post against a bare insert", "post", "bare insert"),
    Ratio("redemption over HTTP, all on, against a bare endpoint", "redemption", "bare endpoint"),
    Ratio("redemption over HTTP against a bare insert", "redemption", "bare insert"),
    Ratio("balance over HTTP against a bare endpoint", "balance", "bare endpoint"),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=400, help="how often in a round")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="jishan-bench-") as name:
        folder = Path(name)
        scene = build(folder / "scene")
        for number in track(range(options.rounds), description="rounds"):
            here = folder / f"round-{number}"
            here.mkdir()
            posting.measure(scene, here, figures, options.count)
            serving.measure(scene, here, figures, options.count)
        sent = serving.statements_of_a_redemption(scene, folder)
    print(table(figures, RATIOS))
    print(f"\nstatements of a redemption over HTTP: {len(sent)} (goal: at most 15)")
    if options.json:
        options.json.write_text(json.dumps({"rates": figures.rates, "statements": sent}))


if __name__ == "__main__":
    main()
