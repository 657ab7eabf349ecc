"""Services and seasons, prices' history, what stock is worth, purchases and vouchers."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant, new_id

revision = "0017_stock"
down_revision = "0016_fund_in_full"

KINDS = ("in", "count", "spoiled", "return", "redemption", "refund", "reversal")
CATEGORIES = ("grain", "oil", "daily", "home", "farm", "school", "service", "other")
GOOD_COLUMNS: dict[str, Any] = {
    "photo_id": sa.Uuid(),
    "low_at": sa.BigInteger(),
    "season_from": sa.Date(),
    "season_until": sa.Date(),
    "voucher_days": sa.BigInteger(),
    "month_limit": sa.BigInteger(),
}
GOOD_CHECKS = {
    "category": f"category IN {CATEGORIES}",
    "low_not_negative": "low_at >= 0",
    "season_in_order": "season_from <= season_until",
    "voucher_days": "voucher_days BETWEEN 1 AND 366",
    "limit_of_service": "month_limit IS NULL OR (month_limit > 0 AND voucher_days IS NOT NULL)",
}
MOVEMENT_COLUMNS: dict[str, Any] = {
    "supplier": sa.String(length=60),
    "voucher_file_id": sa.Uuid(),
    "counted_by": sa.String(length=60),
    "differences": sa.BigInteger(),
}
MOVEMENT_CHECKS = {
    "count_is_whole": "(kind = 'count') = (counted_by IS NOT NULL)"
    " AND (kind = 'count') = (differences IS NOT NULL)",
    "differences_not_negative": "differences >= 0",
    "loss_has_reason": "(kind <> 'spoiled' AND (differences IS NULL OR differences = 0))"
    " OR note IS NOT NULL",
}


def upgrade() -> None:
    change_goods()
    change_movements()
    op.add_column(
        "stock_movement_line",
        sa.Column("revalued_fen", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column(
        "redemption_line",
        sa.Column("service", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    make_prices()
    make_purchases()
    make_vouchers()
    value_shelves()


def change_goods() -> None:
    """Seasons, photos, services; a category is one of the fixed list."""
    op.execute(f"UPDATE good SET category = 'other' WHERE category NOT IN {CATEGORIES}")  # noqa: S608 -- our own constants
    with op.batch_alter_table("good") as table:
        for name, kind in GOOD_COLUMNS.items():
            table.add_column(sa.Column(name, kind, nullable=True))
        table.alter_column("category", existing_type=sa.String(20), type_=sa.String(7))
        for name, rule in GOOD_CHECKS.items():
            table.create_check_constraint(op.f(f"ck_good_{name}"), rule)
        table.create_foreign_key(op.f("fk_good_photo_id_file"), "file", ["photo_id"], ["id"])


def change_movements() -> None:
    """Supplier, voucher's picture, who counted; a loss has its reason."""
    with op.batch_alter_table("stock_movement") as table:
        for name, kind in MOVEMENT_COLUMNS.items():
            table.add_column(sa.Column(name, kind, nullable=True))
    op.execute(
        "UPDATE stock_movement SET counted_by = '-', differences ="
        " (SELECT count(*) FROM stock_movement_line"
        "  WHERE movement_id = stock_movement.id AND quantity <> 0)"
        " WHERE kind = 'count'"
    )
    op.execute(
        "UPDATE stock_movement SET note = '-'"
        " WHERE note IS NULL AND (kind = 'spoiled' OR differences > 0)"
    )
    with op.batch_alter_table("stock_movement") as table:
        table.drop_constraint(op.f("ck_stock_movement_kind"), type_="check")
        table.create_check_constraint(
            op.f("ck_stock_movement_kind"), f"kind IN {(*KINDS, 'revalued')}"
        )
        for name, rule in MOVEMENT_CHECKS.items():
            table.create_check_constraint(op.f(f"ck_stock_movement_{name}"), rule)
        table.create_foreign_key(
            op.f("fk_stock_movement_voucher_file_id_file"), "file", ["voucher_file_id"], ["id"]
        )


def make_prices() -> None:
    """The history of prices."""
    op.create_table(
        "good_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("good_id", sa.Uuid(), nullable=False),
        sa.Column("price_points", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("movement_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("price_points > 0", name=op.f("ck_good_price_price_positive")),
        sa.CheckConstraint("cost_fen >= 0", name=op.f("ck_good_price_cost_not_negative")),
        sa.ForeignKeyConstraint(["good_id"], ["good.id"], name=op.f("fk_good_price_good_id_good")),
        sa.ForeignKeyConstraint(
            ["movement_id"],
            ["stock_movement.id"],
            name=op.f("fk_good_price_movement_id_stock_movement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_good_price")),
    )
    op.create_index(op.f("ix_good_price_good_id"), "good_price", ["good_id"])


def make_purchases() -> None:
    """Which disbursement bought which goods."""
    op.create_table(
        "purchase",
        sa.Column("disbursement_id", sa.Uuid(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("linked_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "linked_fen BETWEEN 0 AND paid_fen", name=op.f("ck_purchase_within_payment")
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["disbursement.id"],
            name=op.f("fk_purchase_disbursement_id_disbursement"),
        ),
        sa.PrimaryKeyConstraint("disbursement_id", name=op.f("pk_purchase")),
    )
    op.create_table(
        "purchase_link",
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("disbursement_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("linked_by", sa.Uuid(), nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_purchase_link_amount_positive")),
        sa.ForeignKeyConstraint(
            ["movement_id"],
            ["stock_movement.id"],
            name=op.f("fk_purchase_link_movement_id_stock_movement"),
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["purchase.disbursement_id"],
            name=op.f("fk_purchase_link_disbursement_id_purchase"),
        ),
        sa.PrimaryKeyConstraint("movement_id", name=op.f("pk_purchase_link")),
    )
    op.create_index(op.f("ix_purchase_link_disbursement_id"), "purchase_link", ["disbursement_id"])


def make_vouchers() -> None:
    """Services paid for and not given yet."""
    references = (
        ("village", "division", "code"),
        ("shop_id", "shop", "id"),
        ("redemption_id", "redemption", "id"),
        ("line_id", "redemption_line", "id"),
        ("good_id", "good", "id"),
        ("household_id", "household", "id"),
    )
    op.create_table(
        "voucher",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name, _table, _key in references[1:]),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "issued",
                "served",
                "refunded",
                "expired",
                name="status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("length(number) = 12", name=op.f("ck_voucher_number_whole")),
        sa.CheckConstraint("valid_until >= issued_on", name=op.f("ck_voucher_valid_after_issue")),
        sa.CheckConstraint(
            "(status = 'issued') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)",
            name=op.f("ck_voucher_ending_is_whole"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.{key}"], name=op.f(f"fk_voucher_{column}_{table}")
            )
            for column, table, key in references
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("number", name=op.f("uq_voucher_number")),
    )
    op.create_index("ix_voucher_status_valid_until", "voucher", ["status", "valid_until"])
    op.create_index("ix_voucher_good_id_issued_on", "voucher", ["good_id", "issued_on"])
    for column in ("village", "shop_id", "redemption_id", "line_id", "household_id"):
        op.create_index(op.f(f"ix_voucher_{column}"), "voucher", [column])


def value_shelves() -> None:
    """Begin each good's history of prices, and make its lines add up to what the shelf is worth.

    The cost of a good may have changed since goods came in: the last line takes the difference.
    """
    connection = op.get_bind()
    line = sa.table(
        "stock_movement_line",
        sa.column("movement_id", sa.Uuid()),
        sa.column("good_id", sa.Uuid()),
        sa.column("quantity"),
        sa.column("unit_cost_fen"),
        sa.column("revalued_fen"),
    )
    good = sa.table(
        "good",
        sa.column("id", sa.Uuid()),
        sa.column("price_points"),
        sa.column("cost_fen"),
        sa.column("added_at", Instant()),
    )
    stock = sa.table("stock", sa.column("good_id", sa.Uuid()), sa.column("quantity"))
    price = sa.table(
        "good_price",
        *(sa.column(name, sa.Uuid()) for name in ("id", "good_id")),
        *(sa.column(name) for name in ("price_points", "cost_fen")),
        sa.column("holds_from", sa.Date()),
        sa.column("set_at", Instant()),
    )
    moved = sa.func.sum(line.c.quantity * line.c.unit_cost_fen)
    sums = dict(connection.execute(sa.select(line.c.good_id, moved).group_by(line.c.good_id)).all())
    rows = connection.execute(
        sa.select(good, stock.c.quantity).join_from(good, stock, stock.c.good_id == good.c.id)
    ).all()
    for row in rows:
        connection.execute(
            price.insert().values(
                id=new_id(),
                good_id=row.id,
                price_points=row.price_points,
                cost_fen=row.cost_fen,
                holds_from=(row.added_at + timedelta(hours=8)).date(),
                set_at=row.added_at,
            )
        )
        difference = row.quantity * row.cost_fen - int(sums.get(row.id) or 0)
        last = (
            sa.select(line.c.movement_id)
            .where(line.c.good_id == row.id)
            .order_by(line.c.movement_id.desc())
            .limit(1)
        )
        if difference and (movement := connection.scalar(last)) is not None:
            connection.execute(
                line.update()
                .where(line.c.good_id == row.id, line.c.movement_id == movement)
                .values(revalued_fen=difference)
            )


def downgrade() -> None:
    op.drop_table("voucher")
    op.drop_table("purchase_link")
    op.drop_table("purchase")
    op.drop_table("good_price")
    op.drop_column("redemption_line", "service")
    op.drop_column("stock_movement_line", "revalued_fen")
    op.execute(
        "DELETE FROM stock_movement_line WHERE movement_id IN"
        " (SELECT id FROM stock_movement WHERE kind = 'revalued')"
    )
    op.execute("DELETE FROM stock_movement WHERE kind = 'revalued'")
    with op.batch_alter_table("stock_movement") as table:
        table.drop_constraint(op.f("fk_stock_movement_voucher_file_id_file"), type_="foreignkey")
        table.drop_constraint(op.f("ck_stock_movement_kind"), type_="check")
        for name in MOVEMENT_CHECKS:
            table.drop_constraint(op.f(f"ck_stock_movement_{name}"), type_="check")
        table.create_check_constraint(op.f("ck_stock_movement_kind"), f"kind IN {KINDS}")
        for name in MOVEMENT_COLUMNS:
            table.drop_column(name)
    with op.batch_alter_table("good") as table:
        table.drop_constraint(op.f("fk_good_photo_id_file"), type_="foreignkey")
        for name in GOOD_CHECKS:
            table.drop_constraint(op.f(f"ck_good_{name}"), type_="check")
        table.alter_column("category", existing_type=sa.String(7), type_=sa.String(20))
        for name in GOOD_COLUMNS:
            table.drop_column(name)
