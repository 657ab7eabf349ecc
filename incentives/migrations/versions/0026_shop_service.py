"""Since when a shop serves a village, and until when; no sale to a village that it left."""

import sqlalchemy as sa
from alembic import op

from incentives.database import Instant
from incentives.shop.service_triggers import create_triggers, drop_triggers

revision = "0026_shop_service"
down_revision = "0025_patrols"

ENDS = "ck_shop_service_ends_after_it_began"


def upgrade() -> None:
    with op.batch_alter_table("shop_service") as batch:
        batch.add_column(sa.Column("began_at", Instant(), nullable=True))
        batch.add_column(sa.Column("ended_at", Instant(), nullable=True))
        batch.create_check_constraint(op.f(ENDS), "ended_at >= began_at")
    # Until now a shop's villages were all named when it was opened.
    op.execute(
        "UPDATE shop_service SET began_at ="
        " (SELECT opened_at FROM shop WHERE shop.id = shop_service.shop_id)"
    )
    with op.batch_alter_table("shop_service") as batch:
        batch.alter_column("began_at", existing_type=Instant(), nullable=False)
    create_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())
    with op.batch_alter_table("shop_service") as batch:
        batch.drop_constraint(op.f(ENDS), type_="check")
        batch.drop_column("ended_at")
        batch.drop_column("began_at")
