"""Tables of access."""

revision = "0003_access"
down_revision = "0002_register"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
