"""Claims: when an award was closed, one claim an act, and a trigger that wants a no's reason."""

import sqlalchemy as sa
from alembic import op

from incentives.awards.triggers import ANSWER_GUARDS, CLOSED_STATE
from incentives.database import Instant
from incentives.triggers import create_guards, drop_guards

revision = "0015_claims"
down_revision = "0014_rulebooks"

STANDING = "claimed AND status NOT IN ('rejected', 'withdrawn', 'reversed')"
ONCE = {"resident": STANDING, "household": f"resident_id IS NULL AND {STANDING}"}


def upgrade() -> None:
    op.add_column("award", sa.Column("closed_at", Instant(), nullable=True))
    # The trail knows when: each rejection and withdrawal left its row there.
    op.execute(
        "UPDATE award SET closed_at = (SELECT max(at) FROM audit_row WHERE subject = award.id"
        " AND tag IN ('award_rejected', 'award_withdrawn'))"
        " WHERE status IN ('rejected', 'withdrawn')"
    )
    for holder, where in ONCE.items():
        op.create_index(
            f"uq_award_claim_of_{holder}",
            "award",
            [f"{holder}_id", "rule_code", "occurred_on"],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    create_guards(op.get_bind(), ANSWER_GUARDS, CLOSED_STATE)


def downgrade() -> None:
    drop_guards(op.get_bind(), ANSWER_GUARDS)
    for holder in ONCE:
        op.drop_index(f"uq_award_claim_of_{holder}", table_name="award")
    op.drop_column("award", "closed_at")
