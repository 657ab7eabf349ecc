"""Rounds (`cycle` of the policy): at a period's end its awards become a notice by themselves."""

from datetime import date, datetime, timedelta
from functools import partial

from incentives import ledger
from incentives.access.actor import SYSTEM
from incentives.clock import beginning, village_day
from incentives.extensions import db
from incentives.notices.models import Notice, NoticeKind
from incentives.notices.operations.publishing import open_notice
from incentives.notices.publishers import PUBLISHERS
from incentives.register.policy import Cycle, policy_on
from incentives.register.queries import served_villages
from incentives.web.transaction import transaction

# Long enough to reach into the next round from the first day of any, and into no later one.
LENGTH = {
    Cycle.WEEK: timedelta(days=7),
    Cycle.MONTH: timedelta(days=31),
    Cycle.QUARTER: timedelta(days=92),
}


def round_begins(cycle: Cycle, day: date) -> date | None:
    """The first day of the round that a day is in: Monday, the first of the month or quarter.

    None where the village has no rounds.
    """
    match cycle:
        case Cycle.WEEK:
            return day - timedelta(days=day.weekday())
        case Cycle.MONTH:
            return day.replace(day=1)
        case Cycle.QUARTER:
            return date(day.year, day.month - (day.month - 1) % 3, 1)
        case Cycle.NONE:
            return None


def next_round(village: str, today: date) -> date | None:
    """When the running round of a village ends: the first day of the next; None without rounds."""
    cycle = policy_on(village, today).cycle
    begins = round_begins(cycle, today)
    if begins is None:
        return None
    return round_begins(cycle, begins + LENGTH[cycle])


def publish_ended_round(*, village: str, now: datetime) -> Notice | None:
    """Publish the awards that were decided before this round began; None where there are none.

    What is decided in the running round waits for its end, so that doing this again, or a day
    late, publishes nothing twice and nothing too soon.
    """
    today = village_day(now)
    begins = round_begins(policy_on(village, today).cycle, today)
    if begins is None:
        return None
    ledger.hold([village])
    waiting = PUBLISHERS[NoticeKind.AWARDS].waiting(village)
    ended = [entry for entry in waiting if entry.ready_at < beginning(begins)]
    if not ended:
        return None
    return open_notice(village, NoticeKind.AWARDS, ended, actor=SYSTEM, now=now)


def publish_ended_rounds(*, now: datetime) -> int:
    """Do so in every village, each in a transaction of its own; how many notices were made."""
    villages = [each.code for each in served_villages()]
    db.session.rollback()
    made = [
        transaction(partial(publish_ended_round, village=village, now=now)) for village in villages
    ]
    return sum(notice is not None for notice in made)
