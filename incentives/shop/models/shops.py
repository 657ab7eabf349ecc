"""Shops and whom they serve."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id

VILLAGE_CODE_LENGTH = 12


class StockOwner(StrEnum):
    """Whose goods stand on the shelf: the village's (bought or donated) or the shopkeeper's own."""

    VILLAGE = "village"
    SHOPKEEPER = "shopkeeper"


class Shop(Base):
    """A points supermarket of a village, or of a township for its villages (`division`)."""

    __tablename__ = "shop"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    division: Mapped[str] = mapped_column(String(15), ForeignKey("division.code"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    stock_owner: Mapped[StockOwner] = mapped_column(choice(StockOwner, "stock_owner"))
    bad_signal: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID]

    @property
    def of_township(self) -> bool:
        """Whether it is a township's, for its villages."""
        return len(self.division) < VILLAGE_CODE_LENGTH


class ShopService(Base):
    """One village that a shop serves; `number` names its accounts there (`shop.<number>`).

    Since `ended_at`, if there is one, nothing is handed out to that village's cards any more; what
    was before is still refunded, served by voucher and settled, on the same accounts.
    """

    __tablename__ = "shop_service"
    __table_args__ = (
        UniqueConstraint("village", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("ended_at >= began_at", name="ends_after_it_began"),
    )

    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), primary_key=True)
    number: Mapped[int]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
