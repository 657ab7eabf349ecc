"""The lines of an opening as its notice says them: in Chinese, the names masked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from incentives.clock import village_day
from incentives.extensions import db
from incentives.notices.publishers import Entry
from incentives.openings.models import OpeningLine, Part
from incentives.register.models import Household, Resident
from incentives.register.names import masked
from incentives.register.policy import NoticeNames, Policy, policy_on
from incentives.shop.models import Good, Shop
from incentives.web.sheets import for_the_wall


def yuan(fen: int) -> str:
    """An amount as people write it."""
    return f"{fen // 100}.{fen % 100:02d}"


def entries_of(village: str, lines: Sequence[OpeningLine], now: datetime) -> list[Entry]:
    """The lines of a notice, in the order of the book.

    A household stands there by its head's masked name and its number, as several have the same
    first character; its own statement names the notice and the line. The text is kept with the
    notice's fingerprint, so it is in one language.
    """
    policy = policy_on(village, village_day(now))
    heads = heads_of([line.household_id for line in lines if line.household_id])
    goods = goods_of([line.good_id for line in lines if line.good_id])
    with for_the_wall():
        return [entry_of(line, policy, heads, goods, now) for line in lines]


def entry_of(
    line: OpeningLine,
    policy: Policy,
    heads: dict[UUID, tuple[int, Resident]],
    goods: dict[UUID, tuple[Good, Shop]],
    now: datetime,
) -> Entry:
    """One line of the notice."""
    full = policy.notice_names is NoticeNames.FULL
    if line.part is Part.POINTS and line.household_id is not None:
        number, head = heads[line.household_id]
        return Entry(
            id=line.id,
            ready_at=now,
            holder=None if head.minor else masked(head.name),
            what=_("Points in the paper book, household %(number)s", number=number),
            days=policy.objection_days,
            full_names=full,
            points=line.points,
        )
    if line.part is Part.STOCK and line.good_id is not None:
        good, shop = goods[line.good_id]
        return Entry(
            id=line.id,
            ready_at=now,
            holder=shop.name,
            what=good.name_zh,
            days=policy.objection_days,
            full_names=full,
            quantity=line.quantity,
            amount_fen=line.amount_fen,
            reason=_("%(yuan)s yuan each", yuan=yuan(line.unit_cost_fen or 0)),
        )
    return Entry(
        id=line.id,
        ready_at=now,
        holder=_("The village's fund"),
        what=_("Money in the paper book"),
        days=policy.objection_days,
        full_names=full,
        amount_fen=line.amount_fen,
        reason=_(
            "Cash %(cash)s yuan, bank account %(bank)s yuan",
            cash=yuan(line.cash_fen or 0),
            bank=yuan(line.bank_fen or 0),
        ),
    )


def heads_of(household_ids: Sequence[UUID]) -> dict[UUID, tuple[int, Resident]]:
    """Number and head of these households."""
    rows = db.session.execute(
        select(Household.id, Household.number, Resident)
        .join(Resident, Resident.id == Household.head_id)
        .where(Household.id.in_(household_ids))
    )
    return {household_id: (number, head) for household_id, number, head in rows}


def goods_of(good_ids: Sequence[UUID]) -> dict[UUID, tuple[Good, Shop]]:
    """These goods with their shops."""
    rows = db.session.execute(
        select(Good, Shop).join(Shop, Shop.id == Good.shop_id).where(Good.id.in_(good_ids))
    )
    return {good.id: (good, shop) for good, shop in rows}
