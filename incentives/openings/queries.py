"""What is read about openings: their sums, lines in words, who waits for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, func, select, text

from incentives.access.actor import Actor
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.notices.models import Notice
from incentives.openings.entries import goods_of
from incentives.openings.models import (
    UNFINISHED,
    CheckRole,
    Opening,
    OpeningCheck,
    OpeningLine,
    OpeningStatus,
    Part,
)
from incentives.openings.operations.checking import can_check, checks_of, missing_checks
from incentives.openings.operations.steps import lines_of
from incentives.openings.problems import problems_of
from incentives.openings.reading.book import PLACES
from incentives.openings.reading.template import write_workbook
from incentives.register.models import Household, Resident
from incentives.shop.models import Good, Shop


@dataclass(frozen=True)
class Totals:
    """What an opening adds up to, to be held against the paper book's last page; money in fen."""

    households: int = 0
    points: int = 0
    cash_fen: int = 0
    bank_fen: int = 0
    goods: int = 0
    stock_fen: int = 0


@dataclass(frozen=True)
class OpeningView:
    """An opening with its sums, its checks, the checks that are missing, its notice."""

    opening: Opening
    totals: Totals
    checks: list[OpeningCheck]
    missing: dict[CheckRole, int]
    bad: dict[UUID, list[dict[str, Any]]]
    notice: Notice | None


@dataclass(frozen=True)
class LineView:
    """A line in words, with what is wrong with it."""

    line: OpeningLine
    title: str
    small: str
    problems: list[dict[str, Any]] = field(default_factory=list)


def find_opening(village: str, opening_id: UUID) -> Opening:
    """An opening of that village; refuses what isn't there."""
    opening = db.session.get(Opening, opening_id)
    if opening is None or opening.village != village:
        raise NotFound()
    return opening


def find_line(village: str, opening_id: UUID, line_id: UUID) -> OpeningLine:
    """A line of that opening; refuses what isn't there."""
    line = db.session.get(OpeningLine, line_id)
    if line is None or line.opening_id != opening_id or line.village != village:
        raise NotFound()
    return line


def openings(village: str) -> Select[Opening]:
    """A village's openings, to be paged newest first by id."""
    return select(Opening).where(Opening.village == village)


def unfinished(village: str) -> Opening | None:
    """The opening that is neither posted nor ended, of which there is one at most."""
    return db.session.scalar(openings(village).where(text(UNFINISHED)))


def lines(opening_id: UUID) -> Select[OpeningLine]:
    """An opening's lines, to be paged by number."""
    return select(OpeningLine).where(OpeningLine.opening_id == opening_id)


def totals_of(opening_ids: Sequence[UUID]) -> dict[UUID, Totals]:
    """The sums of these openings, in one statement."""
    line = OpeningLine

    def count(part: Part) -> Any:
        return func.count().filter(line.part == part)

    def total(amount: Any) -> Any:
        return func.coalesce(func.sum(amount), 0)

    rows = db.session.execute(
        select(
            line.opening_id,
            count(Part.POINTS),
            total(line.points),
            total(line.cash_fen),
            total(line.bank_fen),
            count(Part.STOCK),
            total(line.quantity * line.unit_cost_fen),
        )
        .where(line.opening_id.in_(opening_ids))
        .group_by(line.opening_id)
    )
    found = {opening_id: Totals(*(int(each) for each in sums)) for opening_id, *sums in rows}
    return {each: found.get(each, Totals()) for each in opening_ids}


def opening_view(village: str, opening_id: UUID) -> OpeningView:
    """One opening; refuses what isn't there."""
    opening = find_opening(village, opening_id)
    found = lines_of(opening)
    checks = checks_of(opening.id)
    drafted = opening.status is OpeningStatus.DRAFTED
    waits = opening.status is OpeningStatus.SUBMITTED
    return OpeningView(
        opening=opening,
        totals=totals_of([opening.id])[opening.id],
        checks=checks,
        missing=missing_checks(found, checks) if waits else {},
        bad=problems_of(village, found) if drafted else {},
        notice=notice_of(opening),
    )


def notice_of(opening: Opening) -> Notice | None:
    """The notice that an opening stands in, None before it is posted."""
    return None if opening.notice_id is None else db.session.get(Notice, opening.notice_id)


def line_views(
    found: Sequence[OpeningLine], problems: Mapping[UUID, list[dict[str, Any]]] | None = None
) -> list[LineView]:
    """Lines in words: who or what, and where it stands."""
    ids = [line.household_id for line in found if line.household_id]
    homes = {
        household_id: (head, " · ".join((door, _("household %(number)s", number=number))))
        for household_id, door, number, head in db.session.execute(
            select(Household.id, Household.door, Household.number, Resident.name)
            .join(Resident, Resident.id == Household.head_id)
            .where(Household.id.in_(ids))
        )
    }
    goods = goods_of([line.good_id for line in found if line.good_id])
    bad = problems or {}
    return [
        LineView(line, *words_of(line, homes, goods), problems=bad.get(line.id, []))
        for line in found
    ]


def words_of(
    line: OpeningLine,
    homes: Mapping[UUID, tuple[str, str]],
    goods: Mapping[UUID, tuple[Good, Shop]],
) -> tuple[str, str]:
    """A line's title and small print; what was typed, where that isn't matched yet."""
    typed = line.typed or {}
    if line.part is Part.FUND:
        return _("The village's fund"), "，".join(typed.values())
    if line.household_id is not None:
        return homes[line.household_id]
    if line.good_id is not None:
        good, shop = goods[line.good_id]
        return good.name_zh, f"{good.sku} · {shop.name}"
    title = typed.get("head") or typed.get("name") or ""
    rest = [typed.get(name) for name in ("door", "sku", "barcode")]
    place = _("row %(number)s", number=line.row) if line.row else None
    return title or "—", " · ".join(each for each in (*rest, place) if each)


def households_left_out(opening: Opening) -> list[tuple[str, str]]:
    """Door and head of the households to which the book gives nothing, by number."""
    named = select(OpeningLine.household_id).where(
        OpeningLine.opening_id == opening.id, OpeningLine.household_id.is_not(None)
    )
    rows = db.session.execute(
        select(Household.door, Resident.name)
        .join(Resident, Resident.id == Household.head_id)
        .where(
            Household.village == opening.village,
            Household.departed_on.is_(None),
            Household.id.not_in(named),
        )
        .order_by(Household.number)
    )
    return [(door, head) for door, head in rows]


def waiting_for(actor: Actor, village: str) -> list[Opening]:
    """The openings that this person can check now."""
    found = db.session.scalars(openings(village).where(Opening.status == OpeningStatus.SUBMITTED))
    return [opening for opening in found if can_check(actor, opening)]


def template(village: str, opening: Opening | None = None) -> bytes:
    """The workbook to fill in, with the village's households and goods and an opening's figures."""
    figures = {
        line.household_id or line.good_id: line for line in (lines_of(opening) if opening else ())
    }
    fund = next((line for line in figures.values() if line.part is Part.FUND), None)
    households = db.session.execute(
        select(Household.id, Household.door, Resident.name)
        .join(Resident, Resident.id == Household.head_id)
        .where(Household.village == village, Household.departed_on.is_(None))
        .order_by(Household.number)
    )
    goods = db.session.scalars(
        select(Good)
        .join(Shop, Shop.id == Good.shop_id)
        .where(Shop.division == village)
        .order_by(Good.shop_id, Good.sku)
    )
    return write_workbook(
        {
            Part.POINTS: [
                {"door": door, "head": head, "points": value(figures.get(each), "points")}
                for each, door, head in households
            ],
            Part.FUND: [
                {"place": str(title), "amount_fen": value(fund, name)}
                for name, title in PLACES.items()
            ],
            Part.STOCK: [stock_row(good, figures.get(good.id)) for good in goods],
        }
    )


def stock_row(good: Good, line: OpeningLine | None) -> dict[str, Any]:
    """A good as the template lists it."""
    return {
        "sku": good.sku,
        "barcode": good.barcode,
        "name": good.name_zh,
        "quantity": value(line, "quantity"),
        "unit_cost_fen": good.cost_fen if line is None else line.unit_cost_fen,
    }


def value(line: OpeningLine | None, name: str) -> Any:
    """A line's figure, None without a line."""
    return None if line is None else getattr(line, name)
