"""The long proofs: how much of each is run, from what seed, and where its figures are kept.

`make test` runs a hundredth of a proof, `make prove` the whole; `JISHAN_PROVE` holds the part of
the whole that is run (1 for all, 0.1 for a tenth). With `JISHAN_PROVE_MORE` its figures are added
to those of the parts run before: ten tenths on ten evenings, each from another seed, are a whole.
"""

import json
import os
import random
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HUNDREDTH = 0.01
PROVING = bool(os.environ.get("JISHAN_PROVE"))
SCALE = float(os.environ.get("JISHAN_PROVE") or HUNDREDTH)


def scaled(whole: int, *, least: int = 1) -> int:
    """How many of the whole number are run this time, `least` at the least."""
    return max(least, round(whole * SCALE))


def seeded(name: str) -> random.Random:
    """A generator whose seed is printed: `JISHAN_SEED` runs the same again."""
    seed = os.environ.get("JISHAN_SEED") or secrets.token_hex(4)
    print(f"{name}: JISHAN_SEED={seed}")
    record(name, seed=seed)
    return random.Random(f"{name} {seed}")


def record(name: str, **figures: Any) -> None:
    """Keep figures of a proof in the file that `JISHAN_FIGURES` names, if it does."""
    if not (path := os.environ.get("JISHAN_FIGURES")):
        return
    file = Path(path)
    kept = json.loads(file.read_text()) if file.exists() else {}
    day = datetime.now(UTC).date().isoformat()
    before = kept.get(name, {})
    if os.environ.get("JISHAN_PROVE_MORE"):
        figures = {key: joined(before.get(key), value) for key, value in figures.items()}
    kept[name] = before | {"date": day} | figures
    file.write_text(json.dumps(kept, indent=2, ensure_ascii=False, sort_keys=True) + "\n")


def joined(before: Any, value: Any) -> Any:
    """A figure with what stood there: numbers are added, seeds listed, the greatest kept."""
    match before, value:
        case (None, _) | (_, bool()):
            return value if before is None else before and value
        case (int() | float(), int() | float()):
            return round(before + value, 3)
        case str(), str():
            return f"{before}, {value}"
        case [_, greatest], [median, now]:
            return [median, max(greatest, now)]
    return value
