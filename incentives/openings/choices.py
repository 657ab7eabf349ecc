"""What a line that is mended may be about: households and goods to choose from."""

from uuid import UUID

from sqlalchemy import or_, select

from incentives.extensions import db
from incentives.openings.models import OpeningLine
from incentives.register.models import Household, Resident
from incentives.register.queries import search_households
from incentives.shop.models import Good, Shop

FOUND_AT_MOST = 12


def households_for(line: OpeningLine, q: str) -> list[tuple[UUID, str, str]]:
    """Who may be meant: whom a search finds, else the household of now and those of its door or
    head; as id, head and door."""
    q = q.strip()[:60]
    typed = line.typed or {}
    chosen = (
        select(Household.id, Resident.name, Household.door)
        .join(Resident, Resident.id == Household.head_id)
        .where(Household.village == line.village, Household.departed_on.is_(None))
        .order_by(Household.number)
        .limit(FOUND_AT_MOST)
    )
    if q:
        chosen = chosen.where(
            Household.id.in_(search_households(line.village, q).with_only_columns(Household.id))
        )
    else:
        chosen = chosen.where(
            or_(
                Household.id == line.household_id,
                Household.door == typed.get("door"),
                Resident.name == typed.get("head"),
            )
        )
    return [(household_id, head, door) for household_id, head, door in db.session.execute(chosen)]


def goods_of_village(village: str) -> list[tuple[UUID, str]]:
    """The goods of the village's own shops, as a field's options."""
    found = db.session.scalars(
        select(Good)
        .join(Shop, Shop.id == Good.shop_id)
        .where(Shop.division == village)
        .order_by(Good.sku)
    )
    return [(good.id, f"{good.name_zh} · {good.sku}") for good in found]
