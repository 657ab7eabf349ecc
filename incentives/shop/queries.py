"""What the shop shows: shops and goods, stock, redemptions and receipts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, select

from incentives.access.actor import Actor, Role
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.shop.models import (
    Good,
    Redemption,
    RedemptionLine,
    Refund,
    RefundLine,
    Shop,
    ShopService,
    Stock,
    StockMovement,
    StockMovementLine,
)


@dataclass
class Sale:
    """A redemption with its lines and refunds, as a receipt shows it."""

    redemption: Redemption
    lines: list[RedemptionLine] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)


def find_shop(shop_id: UUID) -> Shop:
    """A shop by id; refuses one that isn't there."""
    shop = db.session.get(Shop, shop_id)
    if shop is None:
        raise NotFound()
    return shop


def find_good(shop_id: UUID, good_id: UUID) -> Good:
    """A good on the list of that shop."""
    good = db.session.get(Good, good_id)
    if good is None or good.shop_id != shop_id:
        raise NotFound()
    return good


def find_redemption(village: str, redemption_id: UUID) -> Redemption:
    """A redemption of that village."""
    redemption = db.session.get(Redemption, redemption_id)
    if redemption is None or redemption.village != village:
        raise NotFound()
    return redemption


def shops_of_village(village: str) -> list[Shop]:
    """The shops that serve a village, in the order of their numbers there."""
    return list(
        db.session.scalars(
            select(Shop)
            .join(ShopService)
            .where(ShopService.village == village)
            .order_by(ShopService.number)
        )
    )


def shops_in(divisions: Sequence[str]) -> list[Shop]:
    """The shops that belong to these divisions or to what lies below them, by division."""
    if not divisions:
        return []
    below = [Shop.division.startswith(code, autoescape=True) for code in divisions]
    condition = below[0]
    for each in below[1:]:
        condition |= each
    return list(db.session.scalars(select(Shop).where(condition).order_by(Shop.division, Shop.id)))


def serves_village(actor: Actor, village: str) -> bool:
    """Whether the actor keeps a shop that serves a village."""
    return any(actor.has_role(Role.SHOPKEEPER, shop.division) for shop in shops_of_village(village))


def villages_served(shop_id: UUID) -> list[str]:
    """The codes of the villages that a shop serves, in order."""
    return list(
        db.session.scalars(
            select(ShopService.village)
            .where(ShopService.shop_id == shop_id)
            .order_by(ShopService.village)
        )
    )


def goods_of_shop(shop_id: UUID, *, on_sale: bool | None = None) -> list[tuple[Good, Stock]]:
    """A shop's goods with what stands on the shelf, by article number."""
    query = select(Good, Stock).join(Stock).where(Good.shop_id == shop_id).order_by(Good.sku)
    if on_sale is not None:
        query = query.where(Good.on_sale == on_sale)
    return [(good, stock) for good, stock in db.session.execute(query)]


def goods_for_village(village: str) -> list[tuple[Good, Stock, Shop]]:
    """What the households of a village can get, by shop and article number."""
    query = (
        select(Good, Stock, Shop)
        .join(Stock)
        .join(Shop, Shop.id == Good.shop_id)
        .join(ShopService, ShopService.shop_id == Shop.id)
        .where(ShopService.village == village, Good.on_sale)
        .order_by(ShopService.number, Good.sku)
    )
    return [(good, stock, shop) for good, stock, shop in db.session.execute(query)]


def redemptions(
    village: str, *, shop_id: UUID | None = None, household_id: UUID | None = None
) -> Select[Redemption]:
    """The redemptions of a village, to be paged newest first by id (a UUIDv7)."""
    query = select(Redemption).where(Redemption.village == village)
    if shop_id is not None:
        query = query.where(Redemption.shop_id == shop_id)
    if household_id is not None:
        query = query.where(Redemption.household_id == household_id)
    return query


def sales(redemptions: Sequence[Redemption]) -> list[Sale]:
    """These redemptions with their lines and refunds, in two statements however many they are."""
    found = {each.id: Sale(each) for each in redemptions}
    for line in db.session.scalars(
        select(RedemptionLine)
        .where(RedemptionLine.redemption_id.in_(found))
        .order_by(RedemptionLine.redemption_id, RedemptionLine.line)
    ):
        found[line.redemption_id].lines.append(line)
    for refund in db.session.scalars(
        select(Refund).where(Refund.redemption_id.in_(found)).order_by(Refund.id)
    ):
        found[refund.redemption_id].refunds.append(refund)
    return list(found.values())


def refund_lines(refund_id: UUID) -> list[RefundLine]:
    """What came back in one refund."""
    return list(db.session.scalars(select(RefundLine).where(RefundLine.refund_id == refund_id)))


def movements(shop_id: UUID) -> Select[StockMovement]:
    """A shop's stock movements, to be paged newest first by id."""
    return select(StockMovement).where(StockMovement.shop_id == shop_id)


def movement_lines(movement_ids: Sequence[UUID]) -> dict[UUID, list[StockMovementLine]]:
    """The lines of these movements, by movement."""
    lines: dict[UUID, list[StockMovementLine]] = {each: [] for each in movement_ids}
    for line in db.session.scalars(
        select(StockMovementLine)
        .where(StockMovementLine.movement_id.in_(movement_ids))
        .order_by(StockMovementLine.movement_id, StockMovementLine.line)
    ):
        lines[line.movement_id].append(line)
    return lines


def division_of_shop(*, shop_id: UUID, **_arguments: object) -> str:
    """The division that a shop belongs to: where its staff need their roles."""
    return find_shop(shop_id).division
