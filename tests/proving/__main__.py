"""`make prove`: runs the long proofs one after the other, and writes their figures down.

PROVE="kills cuts" runs some of them, PROVE_SCALE=0.1 a tenth of each, PROVE_MORE=1 adds to the
figures of parts run before. Figures go to `docs/proof.json`, and from there into the table of
`docs/proof.md`.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.proving import record

ROOT = Path(__file__).parent.parent.parent
FIGURES = ROOT / "docs" / "proof.json"
PAGE = ROOT / "docs" / "proof.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
MARKS = ("JISHAN_PROVE", "from tests import proving", "from tests.proving import")


@dataclass(frozen=True)
class Proof:
    """A name to call it by, what pytest runs for it, and what it shows."""

    name: str
    path: str
    shows: str


PROOFS = (
    Proof("cuts", "tests/crashes/test_cuts.py", "a kill before each statement of a posting"),
    Proof("kills", "tests/crashes/test_kills.py", "SIGKILL under load, of service and database"),
    Proof("power", "tests/crashes/test_power.py", "power cuts on SQLite"),
    Proof("races", "tests/races", "races for balances, keys, caps, goods, states"),
    Proof("verifiers", "tests/browser/test_verify.py", "both verifiers over every flipped bit"),
    Proof("ledger", "tests/ledger", "the books against their model, tampering, proofs"),
    Proof("shop", "tests/shop/test_programs.py", "sales and refunds by line against their model"),
)


def main() -> int:
    """Run them; how many failed."""
    parser = argparse.ArgumentParser(prog="make prove")
    parser.add_argument("names", nargs="*", help="which proofs; all unless said")
    options = parser.parse_args()
    proofs = [*PROOFS, *others()]
    if unknown := set(options.names) - {each.name for each in proofs}:
        parser.error(f"no such proof: {', '.join(sorted(unknown))}")
    chosen = [each for each in proofs if not options.names or each.name in options.names]
    failed = [each.name for each in chosen if not run(each)]
    PAGE.write_text(page_with(PAGE.read_text(), json.loads(FIGURES.read_text())))
    print(f"{len(chosen) - len(failed)} of {len(chosen)} proofs hold", *failed)
    return len(failed)


def others() -> list[Proof]:
    """What is marked as a proof and stands in no row of the list: a folder each."""
    listed = [ROOT / each.path for each in PROOFS]
    found = set()
    for path in (ROOT / "tests").rglob("*.py"):
        own = path.is_relative_to(ROOT / "tests" / "proving")
        if own or any(path.is_relative_to(each) for each in listed):
            continue
        if path.name != "conftest.py" and any(mark in path.read_text() for mark in MARKS):
            found.add(path.parent.relative_to(ROOT).as_posix())
    skipped = {"tests/crashes", "tests/served"}
    return [Proof(each.rpartition("/")[2], each, "marked") for each in sorted(found - skipped)]


def run(proof: Proof) -> bool:
    """Run one; whether it held."""
    os.environ["JISHAN_FIGURES"] = str(FIGURES)
    os.environ.setdefault("JISHAN_PROVE", "1")
    print(f"\n{proof.name}: {proof.shows}", flush=True)
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-s", proof.path], cwd=ROOT)
    record(
        proof.name,
        scale=float(os.environ["JISHAN_PROVE"]),
        minutes=round((time.monotonic() - began) / 60, 1),
        holds=done.returncode == 0,
    )
    return done.returncode == 0


def page_with(page: str, figures: dict[str, dict[str, object]]) -> str:
    """The page with these figures in its table."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    lines = ["| proof | day | figures |\n", "| --- | --- | --- |\n"]
    for name, row in sorted(figures.items()):
        told = "; ".join(
            f"{key.replace('_', ' ')} {json.dumps(value)}"
            for key, value in row.items()
            if key != "date"
        )
        lines.append(f"| {name} | {row['date']} | {told} |\n")
    return head + BEGIN + "".join(lines) + END + tail


if __name__ == "__main__":
    sys.exit(main())
