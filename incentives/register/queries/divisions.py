"""What is read about divisions."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select

from incentives.errors import NotFound
from incentives.extensions import db
from incentives.register.models import Division, Level


def find_division(code: str) -> Division:
    """The division with that code; refuses what isn't there."""
    division = db.session.get(Division, code)
    if division is None:
        raise NotFound()
    return division


def find_village(code: str) -> Division:
    """A village that is served here; refuses any other division."""
    division = find_division(code)
    if division.opened_at is None:
        raise NotFound()
    return division


def divisions() -> Select[Division]:
    """All divisions."""
    return select(Division)


def served_villages(under: str = "") -> list[Division]:
    """The villages that are served here, under a division, by code."""
    return list(
        db.session.scalars(
            select(Division)
            .where(
                Division.opened_at.is_not(None),
                Division.code.startswith(under, autoescape=True),
            )
            .order_by(Division.code)
        )
    )


def villages_below(codes: Sequence[str]) -> list[Division]:
    """The villages and communities under these divisions, served or not, by code."""
    below = [Division.code.startswith(code, autoescape=True) for code in codes]
    return list(
        db.session.scalars(
            select(Division)
            .where(Division.level == Level.VILLAGE, or_(False, *below))
            .order_by(Division.code)
        )
    )


def grids_of(village: str) -> list[Division]:
    """The grids of a village, by code."""
    return list(
        db.session.scalars(
            select(Division)
            .where(Division.parent == village, Division.level == Level.GRID)
            .order_by(Division.code)
        )
    )


def divisions_by_code(codes: Sequence[str]) -> dict[str, Division]:
    """These divisions, those missing left out."""
    found = db.session.scalars(select(Division).where(Division.code.in_(codes)))
    return {division.code: division for division in found}
