"""Rounds: what was decided before a period's end becomes a notice by itself, once."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from incentives.clock import beginning, now
from incentives.extensions import db
from incentives.notices import operations as notices
from incentives.notices.models import Notice, NoticeKind
from incentives.notices.operations.rounds import round_begins
from incentives.notices.queries import lines_of
from incentives.register.policy import Cycle
from tests.awards.scenes import Scene, make_scene
from tests.factories import VILLAGE, act


@pytest.mark.parametrize(
    ("cycle", "day", "begins"),
    [
        (Cycle.WEEK, date(2026, 3, 2), date(2026, 3, 2)),
        (Cycle.WEEK, date(2026, 3, 8), date(2026, 3, 2)),
        (Cycle.MONTH, date(2026, 3, 1), date(2026, 3, 1)),
        (Cycle.MONTH, date(2026, 3, 31), date(2026, 3, 1)),
        (Cycle.QUARTER, date(2026, 3, 31), date(2026, 1, 1)),
        (Cycle.QUARTER, date(2026, 4, 1), date(2026, 4, 1)),
        (Cycle.QUARTER, date(2026, 12, 31), date(2026, 10, 1)),
        (Cycle.NONE, date(2026, 3, 31), None),
    ],
)
def test_a_round_begins_on_its_first_day(cycle, day, begins):
    assert round_begins(cycle, day) == begins


@pytest.mark.parametrize(
    ("cycle", "today", "ends"),
    [
        ("week", date(2026, 3, 8), date(2026, 3, 9)),
        ("month", date(2026, 3, 31), date(2026, 4, 1)),
        ("month", date(2027, 2, 1), date(2027, 3, 1)),
        ("quarter", date(2027, 1, 1), date(2027, 4, 1)),
        ("quarter", date(2026, 8, 9), date(2026, 10, 1)),
        ("none", date(2026, 8, 9), None),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_desk_is_told_when_the_round_ends(app, cycle, today, ends):
    make_scene(cycle=cycle)
    assert notices.next_round(VILLAGE, today) == ends


def reviewed(scene: Scene, rule: str = "CL01") -> None:
    """One award more that awaits publication."""
    scene.review(scene.propose(rule))


def made() -> list[Notice]:
    return list(db.session.scalars(select(Notice).order_by(Notice.number)))


def test_what_was_decided_before_the_months_end_is_published_once(app, clock):
    scene = make_scene(publicity_days=5)
    reviewed(scene)
    assert notices.publish_ended_rounds(now=now()) == 0
    clock.now = beginning(date(2026, 4, 1)).astimezone(UTC)
    reviewed(scene)  # decided in April: for the notice of May
    assert notices.publish_ended_rounds(now=now()) == 1
    assert notices.publish_ended_rounds(now=now()) == 0
    (notice,) = made()
    assert (notice.label, notice.kind, len(lines_of(notice))) == ("2026-1", NoticeKind.AWARDS, 1)
    clock.now = datetime(2026, 5, 3, 1, tzinfo=UTC)  # the worker had stood still for two days
    assert notices.publish_ended_rounds(now=now()) == 1
    assert [each.label for each in made()] == ["2026-1", "2026-2"]


def test_no_rounds_publish_nothing(app, clock):
    scene = make_scene(publicity_days=5, cycle="none")
    reviewed(scene)
    clock.forward(days=100)
    assert notices.publish_ended_rounds(now=now()) == 0
    assert made() == []


def test_a_new_year_counts_from_one(app, clock):
    scene = make_scene(publicity_days=5)
    for day in (date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1)):
        clock.now = beginning(day).astimezone(UTC)
        reviewed(scene)
        act(
            lambda: notices.make_notice(
                village=VILLAGE, kind=NoticeKind.AWARDS, actor=scene.reviewer, now=now()
            )
        )
    assert [(each.number, each.label) for each in made()] == [
        (1, "2026-1"),
        (2, "2026-2"),
        (3, "2027-1"),
    ]
