"""Tables of the register."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant

revision = "0002_register"
down_revision = "0001_ledger"


def upgrade() -> None:
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=15), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "county",
                "township",
                "village",
                "grid",
                name="level",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("parent", sa.String(length=15), nullable=True),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "length(code) = CASE level WHEN 'county' THEN 6 WHEN 'township' THEN 9"
            " WHEN 'village' THEN 12 ELSE 15 END",
            name=op.f("ck_division_code_of_level"),
        ),
        sa.CheckConstraint(
            "opened_at IS NULL OR level = 'village'", name=op.f("ck_division_only_villages_open")
        ),
        sa.CheckConstraint(
            "parent IS NOT NULL OR level = 'county'", name=op.f("ck_division_parent")
        ),
        sa.CheckConstraint("length(name_zh) > 0", name=op.f("ck_division_named")),
        sa.CheckConstraint(
            "substr(code, 1, length(parent)) = parent", name=op.f("ck_division_code_extends_parent")
        ),
        sa.ForeignKeyConstraint(
            ["parent"], ["division.code"], name=op.f("fk_division_parent_division")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
    )
    op.create_index(op.f("ix_division_parent"), "division", ["parent"], unique=False)
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("account_code", sa.String(length=8), nullable=False),
        sa.Column("door", sa.String(length=40), nullable=False),
        sa.Column("grid", sa.String(length=15), nullable=True),
        sa.Column("hide_balance", sa.Boolean(), nullable=False),
        sa.Column("head_id", sa.Uuid(), nullable=True),
        sa.Column("departed_on", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.CheckConstraint("length(account_code) = 8", name=op.f("ck_household_account_code_of_8")),
        sa.CheckConstraint("length(door) > 0", name=op.f("ck_household_door")),
        sa.CheckConstraint("number > 0", name=op.f("ck_household_number")),
        sa.CheckConstraint(
            "substr(grid, 1, 12) = village", name=op.f("ck_household_grid_of_village")
        ),
        sa.ForeignKeyConstraint(
            ["grid"], ["division.code"], name=op.f("fk_household_grid_division")
        ),
        sa.ForeignKeyConstraint(
            ["id", "head_id"],
            ["resident.household_id", "resident.id"],
            name="fk_household_head_id_resident",
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_household_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint(
            "village", "account_code", name=op.f("uq_household_village_account_code")
        ),
        sa.UniqueConstraint("village", "id", name=op.f("uq_household_village_id")),
        sa.UniqueConstraint("village", "number", name=op.f("uq_household_village_number")),
    )
    op.create_index(op.f("ix_household_grid"), "household", ["grid"], unique=False)
    op.create_table(
        "policy_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("resolution", sa.String(length=200), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_policy_entry_named")),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_policy_entry_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_entry")),
    )
    op.create_index(
        "ix_policy_entry_village_effective_on",
        "policy_entry",
        ["village", "effective_on"],
        unique=False,
    )
    op.create_table(
        "household_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=False),
        sa.Column("looked_at", Instant(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_household_look_reason")),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_household_look_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_look")),
    )
    op.create_index(
        "ix_household_look_household_id_looked_on",
        "household_look",
        ["household_id", "looked_on"],
        unique=False,
    )
    op.create_table(
        "resident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("pinyin", sa.String(length=400), nullable=False),
        sa.Column("initials", sa.String(length=130), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("birth_year", sa.BigInteger(), nullable=True),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.CheckConstraint("birth_year BETWEEN 1900 AND 2200", name=op.f("ck_resident_birth_year")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_resident_named")),
        sa.ForeignKeyConstraint(
            ["village", "household_id"],
            ["household.village", "household.id"],
            name=op.f("fk_resident_village_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_resident_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        sa.UniqueConstraint("household_id", "id", name=op.f("uq_resident_household_id_id")),
        sa.UniqueConstraint("village", "id", name=op.f("uq_resident_village_id")),
    )
    # SQLite took this key with the table, before the other one existed; PostgreSQL can't.
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_household_head_id_resident",
            "household",
            "resident",
            ["id", "head_id"],
            ["household_id", "id"],
        )
    op.create_table(
        "team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=False),
        sa.Column("disbanded_on", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_team_named")),
        sa.ForeignKeyConstraint(
            ["village", "leader_id"],
            ["resident.village", "resident.id"],
            name=op.f("fk_team_village_leader_id_resident"),
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["division.code"], name=op.f("fk_team_village_division")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("village", "id", name=op.f("uq_team_village_id")),
        sa.UniqueConstraint("village", "name", name=op.f("uq_team_village_name")),
    )
    op.create_table(
        "team_member",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["village", "resident_id"],
            ["resident.village", "resident.id"],
            name=op.f("fk_team_member_village_resident_id_resident"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "team_id"],
            ["team.village", "team.id"],
            name=op.f("fk_team_member_village_team_id_team"),
        ),
        sa.PrimaryKeyConstraint("team_id", "resident_id", name=op.f("pk_team_member")),
    )
    op.create_index(
        op.f("ix_team_member_resident_id"), "team_member", ["resident_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_team_member_resident_id"), table_name="team_member")
    op.drop_table("team_member")
    op.drop_table("team")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_household_head_id_resident", "household", type_="foreignkey")
    else:
        op.execute("UPDATE household SET head_id = NULL")
    op.drop_table("resident")
    op.drop_index("ix_household_look_household_id_looked_on", table_name="household_look")
    op.drop_table("household_look")
    op.drop_index("ix_policy_entry_village_effective_on", table_name="policy_entry")
    op.drop_table("policy_entry")
    op.drop_index(op.f("ix_household_grid"), table_name="household")
    op.drop_table("household")
    op.drop_index(op.f("ix_division_parent"), table_name="division")
    op.drop_table("division")
