"""Tables of notices."""

revision = "0009_notices"
down_revision = "0008_shop"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
