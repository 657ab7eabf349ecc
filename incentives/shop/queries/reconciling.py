"""Whether points, goods and money of a statement agree, each read where it was written by itself.

The ledger's transfers, the receipts, the shelf's movements and the frozen statement are four
witnesses. A difference between any two is named; a settlement with one goes nowhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from incentives import ledger
from incentives.extensions import db
from incentives.ledger.models import Event, Transfer
from incentives.shop.models import (
    Good,
    MovementKind,
    Redemption,
    RedemptionLine,
    Refund,
    RefundCause,
    RefundLine,
    Settlement,
    SettlementLine,
    SettlementStatus,
    StockMovement,
    StockMovementLine,
)
from incentives.shop.queries.statements import (
    Part,
    Slip,
    Statement,
    refunds_in,
    sales_in,
)

IN_BOOKS = (SettlementStatus.APPROVED, SettlementStatus.PAID, SettlementStatus.CONFIRMED)


class Witness(StrEnum):
    """What doesn't agree with what."""

    POINTS = "points"  # the ledger with a receipt
    PRICE = "price"  # what a receipt's goods come to with what was paid
    GOODS = "goods"  # the shelf with a receipt
    RETURNED = "returned"  # what a sale says came back with its refunds
    NO_RECEIPT = "no_receipt"  # goods that left or came without any receipt
    STATEMENT = "statement"  # the statement as submitted with the receipts
    SETTLED = "settled"  # the ledger's settled points with the approved statements
    PAYABLE = "payable"  # the ledger's debt to the shop with the statements to be paid


@dataclass(frozen=True)
class Difference:
    """Two witnesses that say different things: of which receipt and good, and what each says."""

    witness: Witness
    expected: int
    found: int
    receipt: int | None = None
    good: str | None = None


def differences(statement: Statement, settlement: Settlement | None = None) -> list[Difference]:
    """Everything in which a statement, submitted or still to be, doesn't agree; best nothing."""
    part = statement.part
    return [
        *points_differ(statement),
        *prices_differ(statement),
        *goods_differ(statement),
        *returns_differ(part),
        *goods_without_receipt(part.shop_id),
        *(statement_differs(statement, settlement) if settlement else ()),
        *books_differ(part),
    ]


def points_differ(statement: Statement) -> Iterator[Difference]:
    """What each receipt says was taken or given, against what the ledger moved for it."""
    part = statement.part
    shop = f"shop.{part.number}"
    told: dict[UUID | None, int] = {slip.id: slip.points for slip in statement.sales}
    told |= {
        slip.id: -slip.points
        for slip in statement.refunds
        if slip.points and slip.cause is not RefundCause.VILLAGE
    }
    told |= {receipt.record: receipt.points for receipt in statement.lost}
    receipts: dict[UUID | None, int | None] = {
        slip.id: slip.receipt for slip in (*statement.sales, *statement.refunds)
    }
    moved: dict[UUID | None, int] = {}
    for seq, record, target, amount in db.session.execute(
        select(Event.seq, Event.record, Transfer.to_code, Transfer.amount)
        .join(Transfer, and_(Transfer.village == Event.village, Transfer.seq == Event.seq))
        .where(
            Event.village == part.village,
            Event.seq.between(part.from_size, part.to_size - 1),
            Event.kind.in_((ledger.Kind.REDEMPTION, ledger.Kind.REFUND, ledger.Kind.LOSS)),
            or_(Transfer.from_code == shop, Transfer.to_code == shop),
        )
        .order_by(Event.seq, Transfer.line)
    ):
        moved[record] = moved.get(record, 0) + (amount if target == shop else -amount)
        receipts.setdefault(record, seq + 1)
    for record in dict.fromkeys((*moved, *told)):
        expected, found = moved.get(record, 0), told.get(record, 0)
        if expected != found:
            yield Difference(Witness.POINTS, expected, found, receipts.get(record))


def prices_differ(statement: Statement) -> Iterator[Difference]:
    """What the goods of each receipt come to, against what was paid or given back for them."""
    for slip in (*statement.sales, *statement.refunds):
        if slip.price_points != slip.paid_points or slip.cash_fen % slip.fen_per_point:
            yield Difference(
                Witness.PRICE, slip.price_points, slip.paid_points, receipt=slip.receipt
            )


def goods_differ(statement: Statement) -> Iterator[Difference]:
    """What left the shelf for each receipt or came back to it, against the receipt's goods."""
    part = statement.part
    sales = moved_for(
        part, MovementKind.REDEMPTION, select(Redemption.id).where(sales_in(part)), sign=-1
    )
    returns = moved_for(
        part,
        MovementKind.REFUND,
        select(Refund.id)
        .join(Redemption, Redemption.id == Refund.redemption_id)
        .where(refunds_in(part)),
        sign=1,
    )
    yield from slips_against(statement.sales, sales)
    returned = [slip for slip in statement.refunds if slip.cause is RefundCause.RETURN]
    yield from slips_against(returned, returns)


def moved_for(
    part: Part, kind: MovementKind, records: object, *, sign: int
) -> dict[UUID | None, dict[UUID, int]]:
    """What the shelf moved for these records, by record and good."""
    moved: dict[UUID | None, dict[UUID, int]] = {}
    for record, good, quantity in db.session.execute(
        select(StockMovement.record_id, StockMovementLine.good_id, StockMovementLine.quantity)
        .join(StockMovementLine, StockMovementLine.movement_id == StockMovement.id)
        .where(
            StockMovement.shop_id == part.shop_id,
            StockMovement.kind == kind,
            StockMovement.record_id.in_(records),  # type: ignore[arg-type]
        )
    ):
        goods = moved.setdefault(record, {})
        goods[good] = goods.get(good, 0) + sign * quantity
    return moved


def slips_against(
    slips: Sequence[Slip], moved: dict[UUID | None, dict[UUID, int]]
) -> Iterator[Difference]:
    """The goods of each slip against what moved for it, by good."""
    for slip in slips:
        shelf = moved.get(slip.id, {})
        for good in dict.fromkeys((*slip.goods, *shelf)):
            expected, found = slip.goods.get(good, 0), shelf.get(good, 0)
            if expected != found:
                named = db.session.get_one(Good, good).name_zh
                yield Difference(Witness.GOODS, expected, found, slip.receipt, named)


def returns_differ(part: Part) -> Iterator[Difference]:
    """What the lines of sales say came back, against the refunds of each."""
    rows = db.session.execute(
        select(
            Redemption.receipt,
            RedemptionLine.name_zh,
            RedemptionLine.refunded,
            func.coalesce(func.sum(RefundLine.quantity), 0).label("came_back"),
        )
        .join(Redemption, Redemption.id == RedemptionLine.redemption_id)
        .outerjoin(RefundLine, RefundLine.line_id == RedemptionLine.id)
        .where(sales_in(part))
        .group_by(
            RedemptionLine.id, Redemption.receipt, RedemptionLine.name_zh, RedemptionLine.refunded
        )
    )
    for receipt, name, refunded, came_back in rows:
        if refunded != came_back:
            yield Difference(Witness.RETURNED, int(came_back), refunded, receipt, name)


def goods_without_receipt(shop_id: UUID) -> Iterator[Difference]:
    """Goods of a shop that left as sold or came back as returned, without any receipt."""
    rows = db.session.execute(
        select(StockMovementLine.quantity, Good.name_zh)
        .join(StockMovement, StockMovement.id == StockMovementLine.movement_id)
        .join(Good, Good.id == StockMovementLine.good_id)
        .outerjoin(Redemption, Redemption.id == StockMovement.record_id)
        .outerjoin(Refund, Refund.id == StockMovement.record_id)
        .where(
            StockMovement.shop_id == shop_id,
            StockMovement.kind.in_((MovementKind.REDEMPTION, MovementKind.REFUND)),
            Redemption.id.is_(None),
            Refund.id.is_(None),
        )
    )
    for quantity, name in rows:
        yield Difference(Witness.NO_RECEIPT, 0, -quantity, good=name)


def statement_differs(statement: Statement, settlement: Settlement) -> Iterator[Difference]:
    """The statement as it was submitted, against what the receipts say now."""
    frozen = {
        line.good_id: line
        for line in db.session.scalars(
            select(SettlementLine).where(SettlementLine.settlement_id == settlement.id)
        )
    }
    now = {line.good_id: line for line in statement.lines}
    for good in dict.fromkeys((*frozen, *now)):
        then_fen = frozen[good].goods_fen if good in frozen else 0
        now_fen = now[good].goods_fen if good in now else 0
        if then_fen != now_fen:
            name = (frozen.get(good) or now[good]).name_zh
            yield Difference(Witness.STATEMENT, now_fen, then_fen, good=name)
    if statement.amount_fen != settlement.amount_fen:
        yield Difference(Witness.STATEMENT, statement.amount_fen, settlement.amount_fen)
    if statement.points != settlement.points:
        yield Difference(Witness.POINTS, statement.points, settlement.points)


def books_differ(part: Part) -> Iterator[Difference]:
    """What the ledger says was settled and is still owed, against the statements themselves."""
    found = {
        status: (int(points), int(fen))
        for status, points, fen in db.session.execute(
            select(Settlement.status, func.sum(Settlement.points), func.sum(Settlement.amount_fen))
            .where(Settlement.shop_id == part.shop_id, Settlement.village == part.village)
            .group_by(Settlement.status)
        )
    }
    settled = sum(found.get(status, (0, 0))[0] for status in IN_BOOKS)
    owed = found.get(SettlementStatus.APPROVED, (0, 0))[1]
    in_ledger = ledger.balance(part.village, f"settled.{part.number}")
    if in_ledger != settled:
        yield Difference(Witness.SETTLED, in_ledger, settled)
    payable = -ledger.balance(part.village, f"payable.{part.number}")
    if payable != owed:
        yield Difference(Witness.PAYABLE, payable, owed)
