"""What the columns of a sheet are called: in the package's data, as banks and villages write them.

Headings are compared without blanks and without a unit in brackets: 姓 名 is 姓名, 金额（元） 金额.
"""

import csv
import re
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Any

from incentives.files.sheets import folded, shown

BRACKETS = re.compile(r"[(\[].*?[)\]]")


@cache
def headings_in(name: str) -> dict[str, tuple[str, ...]]:
    """What each field is called in a file of the data, by field, those used most first."""
    text = files("incentives.data").joinpath(name).read_text(encoding="utf-8")
    found: dict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(text.splitlines()):
        found[row["field"]].append(row["heading"].casefold())
    return {field: tuple(names) for field, names in found.items()}


def heading(cell: Any) -> str:
    """A cell as headings are compared."""
    return BRACKETS.sub("", folded(shown(cell))).replace(" ", "").casefold()
