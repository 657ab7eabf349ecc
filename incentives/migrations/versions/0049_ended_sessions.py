"""Sessions that were signed out, so that their cookies serve no more."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0049_ended_sessions"
down_revision = "0048_struck_reasons_erased"


def upgrade() -> None:
    op.create_table(
        "ended_session",
        sa.Column("session", sa.String(length=32), nullable=False),
        sa.Column("until_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_ended_session")),
    )
    op.create_index(op.f("ix_ended_session_until_at"), "ended_session", ["until_at"])


def downgrade() -> None:
    op.drop_table("ended_session")
