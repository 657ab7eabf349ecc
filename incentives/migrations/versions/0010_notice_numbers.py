"""Notices are numbered by village and year."""

import sqlalchemy as sa
from alembic import op

revision = "0010_notice_numbers"
down_revision = "0009_notices"


def upgrade() -> None:
    with op.batch_alter_table("notice") as batch:
        batch.add_column(sa.Column("year", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("number_in_year", sa.BigInteger(), nullable=True))
    number_by_year()
    with op.batch_alter_table("notice") as batch:
        batch.alter_column("year", existing_type=sa.BigInteger(), nullable=False)
        batch.alter_column("number_in_year", existing_type=sa.BigInteger(), nullable=False)
        batch.drop_constraint(op.f("ck_notice_number_from_one"), type_="check")
        batch.create_check_constraint(
            op.f("ck_notice_number_from_one"), "number > 0 AND number_in_year > 0"
        )
        batch.create_unique_constraint(
            op.f("uq_notice_village_year_number_in_year"), ["village", "year", "number_in_year"]
        )


def number_by_year() -> None:
    """Number what is there in the order in which it was made."""
    notice = sa.table(
        "notice",
        sa.column("id", sa.Uuid()),
        sa.column("village", sa.String()),
        sa.column("number", sa.BigInteger()),
        sa.column("opened_on", sa.Date()),
        sa.column("year", sa.BigInteger()),
        sa.column("number_in_year", sa.BigInteger()),
    )
    connection = op.get_bind()
    counted: dict[tuple[str, int], int] = {}
    for row in connection.execute(
        sa.select(notice.c.id, notice.c.village, notice.c.opened_on).order_by(
            notice.c.village, notice.c.number
        )
    ).all():
        place = row.village, row.opened_on.year
        counted[place] = counted.get(place, 0) + 1
        connection.execute(
            sa.update(notice)
            .where(notice.c.id == row.id)
            .values(year=place[1], number_in_year=counted[place])
        )


def downgrade() -> None:
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("uq_notice_village_year_number_in_year"), type_="unique")
        batch.drop_constraint(op.f("ck_notice_number_from_one"), type_="check")
        batch.drop_column("number_in_year")
        batch.drop_column("year")
        batch.create_check_constraint(op.f("ck_notice_number_from_one"), "number > 0")
