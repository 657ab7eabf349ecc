"""Shops, goods, stock, redemptions and refunds."""

import sqlalchemy as sa
from alembic import op

revision = "0008_shop"
down_revision = "0007_fund"


def upgrade() -> None:
    op.create_table(
        "shop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=15), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "stock_owner",
            sa.Enum(
                "village",
                "shopkeeper",
                name="stock_owner",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("bad_signal", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["division"], ["division.code"], name=op.f("fk_shop_division_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
    )
    op.create_index(op.f("ix_shop_division"), "shop", ["division"], unique=False)
    op.create_table(
        "good",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(length=20), nullable=False),
        sa.Column("barcode", sa.String(length=14), nullable=True),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=True),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("price_points", sa.BigInteger(), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("household_cap", sa.BigInteger(), nullable=True),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cost_fen >= 0", name=op.f("ck_good_cost_not_negative")),
        sa.CheckConstraint("household_cap > 0", name=op.f("ck_good_cap_positive")),
        sa.CheckConstraint("price_points > 0", name=op.f("ck_good_price_positive")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_good_shop_id_shop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_good")),
        sa.UniqueConstraint("shop_id", "sku", name=op.f("uq_good_shop_id_sku")),
    )
    op.create_index(op.f("ix_good_barcode"), "good", ["barcode"], unique=False)
    op.create_table(
        "redemption",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("cash_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "shown_by",
            sa.Enum("code", "number", name="shown_by", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("pin_given", sa.Boolean(), nullable=False),
        sa.Column("fen_per_point", sa.BigInteger(), nullable=False),
        sa.Column("refund_days", sa.BigInteger(), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_on", sa.Date(), nullable=False),
        sa.Column("redeemed_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cash_fen >= 0", name=op.f("ck_redemption_cash_not_negative")),
        sa.CheckConstraint("points >= 1", name=op.f("ck_redemption_points_positive")),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_redemption_card_id_card")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_redemption_household_id_household")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_redemption_shop_id_shop")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_redemption_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption")),
    )
    op.create_index(
        op.f("ix_redemption_household_id"), "redemption", ["household_id"], unique=False
    )
    op.create_index(op.f("ix_redemption_redeemed_at"), "redemption", ["redeemed_at"], unique=False)
    op.create_index(op.f("ix_redemption_shop_id"), "redemption", ["shop_id"], unique=False)
    op.create_index(op.f("ix_redemption_village"), "redemption", ["village"], unique=False)
    op.create_table(
        "shop_service",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_shop_service_number_from_one")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_shop_service_shop_id_shop")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_shop_service_village_division")
        ),
        sa.PrimaryKeyConstraint("shop_id", "village", name=op.f("pk_shop_service")),
        sa.UniqueConstraint("village", "number", name=op.f("uq_shop_service_village_number")),
    )
    op.create_table(
        "stock_movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "in",
                "count",
                "spoiled",
                "return",
                "redemption",
                "refund",
                name="kind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "purchase",
                "donation",
                "shopkeeper",
                name="source",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("voucher", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'in') = (source IS NOT NULL)", name=op.f("ck_stock_movement_inflow_has_source")
        ),
        sa.CheckConstraint(
            "(kind IN ('redemption', 'refund')) = (record_id IS NOT NULL)",
            name=op.f("ck_stock_movement_sale_has_record"),
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_stock_movement_shop_id_shop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
        sa.UniqueConstraint("kind", "record_id", name=op.f("uq_stock_movement_kind_record_id")),
    )
    op.create_index(op.f("ix_stock_movement_shop_id"), "stock_movement", ["shop_id"], unique=False)
    op.create_table(
        "redemption_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("good_id", sa.Uuid(), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=True),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_points", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_redemption_line_quantity_positive")),
        sa.CheckConstraint(
            "refunded BETWEEN 0 AND quantity", name=op.f("ck_redemption_line_refunded_within")
        ),
        sa.ForeignKeyConstraint(
            ["good_id"], ["good.id"], name=op.f("fk_redemption_line_good_id_good")
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"],
            ["redemption.id"],
            name=op.f("fk_redemption_line_redemption_id_redemption"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption_line")),
        sa.UniqueConstraint(
            "redemption_id", "line", name=op.f("uq_redemption_line_redemption_id_line")
        ),
    )
    op.create_index(
        op.f("ix_redemption_line_good_id"), "redemption_line", ["good_id"], unique=False
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("receipt", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("cash_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refunded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(points = 0) = (event_id IS NULL)", name=op.f("ck_refund_points_have_event")
        ),
        sa.CheckConstraint("cash_fen >= 0", name=op.f("ck_refund_cash_not_negative")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_refund_points_not_negative")),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemption.id"], name=op.f("fk_refund_redemption_id_redemption")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
    )
    op.create_index(op.f("ix_refund_redemption_id"), "refund", ["redemption_id"], unique=False)
    op.create_table(
        "stock",
        sa.Column("good_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("count_due", sa.Boolean(), nullable=False),
        sa.CheckConstraint("quantity >= 0 OR count_due", name=op.f("ck_stock_not_below_zero")),
        sa.ForeignKeyConstraint(["good_id"], ["good.id"], name=op.f("fk_stock_good_id_good")),
        sa.PrimaryKeyConstraint("good_id", name=op.f("pk_stock")),
    )
    op.create_table(
        "stock_movement_line",
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("good_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("quantity_after", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "unit_cost_fen >= 0", name=op.f("ck_stock_movement_line_cost_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["good_id"], ["good.id"], name=op.f("fk_stock_movement_line_good_id_good")
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"],
            ["stock_movement.id"],
            name=op.f("fk_stock_movement_line_movement_id_stock_movement"),
        ),
        sa.PrimaryKeyConstraint("movement_id", "line", name=op.f("pk_stock_movement_line")),
    )
    op.create_index(
        op.f("ix_stock_movement_line_good_id"), "stock_movement_line", ["good_id"], unique=False
    )
    op.create_table(
        "refund_line",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_refund_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["redemption_line.id"], name=op.f("fk_refund_line_line_id_redemption_line")
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refund.id"], name=op.f("fk_refund_line_refund_id_refund")
        ),
        sa.PrimaryKeyConstraint("refund_id", "line_id", name=op.f("pk_refund_line")),
    )


def downgrade() -> None:

    op.drop_table("refund_line")
    op.drop_index(op.f("ix_stock_movement_line_good_id"), table_name="stock_movement_line")
    op.drop_table("stock_movement_line")
    op.drop_table("stock")
    op.drop_index(op.f("ix_refund_redemption_id"), table_name="refund")
    op.drop_table("refund")
    op.drop_index(op.f("ix_redemption_line_good_id"), table_name="redemption_line")
    op.drop_table("redemption_line")
    op.drop_index(op.f("ix_stock_movement_shop_id"), table_name="stock_movement")
    op.drop_table("stock_movement")
    op.drop_table("shop_service")
    op.drop_index(op.f("ix_redemption_village"), table_name="redemption")
    op.drop_index(op.f("ix_redemption_shop_id"), table_name="redemption")
    op.drop_index(op.f("ix_redemption_redeemed_at"), table_name="redemption")
    op.drop_index(op.f("ix_redemption_household_id"), table_name="redemption")
    op.drop_table("redemption")
    op.drop_index(op.f("ix_good_barcode"), table_name="good")
    op.drop_table("good")
    op.drop_index(op.f("ix_shop_division"), table_name="shop")
    op.drop_table("shop")
