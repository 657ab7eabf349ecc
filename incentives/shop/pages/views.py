"""Goods and cards as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import select

from incentives.cards.models import Card
from incentives.cards.numbers import in_fours
from incentives.cards.paper import picture
from incentives.cards.queries import holder_names
from incentives.extensions import db, rows_by_id
from incentives.register.queries import masked
from incentives.shop import queries
from incentives.shop.models import Good, Redemption, Stock, Voucher, VoucherStatus
from incentives.shop.operations.vouchers import AT_MOST
from incentives.shop.words import unit_word
from incentives.web.languages import in_language


@dataclass(frozen=True)
class GoodView:
    """A good as pages show it, named in the reader's language.

    `quantity` is what can be handed out at once: of a service as many vouchers as one sale makes.
    """

    id: UUID
    sku: str
    barcode: str | None
    name: str
    unit: str
    price_points: int
    cost_fen: int
    household_cap: int | None
    quantity: int
    on_sale: bool
    photo: bool
    low: bool
    voucher_days: int | None
    season_from: date | None
    season_until: date | None
    in_season: bool


def good_view(good: Good, stock: Stock, *, today: date | None = None) -> GoodView:
    """A good and what stands on the shelf."""
    return GoodView(
        id=good.id,
        sku=good.sku,
        barcode=good.barcode,
        name=in_language(good.name_zh, good.name_en),
        unit=unit_word(good.unit),
        price_points=good.price_points,
        cost_fen=good.cost_fen,
        household_cap=good.household_cap,
        quantity=AT_MOST if good.is_service else stock.quantity,
        on_sale=good.on_sale,
        photo=good.photo_id is not None,
        low=good.low_at is not None and not good.is_service and stock.quantity <= good.low_at,
        voucher_days=good.voucher_days,
        season_from=good.season_from,
        season_until=good.season_until,
        in_season=today is None or good.in_season(today),
    )


@dataclass(frozen=True)
class VoucherView:
    """A voucher as pages show it: its service named, its number in fours, its QR."""

    number: str
    in_fours: str
    name: str
    valid_until: date
    status: VoucherStatus
    ended_at: datetime | None
    qr: Markup


def voucher_views(vouchers: Sequence[Voucher]) -> list[VoucherView]:
    """These vouchers, their services named, in one statement for all."""
    ids = {each.good_id for each in vouchers}
    goods = {
        good.id: in_language(good.name_zh, good.name_en)
        for good in db.session.scalars(select(Good).where(Good.id.in_(ids)))
    }
    return [
        VoucherView(
            number=each.number,
            in_fours=in_fours(each.number),
            name=goods[each.good_id],
            valid_until=each.valid_until,
            status=each.status,
            ended_at=each.ended_at,
            qr=picture(queries.voucher_url(each.number)),
        )
        for each in vouchers
    ]


def holders_of(redemptions: list[Redemption]) -> dict[UUID, str]:
    """Whose card each sale was by, masked."""
    cards = rows_by_id(Card, [each.card_id for each in redemptions])
    names = holder_names(list(cards.values()))
    return {each.id: masked(names.get(each.card_id, "")) for each in redemptions}
