"""The day's close: what is open, what was closed, and by terminal, shopkeeper and good."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from incentives.access.queries import person_names
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop.models import (
    Closing,
    Redemption,
    RedemptionLine,
    Refund,
    RefundCause,
    RefundLine,
    Terminal,
)


@dataclass
class Totals:
    """Sales and refunds as sums: how many, in points, and the cash that went with them."""

    sales: int = 0
    refunds: int = 0
    points: int = 0
    points_back: int = 0
    cash_in_fen: int = 0
    cash_back_fen: int = 0


@dataclass
class CounterTotals(Totals):
    """The same at one terminal (None: a browser without a key) by one shopkeeper."""

    terminal_id: UUID | None = None
    terminal: str | None = None
    keeper: str = ""


@dataclass
class GoodTotals:
    """How many of a good were handed out, and how many came back."""

    good_id: UUID
    name_zh: str
    name_en: str | None
    unit: str
    handed_out: int = 0
    came_back: int = 0


@dataclass
class Day:
    """What a day's close tells: its sums, then by terminal and shopkeeper, and by good.

    `since` is the first sale or refund in it, None where there was none.
    """

    totals: Totals
    counters: list[CounterTotals] = field(default_factory=list)
    goods: list[GoodTotals] = field(default_factory=list)
    since: datetime | None = None


def find_closing(shop_id: UUID, closing_id: UUID) -> Closing:
    """A closing of that shop."""
    closing = db.session.get(Closing, closing_id)
    if closing is None or closing.shop_id != shop_id:
        raise NotFound()
    return closing


def closings_of_shop(shop_id: UUID) -> Select[Closing]:
    """A shop's closings, to be paged newest first by id."""
    return select(Closing).where(Closing.shop_id == shop_id)


def within(shop_id: UUID, closing_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    """The sales and the refunds of a closing, or those still open (None)."""
    if closing_id is None:
        return (
            (Redemption.shop_id == shop_id) & Redemption.closing_id.is_(None),
            (Redemption.shop_id == shop_id) & Refund.closing_id.is_(None),
        )
    return Redemption.closing_id == closing_id, Refund.closing_id == closing_id


def open_totals(shop_id: UUID) -> Totals:
    """The sums of what no closing has taken in yet, in two statements."""
    in_sales, in_refunds = within(shop_id, None)
    sold = db.session.execute(
        select(func.count(), func.sum(Redemption.points), func.sum(Redemption.cash_fen)).where(
            in_sales
        )
    ).one()
    back = db.session.execute(
        select(func.count(), func.sum(Refund.points), func.sum(Refund.cash_fen))
        .join(Redemption)
        .where(in_refunds)
    ).one()
    sales, points, cash_in = (int(each or 0) for each in sold)
    refunds, points_back, cash_back = (int(each or 0) for each in back)
    return Totals(sales, refunds, points, points_back, cash_in, cash_back)


def day_of(shop_id: UUID, closing: Closing | None) -> Day:
    """What a closing says, or what the next one would say now (None), in six statements."""
    closing_id = closing.id if closing else None
    in_sales, in_refunds = within(shop_id, closing_id)
    counters = counter_totals(in_sales, in_refunds)
    sums = {
        name: sum(getattr(each, name) for each in counters) for name in Totals.__dataclass_fields__
    }
    first = [
        db.session.scalar(select(func.min(Redemption.redeemed_at)).where(in_sales)),
        db.session.scalar(select(func.min(Refund.refunded_at)).join(Redemption).where(in_refunds)),
    ]
    return Day(
        totals=Totals(**sums),
        counters=counters,
        goods=good_totals(in_sales, in_refunds),
        since=min((each for each in first if each is not None), default=None),
    )


def counter_totals(
    in_sales: ColumnElement[bool], in_refunds: ColumnElement[bool]
) -> list[CounterTotals]:
    """The sums by terminal and shopkeeper, named."""
    found: defaultdict[tuple[UUID | None, UUID], CounterTotals] = defaultdict(CounterTotals)
    sold = select(
        Redemption.terminal_id,
        Redemption.redeemed_by,
        func.count(),
        func.sum(Redemption.points),
        func.sum(Redemption.cash_fen),
    ).where(in_sales)
    for terminal, person, *sums in db.session.execute(
        sold.group_by(Redemption.terminal_id, Redemption.redeemed_by)
    ):
        each = found[terminal, person]
        each.sales, each.points, each.cash_in_fen = (int(part) for part in sums)
    back = (
        select(
            Refund.terminal_id,
            Refund.refunded_by,
            func.count(),
            func.sum(Refund.points),
            func.sum(Refund.cash_fen),
        )
        .join(Redemption)
        .where(in_refunds)
    )
    for terminal, person, *sums in db.session.execute(
        back.group_by(Refund.terminal_id, Refund.refunded_by)
    ):
        each = found[terminal, person]
        each.refunds, each.points_back, each.cash_back_fen = (int(part) for part in sums)
    return named(found)


def named(found: dict[tuple[UUID | None, UUID], CounterTotals]) -> list[CounterTotals]:
    """The sums with the names of terminal and shopkeeper, in that order."""
    ids = {terminal for terminal, _person in found if terminal is not None}
    rows: Any = db.session.execute(select(Terminal.id, Terminal.name).where(Terminal.id.in_(ids)))
    terminals: dict[UUID, str] = dict(iter(rows)) if ids else {}
    people = person_names({person for _terminal, person in found})
    for (terminal, person), each in found.items():
        each.terminal_id = terminal
        each.terminal = terminals.get(terminal) if terminal else None
        each.keeper = people.get(person, "")
    return sorted(found.values(), key=lambda each: (each.terminal or "", each.keeper))


def good_totals(in_sales: ColumnElement[bool], in_refunds: ColumnElement[bool]) -> list[GoodTotals]:
    """How many of each good went out and came back, most handed out first.

    After a ruling points go back, but the goods stay with the household.
    """
    names = (
        RedemptionLine.good_id,
        func.max(RedemptionLine.name_zh),
        func.max(RedemptionLine.name_en),
        func.max(RedemptionLine.unit),
    )
    found: dict[UUID, GoodTotals] = {}
    out = select(*names, func.sum(RedemptionLine.quantity)).join(Redemption).where(in_sales)
    for good_id, name_zh, name_en, unit, quantity in db.session.execute(
        out.group_by(RedemptionLine.good_id)
    ):
        found[good_id] = GoodTotals(good_id, name_zh, name_en, unit, handed_out=int(quantity))
    back = (
        select(*names, func.sum(RefundLine.quantity))
        .join(RefundLine, RefundLine.line_id == RedemptionLine.id)
        .join(Refund, Refund.id == RefundLine.refund_id)
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .where(in_refunds, Refund.cause == RefundCause.RETURN)
    )
    for good_id, name_zh, name_en, unit, quantity in db.session.execute(
        back.group_by(RedemptionLine.good_id)
    ):
        each = found.setdefault(good_id, GoodTotals(good_id, name_zh, name_en, unit))
        each.came_back = int(quantity)
    return sorted(found.values(), key=lambda each: (-each.handed_out, each.name_zh))
