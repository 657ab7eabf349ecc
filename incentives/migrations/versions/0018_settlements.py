"""Settlements: agreements, statements that stay as submitted, and why and when points went back.

SQLite adds a CHECK to a table that is there only together with a new column: so the two columns of
refunds are added by hand.
"""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant
from incentives.shop.triggers import create_statement_triggers, drop_statement_triggers

revision = "0018_settlements"
down_revision = "0017_stock"


def upgrade() -> None:
    change_refunds()
    op.create_table(
        "settlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "submitted",
                "checked",
                "approved",
                "paid",
                "confirmed",
                "rejected",
                name="status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("from_size", sa.BigInteger(), nullable=False),
        sa.Column("to_size", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("goods_fen", sa.BigInteger(), nullable=False),
        sa.Column("cash_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("approved_event_id", sa.Uuid(), nullable=True),
        sa.Column("paid_by", sa.Uuid(), nullable=True),
        sa.Column("paid_at", Instant(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column(
            "method",
            sa.Enum("cash", "bank", name="method", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("voucher", sa.String(length=40), nullable=True),
        sa.Column("paid_event_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "(status = 'confirmed') = (confirmed_by IS NOT NULL)"
            " AND (confirmed_by IS NULL) = (confirmed_at IS NULL)",
            name=op.f("ck_settlement_confirmed"),
        ),
        sa.CheckConstraint(
            "(status = 'rejected') = (ended_by IS NOT NULL)"
            " AND (ended_by IS NULL) = (ended_at IS NULL)"
            " AND (ended_by IS NULL) = (ended_reason IS NULL)",
            name=op.f("ck_settlement_ended"),
        ),
        sa.CheckConstraint(
            "(status IN ('approved', 'paid', 'confirmed')) = (approved_event_id IS NOT NULL)",
            name=op.f("ck_settlement_approved"),
        ),
        sa.CheckConstraint(
            "(status IN ('paid', 'confirmed')) = (paid_event_id IS NOT NULL)",
            name=op.f("ck_settlement_paid"),
        ),
        sa.CheckConstraint(
            "status <> 'submitted' OR checked_by IS NULL",
            name=op.f("ck_settlement_submitted_is_not_checked"),
        ),
        sa.CheckConstraint(
            "status IN ('submitted', 'rejected') OR checked_by IS NOT NULL",
            name=op.f("ck_settlement_checked"),
        ),
        sa.CheckConstraint(
            "(approved_event_id IS NULL) = (approved_by IS NULL)"
            " AND (approved_event_id IS NULL) = (approved_at IS NULL)",
            name=op.f("ck_settlement_approval_is_whole"),
        ),
        sa.CheckConstraint(
            "(checked_by IS NULL) = (checked_at IS NULL)", name=op.f("ck_settlement_check_is_whole")
        ),
        sa.CheckConstraint(
            "(paid_event_id IS NULL) = (paid_by IS NULL)"
            " AND (paid_event_id IS NULL) = (paid_at IS NULL)"
            " AND (paid_event_id IS NULL) = (paid_on IS NULL)"
            " AND (paid_event_id IS NULL) = (method IS NULL)"
            " AND (paid_event_id IS NULL) = (voucher IS NULL)",
            name=op.f("ck_settlement_payment_is_whole"),
        ),
        sa.CheckConstraint(
            "amount_fen > 0 AND amount_fen = goods_fen - cash_fen",
            name=op.f("ck_settlement_amount"),
        ),
        sa.CheckConstraint(
            "approved_by <> submitted_by AND approved_by <> checked_by",
            name=op.f("ck_settlement_approver_is_another"),
        ),
        sa.CheckConstraint(
            "checked_by <> submitted_by", name=op.f("ck_settlement_checker_is_another")
        ),
        sa.CheckConstraint(
            "from_size >= 0 AND to_size > from_size", name=op.f("ck_settlement_sizes")
        ),
        sa.CheckConstraint(
            "paid_by <> submitted_by AND paid_by <> checked_by AND paid_by <> approved_by",
            name=op.f("ck_settlement_payer_is_another"),
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_settlement_points")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_settlement_shop_id_shop")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_settlement_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("approved_event_id", name=op.f("uq_settlement_approved_event_id")),
        sa.UniqueConstraint("paid_event_id", name=op.f("uq_settlement_paid_event_id")),
    )
    op.create_index(
        "ix_settlement_village_status", "settlement", ["village", "status"], unique=False
    )
    op.create_index(
        "uq_settlement_from_size",
        "settlement",
        ["shop_id", "village", "from_size"],
        unique=True,
        sqlite_where=sa.text("status <> 'rejected'"),
        postgresql_where=sa.text("status <> 'rejected'"),
    )
    op.create_index(
        "uq_settlement_month",
        "settlement",
        ["shop_id", "village", "month"],
        unique=True,
        sqlite_where=sa.text("status <> 'rejected'"),
        postgresql_where=sa.text("status <> 'rejected'"),
    )
    op.create_table(
        "shop_agreement",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "cost", "fen_per_point", name="basis", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("document", sa.String(length=100), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.CheckConstraint("length(document) > 0", name=op.f("ck_shop_agreement_document")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_shop_agreement_shop_id_shop")
        ),
        sa.PrimaryKeyConstraint("shop_id", "effective_on", name=op.f("pk_shop_agreement")),
    )
    op.create_table(
        "settlement_line",
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("good_id", sa.Uuid(), nullable=True),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=True),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("handed_out", sa.BigInteger(), nullable=False),
        sa.Column("brought_back", sa.BigInteger(), nullable=False),
        sa.Column("not_owed", sa.BigInteger(), nullable=False),
        sa.Column("price_points", sa.BigInteger(), nullable=False),
        sa.Column("goods_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "handed_out >= 0 AND brought_back >= 0 AND not_owed >= 0",
            name=op.f("ck_settlement_line_quantities"),
        ),
        sa.ForeignKeyConstraint(
            ["good_id"], ["good.id"], name=op.f("fk_settlement_line_good_id_good")
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["settlement.id"],
            name=op.f("fk_settlement_line_settlement_id_settlement"),
        ),
        sa.PrimaryKeyConstraint("settlement_id", "line", name=op.f("pk_settlement_line")),
    )
    op.create_index(
        op.f("ix_settlement_line_good_id"), "settlement_line", ["good_id"], unique=False
    )
    op.create_table(
        "settlement_reversal",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=False),
        sa.Column(
            "undone",
            sa.Enum(
                "approval", "payment", name="undone", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("undone_event_id", sa.Uuid(), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=False),
        sa.Column("done_at", Instant(), nullable=False),
        sa.Column("voucher", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("reversed_by", sa.Uuid(), nullable=False),
        sa.Column("reversed_at", Instant(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_settlement_reversal_reason")),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["settlement.id"],
            name=op.f("fk_settlement_reversal_settlement_id_settlement"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_settlement_reversal")),
        sa.UniqueConstraint("undone_event_id", name=op.f("uq_settlement_reversal_undone_event_id")),
    )
    op.create_index(
        op.f("ix_settlement_reversal_settlement_id"),
        "settlement_reversal",
        ["settlement_id"],
        unique=False,
    )
    create_statement_triggers(op.get_bind())


def change_refunds() -> None:
    """Say of each refund why points went back, and which statement may take it in."""
    op.execute("ALTER TABLE refund ADD COLUMN log_place BIGINT DEFAULT 0 NOT NULL")
    op.execute(
        "ALTER TABLE refund ADD COLUMN cause VARCHAR(7) DEFAULT 'return' NOT NULL"
        " CONSTRAINT ck_refund_cause CHECK (cause IN ('return', 'shop', 'village'))"
    )
    op.create_index(op.f("ix_refund_log_place"), "refund", ["log_place"])
    op.execute(
        "UPDATE refund SET cause = 'shop' WHERE NOT EXISTS (SELECT 1 FROM stock_movement"
        " WHERE kind = 'refund' AND record_id = refund.id)"
    )
    op.execute(
        "UPDATE refund SET cause = 'village' WHERE EXISTS (SELECT 1 FROM event"
        " WHERE id = refund.event_id AND kind = 'loss')"
    )
    op.execute("UPDATE refund SET log_place = receipt WHERE receipt IS NOT NULL")
    # Only cash moved, and nothing was settled yet: the first statement takes it in.
    op.execute(
        "UPDATE refund SET log_place = (SELECT receipt FROM redemption"
        " WHERE redemption.id = refund.redemption_id) WHERE receipt IS NULL"
    )


def downgrade() -> None:
    drop_statement_triggers(op.get_bind())
    op.drop_table("settlement_reversal")
    op.drop_table("settlement_line")
    op.drop_table("settlement")
    op.drop_table("shop_agreement")
    op.drop_index(op.f("ix_refund_log_place"), table_name="refund")
    op.execute("ALTER TABLE refund DROP COLUMN cause")
    op.execute("ALTER TABLE refund DROP COLUMN log_place")
