"""Tables of fund."""

revision = "0007_fund"
down_revision = "0006_awards"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
