"""The installation, the idempotency keys and the ledger: tables, checks, triggers."""

import sqlalchemy as sa
from alembic import op

from incentives.ledger.triggers import FIRST, create_triggers, drop_triggers

revision = "0001_ledger"
down_revision = None

KINDS = (
    "'opening', 'award', 'redemption', 'refund', 'expiry', 'reversal', 'debt_payment',"
    " 'household_move', 'loss', 'income', 'money_move', 'disbursement', 'payment_return',"
    " 'settlement_approved', 'settlement_paid', 'reopen'"
)
ACCOUNT_KINDS = (
    "'issuance', 'household', 'debt', 'shop', 'settled', 'expired', 'offline_loss', 'cash',"
    " 'bank', 'income', 'spending', 'payable'"
)
ONE_EVENT_A_RECORD = sa.text(
    "kind IN ('award', 'disbursement', 'income', 'payment_return', 'redemption', 'refund')"
)


def upgrade() -> None:
    create_installation()
    create_idempotency_key()
    create_log_head()
    create_account()
    create_event()
    create_transfer()
    create_leaf()
    create_allowance()
    create_actor_code()
    create_triggers(op.get_bind(), FIRST)


def downgrade() -> None:
    drop_triggers(op.get_bind(), FIRST)
    for table in (
        "actor_code",
        "allowance",
        "checkpoint",
        "leaf",
        "transfer",
        "erasure",
        "event_detail",
        "event",
        "account",
        "log_head",
        "idempotency_key",
        "installation",
    ):
        op.drop_table(table)


def by_dialect(*, sqlite: str, postgresql: str) -> str:
    return sqlite if op.get_bind().dialect.name == "sqlite" else postgresql


def create_installation() -> None:
    op.create_table(
        "installation",
        sa.Column("one", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(200), nullable=False),
        sa.Column("origin", sa.String(100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("loading", sa.Boolean(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_installation")),
    )


def create_idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("scope", sa.String(60), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("status", sa.BigInteger()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("event_id", sa.Uuid()),
        sa.Column("person", sa.Uuid()),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(key) BETWEEN 16 AND 64", name=op.f("ck_idempotency_key_key_length")
        ),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_answered_at", "idempotency_key", ["answered_at"])
    op.create_index("ix_idempotency_key_person", "idempotency_key", ["person"])


def create_log_head() -> None:
    village = by_dialect(
        sqlite="length(village) = 12 AND village NOT GLOB '*[^0-9]*'",
        postgresql="village ~ '^[0-9]{12}$'",
    )
    op.create_table(
        "log_head",
        sa.Column("village", sa.String(12), nullable=False),
        sa.Column("origin", sa.String(120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_log_head_size")),
        sa.CheckConstraint(village, name=op.f("ck_log_head_village")),
        sa.PrimaryKeyConstraint("village", name=op.f("pk_log_head")),
    )


def create_account() -> None:
    code = by_dialect(
        sqlite="length(code) BETWEEN 1 AND 64 AND code NOT GLOB '*[^a-z0-9._]*'",
        postgresql="code ~ '^[a-z0-9._]{1,64}$'",
    )
    op.create_table(
        "account",
        sa.Column("village", sa.String(12), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(5), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "balance >= 0 OR kind NOT IN"
            " ('bank', 'cash', 'expired', 'household', 'settled', 'spending')",
            name=op.f("ck_account_floor"),
        ),
        sa.CheckConstraint(
            "balance <= 0 OR kind NOT IN ('debt', 'payable')", name=op.f("ck_account_ceiling")
        ),
        sa.CheckConstraint(
            "(unit = 'fen') = (kind IN ('bank', 'cash', 'income', 'payable', 'spending'))",
            name=op.f("ck_account_unit_of_kind"),
        ),
        sa.CheckConstraint(
            "code = kind OR code LIKE kind || '.%' OR (kind = 'household' AND code LIKE 'h.%')",
            name=op.f("ck_account_code_of_kind"),
        ),
        sa.CheckConstraint("version >= 0", name=op.f("ck_account_version")),
        sa.CheckConstraint(code, name=op.f("ck_account_code")),
        sa.CheckConstraint("unit IN ('point', 'fen')", name=op.f("ck_account_unit")),
        sa.CheckConstraint(f"kind IN ({ACCOUNT_KINDS})", name=op.f("ck_account_kind")),
        sa.ForeignKeyConstraint(
            ["village"], ["log_head.village"], name=op.f("fk_account_village_log_head")
        ),
        sa.PrimaryKeyConstraint("village", "code", name=op.f("pk_account")),
    )


def create_event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(12), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(19), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(8), nullable=True),
        sa.Column("approver", sa.String(8), nullable=True),
        sa.Column("reverses", sa.Uuid(), nullable=True),
        sa.Column("record", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.String(64), nullable=True),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_event_seq")),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f("ck_event_reverses")
        ),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_event_kind")),
        sa.ForeignKeyConstraint(
            ["village"], ["log_head.village"], name=op.f("fk_event_village_log_head")
        ),
        sa.ForeignKeyConstraint(["reverses"], ["event.id"], name=op.f("fk_event_reverses_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("village", "seq", name=op.f("uq_event_village_seq")),
        sa.UniqueConstraint("reverses", name=op.f("uq_event_reverses")),
    )
    op.create_index(
        "uq_event_kind_record",
        "event",
        ["kind", "record"],
        unique=True,
        sqlite_where=ONE_EVENT_A_RECORD,
        postgresql_where=ONE_EVENT_A_RECORD,
    )
    op.create_table(
        "event_detail",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_detail_event_id_event")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_detail")),
    )
    op.create_table(
        "erasure",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_erasure_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_erasure")),
    )


def create_transfer() -> None:
    op.create_table(
        "transfer",
        sa.Column("village", sa.String(12), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("from_code", sa.String(64), nullable=False),
        sa.Column("to_code", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(5), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("from_balance_after", sa.BigInteger(), nullable=False),
        sa.Column("from_version", sa.BigInteger(), nullable=False),
        sa.Column("to_balance_after", sa.BigInteger(), nullable=False),
        sa.Column("to_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount > 0 AND amount <= 1000000000000", name=op.f("ck_transfer_amount")
        ),
        sa.CheckConstraint("from_code <> to_code", name=op.f("ck_transfer_two_accounts")),
        sa.CheckConstraint("unit IN ('point', 'fen')", name=op.f("ck_transfer_unit")),
        sa.ForeignKeyConstraint(
            ["village", "seq"],
            ["event.village", "event.seq"],
            name=op.f("fk_transfer_village_seq_event"),
        ),
        sa.PrimaryKeyConstraint("village", "seq", "line", name=op.f("pk_transfer")),
        sa.UniqueConstraint(
            "village",
            "from_code",
            "from_version",
            name=op.f("uq_transfer_village_from_code_from_version"),
        ),
        sa.UniqueConstraint(
            "village", "to_code", "to_version", name=op.f("uq_transfer_village_to_code_to_version")
        ),
    )


def create_leaf() -> None:
    octets = by_dialect(sqlite="length(CAST(body AS BLOB))", postgresql="octet_length(body)")
    op.create_table(
        "leaf",
        sa.Column("village", sa.String(12), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(f"{octets} <= 65535", name=op.f("ck_leaf_body")),
        sa.ForeignKeyConstraint(
            ["village", "seq"],
            ["event.village", "event.seq"],
            name=op.f("fk_leaf_village_seq_event"),
        ),
        sa.PrimaryKeyConstraint("village", "seq", name=op.f("pk_leaf")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("origin", sa.String(120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("village", sa.String(12), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_checkpoint_size")),
        sa.ForeignKeyConstraint(
            ["village"], ["log_head.village"], name=op.f("fk_checkpoint_village_log_head")
        ),
        sa.PrimaryKeyConstraint("origin", "size", name=op.f("pk_checkpoint")),
    )
    op.create_index(op.f("ix_checkpoint_village"), "checkpoint", ["village"])


def create_allowance() -> None:
    op.create_table(
        "allowance",
        sa.Column("lease", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(12), nullable=False),
        sa.Column("account_code", sa.String(64), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_allowance_points")),
        sa.ForeignKeyConstraint(
            ["village", "account_code"],
            ["account.village", "account.code"],
            name=op.f("fk_allowance_village_account_code_account"),
        ),
        sa.PrimaryKeyConstraint("lease", "village", "account_code", name=op.f("pk_allowance")),
    )
    op.create_index("ix_allowance_village_account_code", "allowance", ["village", "account_code"])


def create_actor_code() -> None:
    op.create_table(
        "actor_code",
        sa.Column("village", sa.String(12), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(
            ["village"], ["log_head.village"], name=op.f("fk_actor_code_village_log_head")
        ),
        sa.PrimaryKeyConstraint("village", "person", name=op.f("pk_actor_code")),
        sa.UniqueConstraint("village", "code", name=op.f("uq_actor_code_village_code")),
    )
