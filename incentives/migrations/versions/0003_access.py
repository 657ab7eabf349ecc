"""Users, their roles and tokens, wrong sign-ins, and the audit trail with its triggers."""

import sqlalchemy as sa
from alembic import op

from incentives.access.triggers import create_triggers, drop_triggers
from incentives.database import Instant

revision = "0003_access"
down_revision = "0002_register"


def upgrade() -> None:
    create_user()
    create_token()
    create_sign_in_failure()
    create_audit_row()
    create_triggers(op.get_bind())


def create_user() -> None:
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("session_number", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("deactivated_at", Instant(), nullable=True),
        sa.CheckConstraint("language IN ('zh-CN', 'bo', 'en')", name=op.f("ck_user_language")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_user_named")),
        sa.CheckConstraint("length(username) BETWEEN 2 AND 40", name=op.f("ck_user_username")),
        sa.CheckConstraint("session_number > 0", name=op.f("ck_user_session_number")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_user_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("username", name=op.f("uq_user_username")),
    )
    op.create_index(op.f("ix_user_resident_id"), "user", ["resident_id"], unique=False)
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "overseer",
                "cadre",
                "reviewer",
                "treasurer",
                "supervisor",
                "shopkeeper",
                "responder",
                name="role",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("division", sa.String(length=15), nullable=False),
        sa.ForeignKeyConstraint(
            ["division"], ["division.code"], name=op.f("fk_user_role_division_division")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_role_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "role", "division", name=op.f("pk_user_role")),
    )
    op.create_index(op.f("ix_user_role_division"), "user_role", ["division"], unique=False)


def create_token() -> None:
    op.create_table(
        "token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "sign_in",
                "page",
                "session",
                name="kind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("session", sa.String(length=32), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("village", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "(user_id IS NULL) = (household_id IS NOT NULL)", name=op.f("ck_token_one_holder")
        ),
        sa.CheckConstraint(
            "(household_id IS NULL) = (village IS NULL)", name=op.f("ck_token_holder_has_village")
        ),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_token_expires_after_made")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_token_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_token_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_token_user_id_user")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_token_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_token_digest")),
    )
    op.create_index(op.f("ix_token_expires_at"), "token", ["expires_at"], unique=False)
    op.create_index(op.f("ix_token_household_id"), "token", ["household_id"], unique=False)
    op.create_index(op.f("ix_token_person"), "token", ["person"], unique=False)
    op.create_index(op.f("ix_token_session"), "token", ["session"], unique=False)
    op.create_index(op.f("ix_token_user_id"), "token", ["user_id"], unique=False)


def create_sign_in_failure() -> None:
    op.create_table(
        "sign_in_failure",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("in_a_row", sa.BigInteger(), nullable=False),
        sa.Column("failed_at", Instant(), nullable=False),
        sa.Column("locked_until_at", Instant(), nullable=True),
        sa.CheckConstraint("in_a_row >= 0", name=op.f("ck_sign_in_failure_count_not_negative")),
        sa.PrimaryKeyConstraint("who", "address", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(
        op.f("ix_sign_in_failure_failed_at"), "sign_in_failure", ["failed_at"], unique=False
    )


def create_audit_row() -> None:
    op.create_table(
        "audit_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=15), nullable=True),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("length(tag) > 0", name=op.f("ck_audit_row_tag")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_audit_row_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_row")),
    )
    op.create_index(op.f("ix_audit_row_person"), "audit_row", ["person"], unique=False)
    op.create_index(op.f("ix_audit_row_subject"), "audit_row", ["subject"], unique=False)
    op.create_index("ix_audit_row_village_id", "audit_row", ["village", "id"], unique=False)


def downgrade() -> None:
    drop_triggers(op.get_bind())
    op.drop_index("ix_audit_row_village_id", table_name="audit_row")
    op.drop_index(op.f("ix_audit_row_subject"), table_name="audit_row")
    op.drop_index(op.f("ix_audit_row_person"), table_name="audit_row")
    op.drop_table("audit_row")
    op.drop_index(op.f("ix_sign_in_failure_failed_at"), table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    for column in ("user_id", "session", "person", "household_id", "expires_at"):
        op.drop_index(op.f(f"ix_token_{column}"), table_name="token")
    op.drop_table("token")
    op.drop_index(op.f("ix_user_role_division"), table_name="user_role")
    op.drop_table("user_role")
    op.drop_index(op.f("ix_user_resident_id"), table_name="user")
    op.drop_table("user")
