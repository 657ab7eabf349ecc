"""`make bench`: prints each figure with its goal. BENCH="--rounds 1 --count 50" is a quick look.

`--only` names what to measure, `--sizes` the lengths of the logs that are read:
BENCH="--only sizes --sizes 1000,10000".
"""

import argparse
import gc
import json
import tempfile
from pathlib import Path

from rich.progress import track

from tests.benchmarks import cards, counter, county, hot, http, log, postgresql, sizes, sqlite
from tests.benchmarks.measure import Figures, table
from tests.benchmarks.workshop import Workshop

MEASURES = {
    "sqlite": sqlite.measure,
    "postgresql": postgresql.measure,
    "hot": hot.measure,
    "http": http.measure,
    "county": county.measure,
    "counter": counter.measure,
    "log": log.measure,
    "sizes": sizes.measure,
    "cards": cards.measure,
}


def main(arguments: list[str] | None = None) -> Figures:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=400, help="how often in a round")
    parser.add_argument("--only", action="append", choices=MEASURES, help="may be repeated")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="rising, with commas")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args(arguments)
    steps = tuple(int(each) for each in options.sizes.split(","))
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="jishan-bench-") as folder:
        shop = Workshop(Path(folder), options.count, steps)
        with shop.closing:
            for _round in track(range(options.rounds), description="rounds"):
                for name in options.only or MEASURES:
                    gc.freeze()  # as `app.py` does for what is served; all sides gain by it
                    MEASURES[name](shop, figures)
    rows = (
        *sqlite.ROWS,
        *postgresql.ROWS,
        *hot.ROWS,
        *http.ROWS,
        *county.ROWS,
        *counter.ROWS,
        *log.ROWS,
        *sizes.rows(steps),
        *cards.ROWS,
    )
    print(table(figures, rows))
    if options.json:
        options.json.write_text(json.dumps(figures.found))
    return figures


if __name__ == "__main__":
    main()
