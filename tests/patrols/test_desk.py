"""The desk's page of a patrol: whom its form lists, and what it says of a walk told later."""

from datetime import timedelta

import pytest

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from tests.factories import VILLAGE, act
from tests.patrols.scenes import make_team_scene
from tests.site import PASSWORD, Site


@pytest.fixture
def team(bare_app):
    """The team; its leader's household has a cadre, `cadre`, who doesn't walk."""
    with bare_app.app_context():
        scene = make_team_scene()
        act(
            lambda: (
                access.add_user(
                    username="cadre",
                    name="洛绒卓玛",
                    password=PASSWORD,
                    roles=[Assignment(Role.CADRE, VILLAGE)],
                    resident_id=scene.member_id,
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )
        db.session.remove()
    return scene


def test_the_form_for_the_paper_log_lists_nobody_whom_it_would_refuse(bare_app, team):
    with bare_app.app_context():
        patrol = team.start()
        db.session.remove()
    site = Site(bare_app)
    here = f"/desk/patrols/{patrol}"

    def listed():
        form = site.open("cadre", here).partition(f'action="{here}/scans"')[2].partition("</form>")
        return {
            each
            for each in (team.leader_id, team.member_id, team.elder_id)
            if f'name="resident_ids" value="{each}"' in form[0]
        }

    assert listed() == {team.elder_id}
    typed = {"waypoint_id": str(team.waypoints[0]), "resident_ids": [str(team.elder_id)]}
    with bare_app.app_context():
        # Signed in by a phone on the walk, they vouch for those at home.
        team.scan(patrol, 0, team.member_id, actor=team.member)
        db.session.remove()
    assert listed() == {team.leader_id, team.member_id, team.elder_id}
    assert site.send("cadre", f"{here}/scans", on=here, **typed | {"at": "00"}).status_code == 422


def test_a_walk_that_a_phone_told_of_later_says_so_on_its_page(bare_app, team, clock):
    with bare_app.app_context():
        prompt = team.start()
        team.cancel(prompt)
        began = now()
        clock.forward(hours=2)
        later = team.start(patrol_id=new_id(), started_at=began + timedelta(minutes=5))
        db.session.remove()
    site = Site(bare_app)
    assert "sent later" not in site.open("cadre", f"/desk/patrols/{prompt}")
    assert "sent later" in site.open("cadre", f"/desk/patrols/{later}")
