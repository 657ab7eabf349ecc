"""Who is in a team when money is applied for it: of those from before, who is in it now."""

import sqlalchemy as sa
from alembic import op

from incentives.fund.paper_triggers import GUARDS_OF_MEMBERS
from incentives.fund.triggers import create_triggers, drop_triggers

revision = "0040_team_payees"
down_revision = "0039_signed_papers"


def upgrade() -> None:
    op.create_table(
        "disbursement_member",
        sa.Column("disbursement_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["disbursement_id"],
            ["disbursement.id"],
            name=op.f("fk_disbursement_member_disbursement_id_disbursement"),
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_disbursement_member_resident_id_resident"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_disbursement_member_household_id_household"),
        ),
        sa.PrimaryKeyConstraint(
            "disbursement_id", "resident_id", name=op.f("pk_disbursement_member")
        ),
    )
    op.create_index(
        op.f("ix_disbursement_member_household_id"),
        "disbursement_member",
        ["household_id"],
        unique=False,
    )
    op.execute(
        "INSERT INTO disbursement_member (disbursement_id, resident_id, household_id)"
        " SELECT d.id, r.id, r.household_id FROM disbursement d"
        " JOIN team_member m ON m.team_id = d.team_id JOIN resident r ON r.id = m.resident_id"
    )
    create_triggers(op.get_bind(), GUARDS_OF_MEMBERS)


def downgrade() -> None:
    drop_triggers(op.get_bind(), GUARDS_OF_MEMBERS)
    op.drop_index(op.f("ix_disbursement_member_household_id"), table_name="disbursement_member")
    op.drop_table("disbursement_member")
