"""Tables of ledger."""

revision = "0001_ledger"
down_revision = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
