"""Tables of cards."""

revision = "0005_cards"
down_revision = "0004_files"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
