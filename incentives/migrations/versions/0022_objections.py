"""Objections: nobody rules on their own, and the claim that comes of a missing award."""

import sqlalchemy as sa
from alembic import op

revision = "0022_objections"
down_revision = "0020_counter"

CHECKS = {
    "ck_objection_ruled_by_another": "ruled_by IS NULL OR ruled_by <> made_by",
    "ck_objection_granted_where_missing": (
        "granted_award_id IS NULL OR (missing_resident_id IS NOT NULL AND status = 'upheld')"
    ),
}
KEY = "fk_objection_granted_award_id_award"
INDEX = "ix_objection_granted_award_id"


def upgrade() -> None:
    with op.batch_alter_table("objection") as table:
        table.add_column(sa.Column("granted_award_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(op.f(KEY), "award", ["granted_award_id"], ["id"])
        for name, rule in CHECKS.items():
            table.create_check_constraint(op.f(name), rule)
    op.create_index(op.f(INDEX), "objection", ["granted_award_id"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), table_name="objection")
    with op.batch_alter_table("objection") as table:
        for name in CHECKS:
            table.drop_constraint(op.f(name), type_="check")
        table.drop_constraint(op.f(KEY), type_="foreignkey")
        table.drop_column("granted_award_id")
