"""What is wrong with the lines of an opening: what the file left open, and what clashes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from incentives import ledger
from incentives.extensions import db
from incentives.ledger.kinds import household_of
from incentives.openings.models import STANDING, OpeningLine, Part
from incentives.register.models import Household

NEEDED: dict[Part, tuple[str, ...]] = {
    Part.POINTS: ("household_id", "points"),
    Part.FUND: ("cash_fen", "bank_fen"),
    Part.STOCK: ("good_id", "quantity", "unit_cost_fen"),
}
Problems = dict[UUID, list[dict[str, Any]]]


def problems_of(village: str, lines: Sequence[OpeningLine]) -> Problems:
    """What is wrong, by line, in a few statements; lines without a problem are left out."""
    own = [line.id for line in lines]
    standing = subjects(standing_lines(village, own)) | subjects_in_ledger(village, own)
    left = set(
        db.session.scalars(
            select(Household.id).where(
                Household.village == village, Household.departed_on.is_not(None)
            )
        )
    )
    times = Counter(subject_of(line) for line in lines)
    found: Problems = {}
    for line in lines:
        problems = [*(line.problems or ()), *missing(line)]
        problems += clashes(line, times, standing, left)
        if problems:
            found[line.id] = problems
    return found


def standing_lines(village: str, but: Sequence[UUID] = ()) -> list[OpeningLine]:
    """The village's lines that are posted and not reversed."""
    found = db.session.scalars(
        select(OpeningLine).where(OpeningLine.village == village, text(STANDING))
    )
    own = set(but)
    return [line for line in found if line.id not in own]


def subjects(lines: Iterable[OpeningLine]) -> set[tuple[Part, UUID | None]]:
    """What these lines take over."""
    return {subject_of(line) for line in lines}


def subjects_in_ledger(village: str, but: Sequence[UUID]) -> set[tuple[Part, UUID | None]]:
    """What the ledger's own events took over, also those whose lines a restore lost."""
    codes = ledger.taken_over(village, but)
    households = {household_of(code) for code in codes}
    found: set[tuple[Part, UUID | None]] = {
        (Part.POINTS, id_)
        for id_ in db.session.scalars(
            select(Household.id).where(
                Household.village == village, Household.account_code.in_(households - {None})
            )
        )
    }
    return found | ({(Part.FUND, None)} if None in households else set())


def subject_of(line: OpeningLine) -> tuple[Part, UUID | None]:
    """What a line takes over: a household's points, a good, or (there is one) the fund."""
    return line.part, line.household_id or line.good_id


def missing(line: OpeningLine) -> list[dict[str, Any]]:
    """The columns that are empty without a cell that says why."""
    told = {each["field"] for each in line.problems or ()}
    if told & {"door", "head", "sku", "barcode", "name"}:
        told |= {"household_id", "good_id"}
    empty = [name for name in NEEDED[line.part] if getattr(line, name) is None]
    found = [
        {"field": name, "code": "figure_missing", "cell": ""} for name in empty if name not in told
    ]
    if line.part is Part.FUND and not empty and line.amount_fen == 0:
        found.append({"field": "cash_fen", "code": "figure_missing", "cell": ""})
    return found


def clashes(
    line: OpeningLine,
    times: Counter[tuple[Part, UUID | None]],
    standing: set[tuple[Part, UUID | None]],
    left: set[UUID],
) -> list[dict[str, Any]]:
    """Whether it stands here twice, was taken over before, or is of a household that left."""
    subject = subject_of(line)
    if subject[1] is None and line.part is not Part.FUND:
        return []
    name = {Part.POINTS: "household", Part.FUND: "fund", Part.STOCK: "good"}[line.part]
    field = "cash_fen" if line.part is Part.FUND else f"{name}_id"
    cell = f"A{line.row}" if line.row else ""
    codes = []
    if times[subject] > 1 and line.part is not Part.FUND:
        codes.append(f"{name}_twice")
    if subject in standing:
        codes.append(f"{name}_standing")
    if line.household_id in left:
        codes.append("household_left")
    return [{"field": field, "code": code, "cell": cell} for code in codes]
