"""Nobody's points go without a week's notice, whatever was resolved, and it is told from before."""

from datetime import date

import pytest
from sqlalchemy import text, update

from incentives.clearing.models import Clearing
from incentives.clearing.operations import clear_villages
from incentives.clearing.queries import Coming, Expiring, coming, expiring
from incentives.clock import now, village_day
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.register.policy import policy_on
from tests.clearing.test_clearing import END, earn, go_to, resolve, village
from tests.factories import VILLAGE


@pytest.mark.parametrize("days", [0, 6])
def test_a_grace_of_less_than_a_week_is_refused(app, days):
    village(carry_over="year")
    with pytest.raises(Invalid) as refused:
        resolve(grace_days=days)
    assert [error.pointer for error in refused.value.errors] == ["/grace_days"]
    resolve(grace_days=7)
    assert policy_on(VILLAGE, village_day(now())).grace_days == 7


@pytest.mark.parametrize("days", [0, 3])
def test_a_grace_that_was_adopted_shorter_counts_as_a_week(app, clock, days):
    home = village(carry_over="year")
    earn(home, 50)
    go_to(clock, END)
    resolve(grace_days=7)
    db.session.execute(
        text("UPDATE policy_entry SET value = :days WHERE name = 'grace_days'"), {"days": str(days)}
    )
    db.session.commit()
    assert coming(VILLAGE, END).due_on == date(2027, 1, 7)
    go_to(clock, date(2027, 1, 1))
    assert clear_villages(now=now()) == {"clearings_announced": 1, "points_cleared": 0}
    assert expiring(VILLAGE, home, date(2027, 1, 1)).due_on == date(2027, 1, 7)
    go_to(clock, date(2027, 1, 7))
    assert clear_villages(now=now())["points_cleared"] == 0
    go_to(clock, date(2027, 1, 8))
    assert clear_villages(now=now())["points_cleared"] == 50


def test_what_was_announced_with_fewer_days_waits_a_week_too(app, clock):
    home = village(carry_over="year", grace_days=7)
    earn(home, 50)
    go_to(clock, date(2027, 1, 1))
    clear_villages(now=now())
    db.session.execute(update(Clearing).values(due_on=END))
    db.session.commit()
    go_to(clock, date(2027, 1, 7))
    assert clear_villages(now=now())["points_cleared"] == 0
    go_to(clock, date(2027, 1, 8))
    assert clear_villages(now=now())["points_cleared"] == 50


def test_what_was_resolved_for_a_later_day_is_told_from_before(app, clock):
    home = village()
    earn(home, 50)
    go_to(clock, date(2026, 12, 1))
    resolve(date(2026, 12, 31), carry_over="year", grace_days=10)
    assert coming(VILLAGE, date(2026, 12, 1)) == Coming(END, date(2027, 1, 10))
    assert expiring(VILLAGE, home, date(2026, 12, 1)) == Expiring(50, END, date(2027, 1, 10))
