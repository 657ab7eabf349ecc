"""Clearings: announced when a period ends, carried out once its grace is over."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0011_clearing"
down_revision = "0010_notice_numbers"


def upgrade() -> None:
    op.create_table(
        "clearing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("period_ends_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("announced_at", Instant(), nullable=False),
        sa.Column("cleared_at", Instant(), nullable=True),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "cleared_at IS NOT NULL OR points = 0", name=op.f("ck_clearing_cleared_has_time")
        ),
        sa.CheckConstraint("due_on >= period_ends_on", name=op.f("ck_clearing_due_after_period")),
        sa.CheckConstraint(
            "households >= 0 AND points >= households", name=op.f("ck_clearing_figures")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_clearing_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearing")),
        sa.UniqueConstraint(
            "village", "period_ends_on", name=op.f("uq_clearing_village_period_ends_on")
        ),
    )


def downgrade() -> None:
    op.drop_table("clearing")
