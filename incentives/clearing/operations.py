"""What the clock does: announce a period's end, clear what is left once its grace is over."""

from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select

from incentives import ledger
from incentives.access import audit
from incentives.access.actor import SYSTEM
from incentives.clearing.models import Clearing
from incentives.clearing.periods import A_YEAR, ends_period, quarter_ends
from incentives.clearing.queries import clearings, left_of_period
from incentives.clock import beginning, village_day
from incentives.extensions import db
from incentives.register.models import Household
from incentives.register.policy import GRACE_AT_LEAST, policy_on
from incentives.register.queries import find_village, served_villages
from incentives.web.transaction import transaction

# What an allowance held back when a period was cleared is cleared when it ends, at the latest
# 72 hours and 7 days after it was given (docs/cards.md).
AGAIN = timedelta(days=14)


def announce_clearings(*, village: str, now: datetime) -> list[Clearing]:
    """Announce each period that has ended, under the policy that held on its last day.

    Grace runs from the period's end, or from the announcement where that came late: nobody is
    cleared without having been told for as many days, 7 at least.
    """
    ledger.hold([village])
    today = village_day(now)
    opened = village_day(find_village(village).opened_at or now)
    known = {each.period_ends_on for each in db.session.scalars(clearings(village))}
    made = []
    for ends_on in quarter_ends(max(opened, today - A_YEAR), today - timedelta(days=1)):
        policy = policy_on(village, ends_on)
        if ends_on in known or not ends_period(policy, ends_on):
            continue
        told_from = max(ends_on, today - timedelta(days=1))
        clearing = Clearing(
            village=village,
            period_ends_on=ends_on,
            due_on=told_from + timedelta(days=policy.grace_days),
            announced_at=now,
        )
        db.session.add(clearing)
        made.append(clearing)
    db.session.flush()
    for clearing in made:
        audit.record(
            SYSTEM, audit.Tag.CLEARING_ANNOUNCED, village=village, subject=clearing.id, now=now
        )
    return made


def clear_due_period(*, village: str, now: datetime) -> int:
    """Clear what is left of the newest period whose grace is over; how many points.

    What was left of an older one is among it. A period is looked at again for some days, as what an
    allowance held back goes when it has ended. Where a household owes, that is made up first.
    """
    ledger.hold([village])
    today = village_day(now)
    # Announced by an earlier version with fewer days, it waits all the same.
    told_until = beginning(today - timedelta(days=GRACE_AT_LEAST - 1))
    due = clearings(village).where(Clearing.due_on < today, Clearing.announced_at < told_until)
    found = list(db.session.scalars(due.order_by(Clearing.period_ends_on)))
    if not found or (found[-1].cleared_at and found[-1].cleared_at < now - AGAIN):
        return 0
    clearing = found[-1]
    drafts, points = drafts_of(clearing, on=today)
    if drafts:
        ledger.post(drafts, actor=None, now=now)
    for each in found:
        each.cleared_at = each.cleared_at or now
    clearing.households += sum(draft.kind is ledger.Kind.EXPIRY for draft in drafts)
    clearing.points += points
    db.session.flush()
    if points:
        details = {"points": points}
        audit.record(
            SYSTEM,
            audit.Tag.CLEARED,
            village=village,
            subject=clearing.id,
            now=now,
            details=details,
        )
    return points


def drafts_of(clearing: Clearing, *, on: date) -> tuple[list[ledger.Draft], int]:
    """The events that clear a period, under `hold`, and the points that expire by them."""
    village = clearing.village
    households = db.session.scalars(
        select(Household.account_code)
        .where(Household.village == village)
        .order_by(Household.number)
    ).all()
    left = left_of_period(village, households, clearing.period_ends_on)
    drafts, points = [], 0
    for household, position in ledger.positions(village, households).items():
        owed = min(position.spendable, position.debt)
        expires = min(left[household], position.spendable - owed)
        if owed:
            drafts.append(draft_of(clearing, ledger.Kind.DEBT_PAYMENT, household, owed, on))
        if expires:
            drafts.append(draft_of(clearing, ledger.Kind.EXPIRY, household, expires, on))
        points += expires
    return drafts, points


def draft_of(
    clearing: Clearing, kind: ledger.Kind, household: str, points: int, on: date
) -> ledger.Draft:
    """One household's event: what expires, or what makes up its debt before."""
    target = "expired" if kind is ledger.Kind.EXPIRY else f"debt.{household}"
    return ledger.Draft(
        village=clearing.village,
        kind=kind,
        occurred_on=on,
        legs=[ledger.take(household, target, points)],
        record=clearing.id,
        detail={"period_ends_on": clearing.period_ends_on.isoformat()},
    )


def clear_villages(*, now: datetime) -> dict[str, int]:
    """Announce and clear in every village, each in transactions of its own: the daily job.

    Returns how many clearings were announced, and how many points were cleared.
    """
    villages = [each.code for each in served_villages()]
    db.session.rollback()
    announced = points = 0
    for village in villages:
        announced += len(transaction(partial(announce_clearings, village=village, now=now)))
        points += transaction(partial(clear_due_period, village=village, now=now))
    return {"clearings_announced": announced, "points_cleared": points}
