"""A link to a thing of another of one's villages opens it; to others it isn't there."""

import pytest

from incentives.access.actor import Role
from incentives.awards.models import Award
from incentives.extensions import db
from tests.factories import OTHER_VILLAGE, VILLAGE, make_household, make_village
from tests.patrols.scenes import make_team_scene
from tests.site import Site, add_account

PEOPLE = {"both": (VILLAGE, OTHER_VILLAGE), "one": (OTHER_VILLAGE,)}


@pytest.fixture
def links(bare_app):
    """Addresses of what is in the first village, with the person each names."""
    with bare_app.app_context():
        team = make_team_scene()
        patrol = team.walk()
        team.close(patrol)
        award = db.session.query(Award).filter_by(resident_id=team.elder_id).one()
        household, award_id = award.household_id, award.id
        make_village(OTHER_VILLAGE)
        make_household(OTHER_VILLAGE, "阿旺")
        for username, villages in PEOPLE.items():
            add_account(username, *((Role.CADRE, village) for village in villages))
        db.session.remove()
    return [
        f"/desk/households/{household}",
        f"/desk/awards/{award_id}",
        f"/desk/patrols/{patrol}",
        f"/desk/patrols/teams/{team.id}",
    ]


@pytest.fixture
def site(bare_app):
    return Site(bare_app)


def test_a_link_opens_what_is_in_another_of_ones_villages_and_stays_there(links, site):
    for link in links:
        assert "阿旺" in site.open("both", f"/desk/households?village={OTHER_VILLAGE}")
        assert "格绒" in site.open("both", link), link
        assert "格绒" in site.open("both", "/desk/households")


def test_a_form_of_another_village_is_sent_where_its_thing_is(links, site):
    team = links[-1]
    page = site.open("both", team)
    member = page.partition('name="member_ids" value="')[2][:36]
    site.open("both", f"/desk/households?village={OTHER_VILLAGE}")
    sent = site.send("both", team, on="/me", name="一队", leader_id=member)
    assert sent.status_code == 303, sent.text
    assert "一队" in site.open("both", "/desk/patrols/teams")


def test_to_who_doesnt_cover_the_village_it_isnt_there(links, site):
    for link in links:
        assert site.browser("one").get(link).status_code == 404, link
        asked = site.browser("one").get(f"{link}?village={VILLAGE}")
        assert asked.status_code == 404, link
    assert "阿旺" in site.open("one", "/desk/households")


def test_a_village_that_was_asked_for_is_the_one_that_is_looked_in(links, site):
    for link in links:
        answer = site.browser("both").get(f"{link}?village={OTHER_VILLAGE}")
        assert answer.status_code == 404, link
