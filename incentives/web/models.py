"""The table of idempotency keys: what was asked under a key, and what was answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base


class IdempotencyKey(Base):
    """A key, unique for ever in its scope; its answer is kept for 90 days.

    `fingerprint` is the HMAC-SHA-256 of method, path and body under the pepper; `body` is the
    answer's bytes, encrypted where `sealed`; `person` is whose answers erasure deletes; `event_id`
    is what the ledger posted, which is told once the answer is forgotten.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (
        CheckConstraint("length(key) BETWEEN 16 AND 64", name="key_length"),
        Index("ix_idempotency_key_answered_at", "answered_at"),
    )

    scope: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bool] = mapped_column(default=False)
    event_id: Mapped[UUID | None]
    person: Mapped[UUID | None] = mapped_column(index=True)
    answered_at: Mapped[datetime]
