"""The ledger's tables, by the words of its design; triggers and rights are in `triggers.py`."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from incentives.clock import EPOCH, microseconds
from incentives.database import Base, choice
from incentives.ledger.kinds import (
    CEILING_ZERO,
    FEN_KINDS,
    FLOOR_ZERO,
    ONE_EVENT_A_RECORD,
    AccountKind,
    Kind,
    Unit,
)

MAX_AMOUNT = 10**12
MAX_LEAF_BYTES = 65_535


class Moment(TypeDecorator[datetime]):
    """An aware datetime kept as whole microseconds since 1970: the number that the leaf holds."""

    impl = BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a column of it holds, for cursors and filters."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


def listed(values: Any) -> str:
    """The values as an SQL list, in a fixed order."""
    return ", ".join(f"'{value}'" for value in sorted(values))


# In the index's own order: SQLite uses a partial index only where a statement says just the same.
ONCE_A_RECORD = "kind IN (" + ", ".join(f"'{kind}'" for kind in ONE_EVENT_A_RECORD) + ")"


class LogHead(Base):
    """A village's log: its size, its newest time and its tree's frontier. The village's one lock.

    `frontier` is the hashes of the full subtrees that make up the tree, largest first, 32 bytes
    each; `origin` is the name that new leaves and checkpoints carry.
    """

    __tablename__ = "log_head"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint(
            "length(village) = 12 AND village NOT GLOB '*[^0-9]*'", name="village"
        ).ddl_if(dialect="sqlite"),
        CheckConstraint("village ~ '^[0-9]{12}$'", name="village").ddl_if(dialect="postgresql"),
    )

    village: Mapped[str] = mapped_column(String(12), primary_key=True)
    origin: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(Moment, default=EPOCH)
    frontier: Mapped[bytes] = mapped_column(LargeBinary, default=b"")


class Account(Base):
    """What one owner or purpose of a village holds, in one unit; moved by transfers alone."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(f"balance >= 0 OR kind NOT IN ({listed(FLOOR_ZERO)})", name="floor"),
        CheckConstraint(f"balance <= 0 OR kind NOT IN ({listed(CEILING_ZERO)})", name="ceiling"),
        CheckConstraint(f"(unit = 'fen') = (kind IN ({listed(FEN_KINDS)}))", name="unit_of_kind"),
        CheckConstraint(
            "code = kind OR code LIKE kind || '.%' OR (kind = 'household' AND code LIKE 'h.%')",
            name="code_of_kind",
        ),
        CheckConstraint("version >= 0", name="version"),
        CheckConstraint(
            "length(code) BETWEEN 1 AND 64 AND code NOT GLOB '*[^a-z0-9._]*'", name="code"
        ).ddl_if(dialect="sqlite"),
        CheckConstraint("code ~ '^[a-z0-9._]{1,64}$'", name="code").ddl_if(dialect="postgresql"),
    )

    village: Mapped[str] = mapped_column(
        String(12), ForeignKey("log_head.village"), primary_key=True
    )
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    unit: Mapped[Unit] = mapped_column(choice(Unit, "unit"))
    kind: Mapped[AccountKind] = mapped_column(choice(AccountKind, "kind"))
    balance: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)


class Event(Base):
    """One business act: transfers posted together, numbered without gaps in its village.

    `actor` and `approver` are the random codes of `actor_code` (None: nobody); `detail` is the
    HMAC, in hex, of the text in `event_detail`; `salt` is 16 random bytes in hex.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("village", "seq"),
        UniqueConstraint("reverses"),
        Index(
            "uq_event_kind_record",
            "kind",
            "record",
            unique=True,
            sqlite_where=text(ONCE_A_RECORD),
            postgresql_where=text(ONCE_A_RECORD),
        ),
        CheckConstraint("seq >= 0", name="seq"),
        CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reverses"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("log_head.village"))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    occurred_on: Mapped[date]
    actor: Mapped[str | None] = mapped_column(String(8))
    approver: Mapped[str | None] = mapped_column(String(8))
    reverses: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"))
    record: Mapped[UUID | None]
    detail: Mapped[str | None] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(32))

    @property
    def voucher(self) -> int:
        """The number that people quote: the place in the village's log, from 1."""
        return self.seq + 1


class EventDetail(Base):
    """The text of an event's detail and its key: the only part of the ledger that can be erased."""

    __tablename__ = "event_detail"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    key: Mapped[bytes] = mapped_column(LargeBinary)


class Erasure(Base):
    """That the detail of an event was erased, by whom and on what ground."""

    __tablename__ = "erasure"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[UUID | None]
    ground: Mapped[str] = mapped_column(Text)


class Transfer(Base):
    """A positive amount from one account to another of the same village and unit.

    `balance_after` and `version` of both accounts are those that the accounts then hold, which
    a trigger checks: a statement reads its own lines only, by ranges of versions.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        ForeignKeyConstraint(["village", "seq"], ["event.village", "event.seq"]),
        UniqueConstraint("village", "from_code", "from_version"),
        UniqueConstraint("village", "to_code", "to_version"),
        CheckConstraint(f"amount > 0 AND amount <= {MAX_AMOUNT}", name="amount"),
        CheckConstraint("from_code <> to_code", name="two_accounts"),
    )

    village: Mapped[str] = mapped_column(String(12), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_code: Mapped[str] = mapped_column(String(64))
    to_code: Mapped[str] = mapped_column(String(64))
    unit: Mapped[Unit] = mapped_column(choice(Unit, "unit"))
    amount: Mapped[int]
    from_balance_after: Mapped[int]
    from_version: Mapped[int]
    to_balance_after: Mapped[int]
    to_version: Mapped[int]


class Leaf(Base):
    """An event's bytes in its village's log, written last.

    `hashes` is the leaf's hash, and behind it those of the larger full subtrees that end with
    this leaf, smallest first: any proof is read in as many rows as the tree is high.
    """

    __tablename__ = "leaf"
    __table_args__ = (
        ForeignKeyConstraint(["village", "seq"], ["event.village", "event.seq"]),
        CheckConstraint(f"length(CAST(body AS BLOB)) <= {MAX_LEAF_BYTES}", name="body").ddl_if(
            dialect="sqlite"
        ),
        CheckConstraint(f"octet_length(body) <= {MAX_LEAF_BYTES}", name="body").ddl_if(
            dialect="postgresql"
        ),
    )

    village: Mapped[str] = mapped_column(String(12), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class Checkpoint(Base):
    """A signed root of a village's log, as text (a signed note)."""

    __tablename__ = "checkpoint"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    origin: Mapped[str] = mapped_column(String(120), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("log_head.village"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text)


class Allowance(Base):
    """What a terminal's lease holds back of a household's points for sales without signal.

    It counts against `spendable` for as long as the row stands; `ends_at` says when it is to be
    released.
    """

    __tablename__ = "allowance"
    __table_args__ = (
        ForeignKeyConstraint(["village", "account_code"], ["account.village", "account.code"]),
        Index("ix_allowance_village_account_code", "village", "account_code"),
        CheckConstraint("points >= 0", name="points"),
    )

    lease: Mapped[UUID] = mapped_column(primary_key=True)
    village: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    points: Mapped[int]
    ends_at: Mapped[datetime]


class ActorCode(Base):
    """The random code under which a person stands in a village's leaves; known here alone."""

    __tablename__ = "actor_code"
    __table_args__ = (UniqueConstraint("village", "code"),)

    village: Mapped[str] = mapped_column(
        String(12), ForeignKey("log_head.village"), primary_key=True
    )
    person: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8))
