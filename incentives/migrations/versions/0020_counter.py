"""Terminals with keys and tokens of their own, and the day's close."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant
from incentives.shop.counter_triggers import create_triggers, drop_triggers

revision = "0020_counter"
down_revision = "0019_cards"

KINDS = ("sign_in", "page", "session")
REFERENCES = {"terminal_id": "terminal", "closing_id": "closing"}
NOT_CLOSED = sa.text("closing_id IS NULL")
TERMINAL_NAMED = "(kind = 'terminal') = (terminal_id IS NOT NULL)"


def set_kinds(batch: object, *values: str) -> None:
    """Let a token be of these kinds."""
    listed = ", ".join(f"'{value}'" for value in values)
    name = op.f("ck_token_kind")
    batch.drop_constraint(name, type_="check")  # type: ignore[attr-defined]
    batch.alter_column("kind", type_=sa.String(max(map(len, values))), existing_nullable=False)  # type: ignore[attr-defined]
    batch.create_check_constraint(name, f"kind IN ({listed})")  # type: ignore[attr-defined]


def upgrade() -> None:
    op.create_table(
        "terminal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "suspended",
                "replaced",
                name="terminal_status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("keeper_id", sa.Uuid(), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("token_at", Instant(), nullable=True),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_terminal_named")),
        sa.CheckConstraint(
            "status <> 'suspended' OR reason IS NOT NULL",
            name=op.f("ck_terminal_stopped_has_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"], ["user.id"], name=op.f("fk_terminal_keeper_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["replaces"], ["terminal.id"], name=op.f("fk_terminal_replaces_terminal")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_terminal_shop_id_shop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal")),
        sa.UniqueConstraint("public_key", name=op.f("uq_terminal_public_key")),
        sa.UniqueConstraint("replaces", name=op.f("uq_terminal_replaces")),
    )
    op.create_index(op.f("ix_terminal_keeper_id"), "terminal", ["keeper_id"])
    op.create_index(op.f("ix_terminal_shop_id"), "terminal", ["shop_id"])
    op.create_table(
        "closing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in (
                "sales",
                "refunds",
                "points",
                "points_back",
                "cash_in_fen",
                "cash_back_fen",
                "cash_counted_fen",
            )
        ),
        sa.Column("explanation", sa.String(length=200), nullable=True),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "sales >= 0 AND refunds >= 0 AND points >= 0 AND points_back >= 0"
            " AND cash_in_fen >= 0 AND cash_back_fen >= 0 AND cash_counted_fen >= 0",
            name=op.f("ck_closing_nothing_below_zero"),
        ),
        sa.CheckConstraint(
            "cash_counted_fen = cash_in_fen - cash_back_fen OR length(trim(explanation)) > 0",
            name=op.f("ck_closing_difference_explained"),
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_closing_shop_id_shop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing")),
        sa.UniqueConstraint("shop_id", "closed_on", name=op.f("uq_closing_shop_id_closed_on")),
    )
    op.create_index(op.f("ix_closing_shop_id"), "closing", ["shop_id"])
    for table, column in (("redemption", "shop_id"), ("refund", "redemption_id")):
        add_references(table)
        op.create_index(
            f"ix_{table}_not_closed",
            table,
            [column],
            sqlite_where=NOT_CLOSED,
            postgresql_where=NOT_CLOSED,
        )
    with op.batch_alter_table("token") as batch:
        batch.add_column(sa.Column("terminal_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_token_terminal_id_terminal"), "terminal", ["terminal_id"], ["id"]
        )
        batch.create_index(op.f("ix_token_terminal_id"), ["terminal_id"])
        set_kinds(batch, *KINDS, "terminal")
        batch.create_check_constraint(op.f("ck_token_terminal_is_named"), TERMINAL_NAMED)
    create_triggers(op.get_bind())


def add_references(table: str) -> None:
    """The terminal that a sale or refund was made at, and the day's close that took it in.

    On SQLite in SQL of its own: Alembic would copy the table, and lose what triggers it has.
    """
    for column, other in REFERENCES.items():
        key = op.f(f"fk_{table}_{column}_{other}")
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"ALTER TABLE {table} ADD COLUMN {column} CHAR(32)"
                f" CONSTRAINT {key} REFERENCES {other} (id)"
            )
        else:
            op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
            op.create_foreign_key(key, table, other, [column], ["id"])
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    drop_triggers(op.get_bind())
    op.execute("DELETE FROM token WHERE kind = 'terminal'")
    with op.batch_alter_table("token") as batch:
        batch.drop_constraint(op.f("ck_token_terminal_is_named"), type_="check")
        set_kinds(batch, *KINDS)
        batch.drop_constraint(op.f("fk_token_terminal_id_terminal"), type_="foreignkey")
        batch.drop_index(op.f("ix_token_terminal_id"))
        batch.drop_column("terminal_id")
    for table in ("refund", "redemption"):
        op.drop_index(f"ix_{table}_not_closed", table_name=table)
        for column in REFERENCES:
            op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("closing")
    op.drop_table("terminal")
