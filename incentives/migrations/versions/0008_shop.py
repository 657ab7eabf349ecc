"""Tables of shop."""

revision = "0008_shop"
down_revision = "0007_fund"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
