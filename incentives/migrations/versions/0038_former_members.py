"""Since when somebody is in a team, who was in it before, and when it ended; sign-ins at the desk.

Who is in a team at the upgrade counts as in it since it was made.
"""

import sqlalchemy as sa
from alembic import op

from incentives.clock import beginning, village_day
from incentives.database import Instant

revision = "0038_former_members"
down_revision = "0037_fund_papers"

TABLE = "former_member"
TEAMS = sa.table(
    "team",
    sa.column("id", sa.Uuid()),
    sa.column("disbanded_on", sa.Date()),
    sa.column("disbanded_at", Instant()),
)


def upgrade() -> None:
    op.add_column("team", sa.Column("disbanded_at", Instant(), nullable=True))
    ended = sa.select(TEAMS.c.id, TEAMS.c.disbanded_on).where(TEAMS.c.disbanded_on.is_not(None))
    for team_id, day in op.get_bind().execute(ended).all():
        at = {"disbanded_at": beginning(day)}
        op.execute(TEAMS.update().where(TEAMS.c.id == team_id).values(at))
    op.drop_column("team", "disbanded_on")
    op.add_column("team_member", sa.Column("since", Instant(), nullable=True))
    op.execute(
        "UPDATE team_member SET since ="
        " (SELECT entered_at FROM team WHERE team.id = team_member.team_id)"
    )
    with op.batch_alter_table("team_member") as table:
        table.alter_column("since", existing_type=Instant(), nullable=False)
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("led", sa.Boolean(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.CheckConstraint("until >= since", name=op.f("ck_former_member_not_backwards")),
        sa.ForeignKeyConstraint(
            ["village", "team_id"],
            ["team.village", "team.id"],
            name=op.f("fk_former_member_village_team_id_team"),
        ),
        sa.ForeignKeyConstraint(
            ["village", "resident_id"],
            ["resident.village", "resident.id"],
            name=op.f("fk_former_member_village_resident_id_resident"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_member")),
    )
    for column in ("team_id", "resident_id"):
        op.create_index(op.f(f"ix_former_member_{column}"), TABLE, [column])
    op.add_column(
        "patrol_scan",
        sa.Column("at_desk", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("patrol_scan", "at_desk")
    op.drop_table(TABLE)
    op.drop_column("team_member", "since")
    op.add_column("team", sa.Column("disbanded_on", sa.Date(), nullable=True))
    ended = sa.select(TEAMS.c.id, TEAMS.c.disbanded_at).where(TEAMS.c.disbanded_at.is_not(None))
    for team_id, at in op.get_bind().execute(ended).all():
        day = {"disbanded_on": village_day(at)}
        op.execute(TEAMS.update().where(TEAMS.c.id == team_id).values(day))
    op.drop_column("team", "disbanded_at")
