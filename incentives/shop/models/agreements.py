"""How a shopkeeper's goods are paid for: the shop's agreement with the village, dated."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice

DOCUMENT_LENGTH = 100


class Basis(StrEnum):
    """What is owed for a good: its cost of that moment, or its points at `fen_per_point`."""

    COST = "cost"
    FEN_PER_POINT = "fen_per_point"


class ShopAgreement(Base):
    """From which day on a shop's goods are paid for in which way, by which paper.

    A shop without any is paid at cost. `effective_on` is never a past day, so that no sale is
    paid otherwise than was agreed on its day.
    """

    __tablename__ = "shop_agreement"
    __table_args__ = (CheckConstraint("length(document) > 0", name="document"),)

    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    effective_on: Mapped[date] = mapped_column(primary_key=True)
    basis: Mapped[Basis] = mapped_column(choice(Basis, "basis"))
    document: Mapped[str] = mapped_column(String(DOCUMENT_LENGTH))
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]
