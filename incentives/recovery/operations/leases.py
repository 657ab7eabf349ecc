"""Ending what terminals hold back, once the books have caught up with their seals."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from incentives.clock import village_day
from incentives.extensions import db
from incentives.ledger import Draft, Kind, positions, post, take
from incentives.ledger.models import Allowance
from incentives.recovery import hooks
from incentives.recovery.hooks import Lost
from incentives.recovery.models import LostKind


def end_leases(villages: Sequence[str], *, now: datetime) -> list[tuple[str, Lost]]:
    """End every terminal's lease in these villages, under `hold`; what each held back, by village.

    What its households owe is paid from that, as whenever an allowance ends: these are the only
    events that catching up adds to the sealed ones.
    """
    here = Allowance.village.in_(villages)
    rows = db.session.execute(
        select(Allowance.village, Allowance.lease, func.count(), func.sum(Allowance.points))
        .where(here)
        .group_by(Allowance.village, Allowance.lease)
    ).all()
    freed: dict[str, list[str]] = {}
    for village, code in db.session.execute(
        select(Allowance.village, Allowance.account_code).where(here).distinct()
    ):
        freed.setdefault(village, []).append(code.removeprefix("h."))
    db.session.execute(delete(Allowance).where(here).execution_options(synchronize_session=False))
    for end_all in hooks.lease_enders:
        end_all(now)
    pay_debts(freed, now=now)
    return [
        (
            village,
            Lost(
                LostKind.LEASE,
                {"lease": str(lease), "households": households, "points": int(points)},
            ),
        )
        for village, lease, households, points in sorted(rows)
    ]


def pay_debts(households: dict[str, list[str]], *, now: datetime) -> None:
    """Pay what households (by village) owe from what they may spend now."""
    drafts = [
        Draft(
            village=village,
            kind=Kind.DEBT_PAYMENT,
            occurred_on=village_day(now),
            legs=[take(code, f"debt.{code}", min(found.spendable, found.debt))],
        )
        for village, codes in sorted(households.items())
        for code, found in positions(village, sorted(codes)).items()
        if found.debt and found.spendable
    ]
    if drafts:
        post(drafts, actor=None, now=now)
