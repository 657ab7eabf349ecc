"""A printed sheet is keyed in in the village whose sheet it is, and in no other."""

from datetime import UTC, date, datetime

import pytest

from incentives.access.actor import Role
from incentives.awards.sign_up import SignUp
from incentives.extensions import db
from tests.awards.scenes import adopt_rules
from tests.awards.test_http import DAY
from tests.factories import OTHER_VILLAGE, VILLAGE, make_household, make_village
from tests.site import Site, add_account

PEOPLE = {
    "both": [(Role.CADRE, VILLAGE), (Role.CADRE, OTHER_VILLAGE)],
    "other": [(Role.CADRE, OTHER_VILLAGE)],
    "reviewer": [(Role.REVIEWER, VILLAGE), (Role.CADRE, OTHER_VILLAGE)],
}


@pytest.fixture
def site(bare_app):
    """Two villages with rules and a household each."""
    with bare_app.app_context():
        for village, name in ((VILLAGE, "扎西彭措"), (OTHER_VILLAGE, "阿旺")):
            make_village(village)
            adopt_rules(village)
            make_household(village, name)
        for username, roles in PEOPLE.items():
            add_account(username, *roles)
        db.session.remove()
    return Site(bare_app)


ADDRESS = SignUp(VILLAGE, "CL01", date.fromisoformat(DAY), datetime(2100, 1, 1, tzinfo=UTC)).path


def test_a_sheet_opens_in_its_own_village_whichever_one_was_in_before(site):
    assert "阿旺" in site.open("both", f"/desk/households?village={OTHER_VILLAGE}")
    page = site.open("both", ADDRESS)
    assert "1 · 扎西彭措" in page
    assert "阿旺" not in page
    person = page.partition('name="people" value="')[2][:36]
    site.open("both", f"/desk/households?village={OTHER_VILLAGE}")
    kept = {"rule_item": "CL01", "occurred_on": DAY, "quantity": "1"}
    sent = site.send("both", ADDRESS, people=person, **kept)
    assert sent.status_code == 303, sent.text
    for village, count in ((VILLAGE, 1), (OTHER_VILLAGE, 0)):
        found = site.call("both", "GET", f"/villages/{village}/awards").json["items"]
        assert len(found) == count


@pytest.mark.parametrize("who", ["other", "reviewer"])
def test_who_registers_no_points_there_reads_whose_sheet_it_is(site, who):
    answer = site.browser(who).get(ADDRESS)
    assert answer.status_code == 404
    assert "This is of 下坝村, where you" in answer.text
    for word in ("扎西彭措", "阿旺"):
        assert word not in answer.text
    nowhere = site.browser(who).get(ADDRESS.replace(VILLAGE, "999999999999"))
    assert nowhere.status_code == 404


def test_the_sheet_is_printed_of_the_village_on_the_page(site):
    asked = f"rule_item=CL01&occurred_on={DAY}"
    page = site.open("both", f"/desk/awards/sign-up?village={VILLAGE}&{asked}")
    assert "扎西彭措" in page
    assert f"sign-up.pdf?village={VILLAGE}&amp;rule_item=CL01" in page
    assert f'name="village" value="{VILLAGE}"' in page
    alone = site.open("both", f"/desk/awards/sign-up?village={OTHER_VILLAGE}")
    assert 'class="field-error" id=' not in alone
