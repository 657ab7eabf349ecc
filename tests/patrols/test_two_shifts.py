"""Two shifts of a team on one day, when a shift can be begun, and until when it is given away."""

from datetime import timedelta

import pytest

from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Duplicate, WrongState
from incentives.extensions import db
from incentives.patrols.models import Patrol, Shift
from incentives.patrols.own import own_of
from incentives.patrols.queries import Outcome
from incentives.web.schemas import instant_text
from tests.factories import TOWNSHIP, VILLAGE
from tests.patrols.scenes import make_team_scene
from tests.patrols.test_closing import awarded
from tests.patrols.test_rota import ask, outcome
from tests.patrols.web import make_served_team
from tests.site import Site


@pytest.fixture
def team(app):
    return make_team_scene()


def test_a_forgotten_walk_takes_nothing_of_the_next_shift(team, clock):
    first, second = team.shift(hours=1), team.shift(hours=6)
    forgotten = team.walk(shift_id=first)
    clock.forward(hours=6)
    patrol = team.walk(shift_id=second, patrol_id=new_id(), started_at=now())
    assert patrol != forgotten
    assert (outcome(first), outcome(second)) == (Outcome.WALKING, Outcome.WALKING)
    team.close(patrol)
    # The first one's end comes last, out of a phone.
    team.close(forgotten, ended_at=now() - timedelta(hours=4), queued=True)
    assert (outcome(first), outcome(second)) == (Outcome.WALKED, Outcome.WALKED)
    assert [who for who, _code, _points in awarded()].count(team.member_id) == 2


def test_a_walk_without_a_shift_is_joined_and_says_since_when(team, clock):
    """It is the shift's from then on, which comes first, though another is newer."""
    shift, began = team.shift(hours=1), now()
    loose = team.start(team.member)
    clock.forward(minutes=50)

    def joined(**more):
        with pytest.raises(Duplicate) as other:
            team.start(patrol_id=new_id(), started_at=now(), **more)
        return other.value.extensions

    assert joined(shift_id=shift) == {"patrol_id": str(loose), "started_at": instant_text(began)}
    assert outcome(shift) is Outcome.WALKING
    assert joined()["patrol_id"] == str(loose)
    # It began longer ago than one walks; one without a shift is another then.
    clock.forward(hours=13)
    newer = team.start()
    assert newer != loose
    assert joined(shift_id=shift)["patrol_id"] == str(loose)
    assert joined()["patrol_id"] == str(newer)


def test_a_shift_is_begun_near_its_time_by_the_phones_clock(team, clock):
    shift = team.shift(days=1)
    kept = db.session.get_one(Shift, shift)
    begins, ends = kept.starts_at, kept.ends_at
    with pytest.raises(WrongState):
        team.start(shift_id=shift)
    assert outcome(shift) is Outcome.COMING
    with pytest.raises(WrongState):
        team.start(shift_id=team.shift(days=28))
    clock.forward(days=7)
    for at in (begins - timedelta(hours=12, minutes=1), ends + timedelta(hours=24, minutes=1)):
        with pytest.raises(WrongState):
            team.start(shift_id=shift, patrol_id=new_id(), started_at=at)
    with pytest.raises(WrongState):
        team.start(shift_id=shift)
    for at in (begins - timedelta(hours=12), ends + timedelta(hours=24)):
        patrol = team.start(shift_id=shift, patrol_id=new_id(), started_at=at)
        assert db.session.get_one(Patrol, patrol).shift_id == shift
        team.cancel(patrol)


@pytest.fixture
def site(bare_app):
    return Site(bare_app)


@pytest.fixture
def planned(bare_app):
    """The team, with a shift an hour from now that a member asks the neighbour to walk."""
    scene = make_served_team(bare_app)
    with bare_app.app_context():
        ask(scene, scene.shift())
        db.session.remove()
    return scene


def asked_by_http(site):
    found = site.call("cadre", "GET", f"/villages/{VILLAGE}/patrols/own")
    assert found.status_code == 200, found.text
    return found.json["asked"]


def test_a_swap_is_answered_until_the_shift_begins(site, planned, clock):
    page = site.open("cadre", "/patrol/shifts")
    assert "Yes, I walk" in page
    assert "Take it back" in page
    assert len(asked_by_http(site)) == 1
    clock.forward(hours=1, minutes=1)
    page = site.open("cadre", "/patrol/shifts")
    assert "洛绒卓玛 → 四郎" in page
    assert "Yes, I walk" not in page
    assert "Take it back" not in page
    assert asked_by_http(site) == []


def test_who_is_asked_is_no_longer_asked_once_the_shift_has_begun(planned, bare_app, clock):
    def asked():
        with bare_app.app_context():
            count = len(own_of(planned.neighbour, VILLAGE, now()).asked)
            db.session.remove()
        return count

    assert asked() == 1
    clock.forward(hours=1, minutes=1)
    assert asked() == 0


def test_a_shift_that_is_on_and_that_nobody_began_says_so(site, planned, clock):
    places = [
        ("overseer", "/overview/patrols"),
        ("overseer", f"/divisions/{TOWNSHIP}/shifts"),
        ("cadre", "/desk/patrols/shifts"),
    ]
    for who, where in places:
        assert "not begun" not in site.open(who, where)
    clock.forward(hours=1, minutes=1)
    for who, where in places:
        assert "not begun" in site.open(who, where)
