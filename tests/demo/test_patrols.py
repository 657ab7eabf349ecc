"""The demo village's patrol: places, a route, shifts to come, and one walk that was closed."""

from random import Random

import pytest

from incentives.awards.models import Award
from incentives.clock import now
from incentives.demo.patrols import PLACES, walk
from incentives.demo.people import DemoVillage
from incentives.extensions import db
from incentives.patrols.models import Patrol, PatrolScan, PatrolStatus, Route, Shift, Waypoint
from tests.factories import VILLAGE
from tests.patrols.scenes import make_team_scene


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_demo_village_walked_yesterday_and_walks_again(app):
    team = make_team_scene()
    rename_places()
    village = DemoVillage(code=VILLAGE, random=Random(1), staff={"cadre": team.cadre})
    walk(village, now())
    patrol = db.session.query(Patrol).one()
    assert patrol.status is PatrolStatus.CLOSED
    assert db.session.query(PatrolScan).count() == len(PLACES) * 3
    assert not any(each.pace or each.clock or each.late for each in db.session.query(PatrolScan))
    assert db.session.query(Award).count() == 4
    assert db.session.query(Shift).count() == 9


def rename_places():
    """Take the scene's names away, as the demo has the same."""
    for model in (Waypoint, Route):
        for each in db.session.query(model):
            each.name = f"旧{each.name}"
    db.session.commit()
