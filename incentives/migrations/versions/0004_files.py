"""Tables of files."""

revision = "0004_files"
down_revision = "0003_access"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
