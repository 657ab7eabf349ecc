"""Calls: whether a report was found true, why it earned nothing, and what keeps their record."""

import sqlalchemy as sa
from alembic import op

from incentives.calls.triggers import create_triggers, drop_triggers

revision = "0030_calls_found_true"
down_revision = "0029_sign_ins"

CHECKS = {
    "ck_call_unawarded": (
        "unawarded IN"
        " ('not_signed_in', 'cap_exceeded', 'no_rule_in_force', 'not_covered', 'invalid')"
    ),
    "ck_call_verified": "(status IN ('resolved', 'answered')) = (verified IS NOT NULL)",
    "ck_call_award_or_why_not": "award_id IS NULL OR unawarded IS NULL",
}


def upgrade() -> None:
    with op.batch_alter_table("call") as batch:
        batch.add_column(sa.Column("verified", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("unawarded", sa.String(length=16), nullable=True))
    # What was put right before anyone asked was taken for true.
    call = sa.table("call", sa.column("status", sa.String()), sa.column("verified", sa.Boolean()))
    op.execute(
        sa.update(call).where(call.c.status.in_(["resolved", "answered"])).values(verified=True)
    )
    with op.batch_alter_table("call") as batch:
        for name, rule in CHECKS.items():
            batch.create_check_constraint(op.f(name), rule)
    create_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())
    with op.batch_alter_table("call") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(name), type_="check")
        batch.drop_column("unawarded")
        batch.drop_column("verified")
