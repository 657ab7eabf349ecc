"""Tables of files."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0004_files"
down_revision = "0003_access"


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "jpeg", "png", "webp", "pdf", name="kind", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_file_sha256")),
        sa.CheckConstraint("size > 0", name=op.f("ck_file_size")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_file_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("name", name=op.f("uq_file_name")),
    )
    op.create_index(op.f("ix_file_village"), "file", ["village"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_file_village"), table_name="file")
    op.drop_table("file")
