"""Which household or good of the village a row of a paper book means: exactly that one, or none."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from incentives.extensions import db
from incentives.files.sheets import folded
from incentives.openings.models import Part
from incentives.openings.reading import Row
from incentives.openings.reading.book import FIGURE, NAMES
from incentives.register.models import Household, Resident
from incentives.shop.models import Good, Shop

COLUMNS = (
    "household_id",
    "points",
    "cash_fen",
    "bank_fen",
    "good_id",
    "quantity",
    "unit_cost_fen",
)


@dataclass
class Index:
    """A village's households by door and head, and its own shops' goods by each of their names."""

    households: dict[tuple[str, str], list[UUID]]
    goods: dict[str, dict[str, list[UUID]]] = field(default_factory=dict)
    costs: dict[UUID, int] = field(default_factory=dict)


def index_of(village: str) -> Index:
    """What rows are matched with, in two statements."""
    households: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for household_id, door, head in db.session.execute(
        select(Household.id, Household.door, Resident.name)
        .join(Resident, Resident.id == Household.head_id)
        .where(Household.village == village, Household.departed_on.is_(None))
    ):
        households[folded(door), folded(head)].append(household_id)
    index = Index(dict(households), {name: defaultdict(list) for name in NAMES})
    for good_id, sku, barcode, name, cost in db.session.execute(
        select(Good.id, Good.sku, Good.barcode, Good.name_zh, Good.cost_fen)
        .join(Shop, Shop.id == Good.shop_id)
        .where(Shop.division == village)
    ):
        index.costs[good_id] = cost
        for kind, text in zip(NAMES, (sku, barcode, name), strict=True):
            if text:
                index.goods[kind][folded(text)].append(good_id)
    return index


def matched(row: Row, index: Index) -> dict[str, Any]:
    """A row as a line's columns, with the problems that are left."""
    line: dict[str, Any] = dict.fromkeys(COLUMNS)
    line |= {name: value for name, value in row.values.items() if name in COLUMNS}
    problems = [each.kept() for each in row.problems]
    code = None
    if row.part is Part.POINTS:
        line["household_id"], code = household_of(row, index)
    elif row.part is Part.STOCK:
        line["good_id"], code = good_of(row, index)
        if line["unit_cost_fen"] is None and not has_problem(row, "unit_cost_fen"):
            line["unit_cost_fen"] = index.costs.get(line["good_id"])
    if code is not None:
        subject = "household_id" if row.part is Part.POINTS else "good_id"
        problems.append({"field": subject, "code": code, "cell": f"A{row.number}"})
    if not line.get(FIGURE[row.part]) and row.part is not Part.FUND:
        line[FIGURE[row.part]] = None
    return line | {"row": row.number, "part": row.part, "typed": row.typed, "problems": problems}


def has_problem(row: Row, *fields: str) -> bool:
    """Whether a cell of one of these fields couldn't be read."""
    return any(each.field in fields for each in row.problems)


def household_of(row: Row, index: Index) -> tuple[UUID | None, str | None]:
    """The household with that door and that head; None and what is wrong for none or several."""
    if has_problem(row, "door", "head"):
        return None, None
    door, head = row.values["door"], row.values["head"]
    if not door or not head:
        return None, "household_missing"
    found = index.households.get((door, head), [])
    if len(found) == 1:
        return found[0], None
    return None, "household_ambiguous" if found else "household_unknown"


def good_of(row: Row, index: Index) -> tuple[UUID | None, str | None]:
    """The good that all its names mean; None and what is wrong for none or several."""
    if has_problem(row, *NAMES):
        return None, None
    given = {kind: row.values[kind] for kind in NAMES if row.values.get(kind)}
    if not given:
        return None, "good_missing"
    sets = [set(index.goods[kind].get(text, [])) for kind, text in given.items()]
    if not all(sets):
        return None, "good_unknown"
    found = set.intersection(*sets)
    if not found:
        return None, "good_conflict"
    return (next(iter(found)), None) if len(found) == 1 else (None, "good_ambiguous")
