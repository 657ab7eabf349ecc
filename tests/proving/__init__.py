"""The long proofs: how much of each is run, from what seed, and where its figures are kept.

`make test` runs a hundredth of a proof, `make prove` the whole; `JISHAN_PROVE` holds the part of
the whole that is run (1 for all, 0.1 for a tenth).
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
    kept[name] = kept.get(name, {}) | {"date": day} | figures
    file.write_text(json.dumps(kept, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
