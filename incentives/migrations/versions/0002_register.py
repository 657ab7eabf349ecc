"""Tables of register."""

revision = "0002_register"
down_revision = "0001_ledger"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
