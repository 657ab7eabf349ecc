"""The micro-fund: income, moves of money, budgets, disbursements, returns."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0007_fund"
down_revision = "0006_awards"


def upgrade() -> None:
    op.create_table(
        "budget",
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("resolution", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_budget_amount")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name=op.f("ck_budget_year")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_budget_village_division")
        ),
        sa.PrimaryKeyConstraint("village", "year", "purpose", name=op.f("pk_budget")),
    )
    op.create_table(
        "income",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "donation",
                "collective",
                "subsidy",
                "interest",
                name="source",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("voucher", sa.String(length=40), nullable=False),
        sa.Column(
            "method",
            sa.Enum("cash", "bank", name="method", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("giver", sa.String(length=60), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("reversed_event_id", sa.Uuid(), nullable=True),
        sa.Column("reversed_reason", sa.String(length=300), nullable=True),
        sa.Column("reversed_by", sa.Uuid(), nullable=True),
        sa.Column("reversed_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(reversed_event_id IS NULL) = (reversed_by IS NULL)"
            " AND (reversed_event_id IS NULL) = (reversed_at IS NULL)"
            " AND (reversed_event_id IS NULL) = (reversed_reason IS NULL)",
            name=op.f("ck_income_reversal_is_whole"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_income_amount")),
        sa.CheckConstraint("length(voucher) > 0", name=op.f("ck_income_voucher")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_income_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_income")),
        sa.UniqueConstraint("event_id", name=op.f("uq_income_event_id")),
    )
    op.create_index(op.f("ix_income_village"), "income", ["village"], unique=False)
    op.create_table(
        "money_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column(
            "from_place",
            sa.Enum(
                "cash",
                "bank",
                "difference",
                name="from_place",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_place",
            sa.Enum(
                "cash",
                "bank",
                "difference",
                name="to_place",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "(from_place <> 'difference' AND to_place <> 'difference') OR note IS NOT NULL",
            name=op.f("ck_money_move_difference_has_note"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_money_move_amount")),
        sa.CheckConstraint("from_place <> to_place", name=op.f("ck_money_move_two_places")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_money_move_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_move")),
        sa.UniqueConstraint("event_id", name=op.f("uq_money_move_event_id")),
    )
    op.create_index(op.f("ix_money_move_village"), "money_move", ["village"], unique=False)
    op.create_table(
        "disbursement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("payee_name", sa.String(length=60), nullable=True),
        sa.Column("payee_has_role", sa.Boolean(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "applied",
                "evaluated",
                "published",
                "approved",
                "paid",
                "received",
                "returned",
                "reversed",
                "rejected",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("publicity_days", sa.BigInteger(), nullable=False),
        sa.Column("second_approval_fen", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("concluded_at", Instant(), nullable=True),
        sa.Column("applied_by", sa.Uuid(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=False),
        sa.Column("evaluated_by", sa.Uuid(), nullable=True),
        sa.Column("evaluated_at", Instant(), nullable=True),
        sa.Column("evaluation_reason", sa.String(length=300), nullable=True),
        sa.Column("paid_by", sa.Uuid(), nullable=True),
        sa.Column("paid_at", Instant(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column(
            "method",
            sa.Enum("cash", "bank", name="method", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("voucher", sa.String(length=40), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("received_by", sa.Uuid(), nullable=True),
        sa.Column("received_at", Instant(), nullable=True),
        sa.Column("receipt_file_id", sa.Uuid(), nullable=True),
        sa.Column("returned_fen", sa.BigInteger(), nullable=False),
        sa.Column("reversed_event_id", sa.Uuid(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "(status = 'returned') = (returned_fen > 0)",
            name=op.f("ck_disbursement_returned_state"),
        ),
        sa.CheckConstraint(
            "(status = 'reversed') = (reversed_event_id IS NOT NULL)",
            name=op.f("ck_disbursement_reversed_state"),
        ),
        sa.CheckConstraint(
            "(status IN ('paid', 'received', 'returned', 'reversed')) = (event_id IS NOT NULL)",
            name=op.f("ck_disbursement_paid_has_event"),
        ),
        sa.CheckConstraint(
            "(status IN ('rejected', 'withdrawn', 'reversed')) = (ended_by IS NOT NULL)"
            " AND (ended_by IS NULL) = (ended_at IS NULL)"
            " AND (ended_by IS NULL) = (ended_reason IS NULL)",
            name=op.f("ck_disbursement_ended"),
        ),
        sa.CheckConstraint(
            "status <> 'published' OR notice_id IS NOT NULL", name=op.f("ck_disbursement_published")
        ),
        sa.CheckConstraint(
            "status IN ('applied', 'rejected', 'withdrawn') OR evaluated_by IS NOT NULL",
            name=op.f("ck_disbursement_evaluated"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN household_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN resident_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN team_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN payee_name IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_disbursement_one_payee"),
        ),
        sa.CheckConstraint(
            "(event_id IS NULL) = (paid_by IS NULL) AND (event_id IS NULL) = (paid_at IS NULL)"
            " AND (event_id IS NULL) = (paid_on IS NULL)"
            " AND (event_id IS NULL) = (method IS NULL)"
            " AND (event_id IS NULL) = (voucher IS NULL)",
            name=op.f("ck_disbursement_payment_is_whole"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_disbursement_amount")),
        sa.CheckConstraint(
            "evaluated_by <> applied_by", name=op.f("ck_disbursement_evaluator_is_another")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_disbursement_reason")),
        sa.CheckConstraint(
            "paid_by <> evaluated_by", name=op.f("ck_disbursement_payer_is_no_evaluator")
        ),
        sa.CheckConstraint(
            "returned_fen BETWEEN 0 AND amount_fen", name=op.f("ck_disbursement_returned")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_disbursement_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_file_id"], ["file.id"], name=op.f("fk_disbursement_receipt_file_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_disbursement_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_disbursement_team_id_team")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_disbursement_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursement")),
        sa.UniqueConstraint("event_id", name=op.f("uq_disbursement_event_id")),
    )
    op.create_index(
        op.f("ix_disbursement_household_id"), "disbursement", ["household_id"], unique=False
    )
    op.create_index(op.f("ix_disbursement_notice_id"), "disbursement", ["notice_id"], unique=False)
    op.create_index(
        op.f("ix_disbursement_resident_id"), "disbursement", ["resident_id"], unique=False
    )
    op.create_index(
        "ix_disbursement_village_status", "disbursement", ["village", "status"], unique=False
    )
    op.create_table(
        "disbursement_approval",
        sa.Column("disbursement_id", sa.Uuid(), nullable=False),
        sa.Column("approver", sa.Uuid(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "approve", "reject", name="decision", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("from_above", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "decision = 'approve' OR reason IS NOT NULL",
            name=op.f("ck_disbursement_approval_rejection_has_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["disbursement.id"],
            name=op.f("fk_disbursement_approval_disbursement_id_disbursement"),
        ),
        sa.PrimaryKeyConstraint(
            "disbursement_id", "approver", name=op.f("pk_disbursement_approval")
        ),
    )
    op.create_table(
        "disbursement_file",
        sa.Column("disbursement_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["disbursement.id"],
            name=op.f("fk_disbursement_file_disbursement_id_disbursement"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_disbursement_file_file_id_file")
        ),
        sa.PrimaryKeyConstraint("disbursement_id", "file_id", name=op.f("pk_disbursement_file")),
    )
    op.create_index(
        op.f("ix_disbursement_file_file_id"), "disbursement_file", ["file_id"], unique=False
    )
    op.create_table(
        "payment_return",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("disbursement_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "method",
            sa.Enum("cash", "bank", name="method", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_return_amount")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_payment_return_reason")),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["disbursement.id"],
            name=op.f("fk_payment_return_disbursement_id_disbursement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_return")),
        sa.UniqueConstraint("event_id", name=op.f("uq_payment_return_event_id")),
    )
    op.create_index(
        op.f("ix_payment_return_disbursement_id"),
        "payment_return",
        ["disbursement_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_return_disbursement_id"), table_name="payment_return")
    op.drop_table("payment_return")
    op.drop_index(op.f("ix_disbursement_file_file_id"), table_name="disbursement_file")
    op.drop_table("disbursement_file")
    op.drop_table("disbursement_approval")
    op.drop_index("ix_disbursement_village_status", table_name="disbursement")
    op.drop_index(op.f("ix_disbursement_resident_id"), table_name="disbursement")
    op.drop_index(op.f("ix_disbursement_notice_id"), table_name="disbursement")
    op.drop_index(op.f("ix_disbursement_household_id"), table_name="disbursement")
    op.drop_table("disbursement")
    op.drop_index(op.f("ix_money_move_village"), table_name="money_move")
    op.drop_table("money_move")
    op.drop_index(op.f("ix_income_village"), table_name="income")
    op.drop_table("income")
    op.drop_table("budget")
