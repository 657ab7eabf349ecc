"""A village with households and a shop, and paper books of it as workbooks made in the test."""

import io
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import xlsxwriter
from sqlalchemy import select

from incentives.access.actor import SYSTEM, Actor, Role
from incentives.clock import now
from incentives.extensions import db
from incentives.openings import operations
from incentives.openings.models import Opening, OpeningLine
from incentives.openings.reading import Book, read_book
from incentives.register.models import Household
from incentives.shop.models import StockOwner
from incentives.shop.operations import add_good, open_shop
from tests.factories import VILLAGE, act, make_household, make_village, staff

POINTS, FUND, STOCK = "户积分", "微基金", "库存"
HEADS: dict[str, list[str]] = {
    POINTS: ["门牌", "户主", "积分"],
    FUND: ["存放处", "金额（元）"],
    STOCK: ["货号", "条码", "商品", "数量", "单件成本（元）"],
}
PEOPLE = (
    ("1组1号", "扎西彭措"),
    ("1组2号", "洛绒卓玛"),
    ("1组3号", "王建国"),
    ("1组4号", "白玛央金"),
)
# Books that tests take over: one household, two, and a bit of everything.
ONE = {POINTS: [["1组1号", "扎西彭措", 120]]}
TWO = {POINTS: [["1组1号", "扎西彭措", 120], ["1组2号", "洛绒卓玛", 35]]}
ALL = {**TWO, FUND: [["现金", 86.5]], STOCK: [["OI007", None, None, 40, 2.3]]}


def workbook(sheets: dict[str, list[list[Any]]], heads: dict[str, list[str]] = HEADS) -> bytes:
    """A workbook of these rows by sheet, each under its heads; `=…` is written as a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate([heads.get(name, []), *rows]):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and not cell.startswith("="):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write(number, column, cell)
    book.close()
    return buffer.getvalue()


@dataclass
class Village:
    """The village's households by head, its shop and goods, its staff, who are of no household."""

    households: dict[str, Household] = field(default_factory=dict)
    shop: UUID | None = None
    goods: dict[str, UUID] = field(default_factory=dict)
    cadre: Actor = field(default_factory=lambda: staff(Role.CADRE))
    reviewer: Actor = field(default_factory=lambda: staff(Role.REVIEWER))
    supervisor: Actor = field(default_factory=lambda: staff(Role.SUPERVISOR))

    def read(self, sheets: dict[str, list[list[Any]]]) -> Book:
        """A workbook of these sheets, read back."""
        return read_book(workbook(sheets))

    def drafted(self, sheets: dict[str, list[list[Any]]], **options: Any) -> UUID:
        """The id of the opening that a cadre drafted from these sheets."""
        book = self.read(sheets)
        return act(
            lambda: (
                operations.draft_opening_from_book(
                    village=VILLAGE,
                    occurred_on=options.get("occurred_on", now().date()),
                    book=book,
                    actor=options.get("actor", self.cadre),
                    now=now(),
                ).id
            )
        )

    def do(self, step: str, opening: UUID, actor: Actor, **more: Any) -> str:
        """Take a step; the state of the opening after it."""
        operation = getattr(operations, step)
        act(
            lambda: (
                operation(village=VILLAGE, opening_id=opening, actor=actor, now=now(), **more)
                and None
            )
        )
        return self.status(opening)

    def status(self, opening: UUID) -> str:
        """The state of an opening."""
        db.session.expire_all()
        return db.session.get_one(Opening, opening).status.value

    def lines(self, opening: UUID) -> list[OpeningLine]:
        """Its lines."""
        db.session.expire_all()
        return list(
            db.session.scalars(
                select(OpeningLine)
                .where(OpeningLine.opening_id == opening)
                .order_by(OpeningLine.line)
            )
        )

    def checked(self, sheets: dict[str, list[list[Any]]], **options: Any) -> UUID:
        """An opening that both groups have checked."""
        opening = self.drafted(sheets, **options)
        assert self.do("submit_opening", opening, self.cadre) == "submitted"
        assert self.do("check_opening", opening, self.reviewer) == "submitted"
        assert self.do("check_opening", opening, self.supervisor) == "checked"
        return opening

    def posted(self, sheets: dict[str, list[list[Any]]], **options: Any) -> UUID:
        """An opening that is posted."""
        opening = self.checked(sheets, **options)
        assert self.do("post_opening", opening, self.cadre) == "posted"
        return opening


def make_people_and_shop(*, served: bool = False, **policy: object) -> Village:
    """A village of four households, with a shop that lists salt and soap; `served` already."""
    if not served:
        make_village(**policy)
    village = Village()
    for door, head in PEOPLE:
        village.households[head] = make_household(VILLAGE, head, door=door)
    village.shop = act(
        lambda: (
            open_shop(
                division=VILLAGE,
                name="积分超市",
                stock_owner=StockOwner.VILLAGE,
                serves=[VILLAGE],
                actor=SYSTEM,
                now=now(),
            ).id
        )
    )
    for sku, barcode, name, cost in (
        ("OI007", "06901234567892", "食盐", 250),
        ("DA012", None, "肥皂", 400),
    ):
        village.goods[sku] = act(
            lambda sku=sku, barcode=barcode, name=name, cost=cost: (
                add_good(
                    shop_id=village.shop,
                    sku=sku,
                    barcode=barcode,
                    category="daily",
                    name_zh=name,
                    unit="bag",
                    price_points=3,
                    cost_fen=cost,
                    actor=SYSTEM,
                    now=now(),
                ).id
            )
        )
    return village
