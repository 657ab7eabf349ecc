"""Tables of awards."""

revision = "0006_awards"
down_revision = "0005_cards"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
