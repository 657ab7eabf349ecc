"""A report that proves true proposes its points by itself; a cadre's tap, where it can't."""

from dataclasses import replace

import pytest

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.access.audit import Tag
from incentives.access.models import AuditRow
from incentives.awards.models import Award, AwardStatus
from incentives.awards.unasked import Unawarded
from incentives.calls import operations
from incentives.calls.models import Call, CallSource, CallStatus
from incentives.calls.queries.untrue import standing_untrue
from incentives.calls.states import Action
from incentives.clock import now, village_day
from incentives.errors import CapExceeded, Invalid, OwnHousehold, WrongState
from incentives.extensions import db
from tests.awards.test_timeline import steps
from tests.calls.scenes import WORDS, Home, Scene
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household, staff
from tests.site import PASSWORD, Site


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


@pytest.fixture
def home(app) -> Home:
    return Home()


def test_what_its_office_finds_true_proposes_its_award_by_itself_and_is_reviewed(home, clock):
    call = home.resolved()
    award = db.session.get_one(Award, call.award_id)
    assert (call.verified, call.unawarded) == (True, None)
    assert (award.status, award.resident_id) == (AwardStatus.PROPOSED, home.caller.resident_id)
    assert (award.rule_code, award.occurred_on) == ("SA01", village_day(call.reported_at))
    assert award.proposed_by == home.plumber.person
    with pytest.raises(WrongState):
        home.propose(call.id)


def test_before_it_is_put_right_and_where_it_was_not_so_nothing_is_proposed(home):
    call_id = home.report(home.caller).call.id
    home.step(call_id, Action.ACCEPT)
    with pytest.raises(WrongState):
        home.propose(call_id)
    with pytest.raises(Invalid):
        home.step(call_id, Action.ARRIVE, unfounded=True)
    call = home.step(call_id, Action.RESOLVE, unfounded=True)
    assert (call.verified, call.award_id, call.unawarded) == (False, None, None)
    with pytest.raises(WrongState):
        home.propose(call_id)
    assert db.session.scalars(db.select(Award)).all() == []


def test_a_report_sent_back_and_put_right_again_earns_once(home):
    reported = home.report(home.caller)
    for step in (Action.ACCEPT, Action.RESOLVE, Action.ANSWER):
        home.step(reported.call.id, step)
    act(lambda: operations.reopen_call(secret=reported.secret, reason="还漏", now=now()))
    for step in (Action.ACCEPT, Action.RESOLVE):
        home.step(reported.call.id, step)
    assert len(db.session.scalars(db.select(Award)).all()) == 1


def test_a_cap_stops_the_points_and_not_the_repair_and_says_why(home):
    calls = [home.resolved() for _number in range(6)]
    assert [each.unawarded for each in calls] == [None] * 5 + [Unawarded.CAP_EXCEEDED]
    assert calls[-1].status is CallStatus.RESOLVED
    with pytest.raises(CapExceeded):
        home.propose(calls[-1].id)


def test_nobody_s_own_household_finds_its_report_true(home):
    own = replace(home.caller, user_id=home.plumber.user_id, roles=home.plumber.roles)
    assert home.resolved(actor=own).award_id is None


def test_no_cadre_proposes_the_points_of_their_own_household_s_report(home):
    own = replace(home.caller, user_id=home.plumber.user_id, roles=home.plumber.roles)
    call = home.resolved(actor=own)
    told = home.told()
    for step in (Action.ACCEPT, Action.RESOLVE):
        home.step(told, step)
    lives_there = replace(home.cadre, household_id=home.caller.household_id)
    with pytest.raises(OwnHousehold):
        home.propose(call.id, actor=lives_there)
    neighbour = make_household(VILLAGE, door="9-9").head_id
    with pytest.raises(OwnHousehold):  # Nor for somebody else, in return.
        home.propose(call.id, actor=lives_there, resident_id=neighbour)
    with pytest.raises(OwnHousehold):
        home.propose(told, actor=lives_there, resident_id=home.caller.resident_id)
    assert db.session.scalars(db.select(Award)).all() == []
    assert home.propose(call.id).award_id is not None


def test_what_a_cadre_was_told_is_proposed_for_whom_they_name(home):
    call_id = home.told()
    for step in (Action.ACCEPT, Action.RESOLVE):
        home.step(call_id, step)
    assert home.propose(call_id, resident_id=home.caller.resident_id).award_id is not None


def test_without_rules_that_day_a_true_report_says_that_it_earns_nothing(scene):
    household = make_household(VILLAGE)
    caller = replace(staff(Role.CADRE, household=household), roles=(), user_id=None)
    call_id = scene.report(caller).call.id
    for step in (Action.ACCEPT, Action.RESOLVE):
        scene.step(call_id, step)
    call = db.session.get_one(Call, call_id, populate_existing=True)
    assert (call.award_id, call.unawarded) == (None, Unawarded.NO_RULE_IN_FORCE)


def test_by_a_household_s_card_its_head_reports_or_who_of_it_is_named(home):
    of_household = replace(home.caller, resident_id=None)
    members = home.village.people()
    reported = home.report(of_household).call
    assert reported.resident_id == members[0].id
    what = replace(WORDS, resident_id=members[1].id)
    call_id = home.report(of_household, what=what).call.id
    for step in (Action.ACCEPT, Action.RESOLVE):
        call = home.step(call_id, step)
    assert db.session.get_one(Award, call.award_id).resident_id == members[1].id


def test_nobody_names_another_household_s_people_as_who_reports(home):
    stranger = home.village.people(home.village.other)[0].id
    what = replace(WORDS, resident_id=stranger)
    for actor in (home.caller, None):
        with pytest.raises(Invalid):
            home.report(actor, what=what)
    with pytest.raises(Invalid):
        home.report(home.cadre, source=CallSource.DESK, what=what)


def sent_back(home: Home, *, untrue: bool, between=lambda award: None) -> Call:
    """A report that earned, was sent back, and was looked at again by its office."""
    reported = home.report(home.caller)
    for step in (Action.ACCEPT, Action.RESOLVE, Action.ANSWER):
        call = home.step(reported.call.id, step)
    between(db.session.get_one(Award, call.award_id))
    act(lambda: operations.reopen_call(secret=reported.secret, reason="还漏", now=now()))
    home.step(reported.call.id, Action.ACCEPT)
    return home.step(reported.call.id, Action.RESOLVE, unfounded=untrue, note="那里没有水管")


def test_what_proved_untrue_once_it_was_sent_back_is_withdrawn_with_the_reason(home, app):
    call = sent_back(home, untrue=True)
    award = db.session.get_one(Award, call.award_id, populate_existing=True)
    assert (call.verified, award.status, award.closed_at) == (False, AwardStatus.WITHDRAWN, now())
    told = [(each["kind"], each.get("note")) for each in steps(app, award)]
    assert told[-2:] == [("unfounded", "那里没有水管"), ("withdrawn", "")]
    assert standing(VILLAGE) == []
    withdrawn = db.select(AuditRow).where(AuditRow.tag == Tag.AWARD_WITHDRAWN.value)
    row = db.session.scalars(withdrawn).one()
    kept = (award.id, home.plumber.person, {"state": "unfounded"})
    assert (row.subject, row.person, row.details) == kept


def standing(village: str) -> list[Award]:
    """What the review group's page names."""
    return list(db.session.scalars(standing_untrue(village)))


def test_points_that_are_given_stay_and_are_named_to_the_review_group(home):
    call = sent_back(home, untrue=True, between=home.village.review)
    award = db.session.get_one(Award, call.award_id, populate_existing=True)
    assert award.status is AwardStatus.POSTED
    assert [each.id for each in standing(VILLAGE)] == [award.id]
    assert standing(OTHER_VILLAGE) == []
    home.village.reverse(award)
    assert standing(VILLAGE) == []


def test_what_proved_true_again_stays(home):
    call = sent_back(home, untrue=False)
    award = db.session.get_one(Award, call.award_id, populate_existing=True)
    assert (award.status, standing(VILLAGE)) == (AwardStatus.PROPOSED, [])


def test_the_review_group_s_page_leads_to_what_it_may_take_back(bare_app):
    with bare_app.app_context():
        home = Home()
        sent_back(home, untrue=True, between=home.village.review)
        add_user("reviewer", Role.REVIEWER)
        award_id = db.session.scalars(db.select(Award.id)).one()
        db.session.remove()
    site = Site(bare_app)
    page = site.open("reviewer", "/review")
    assert "Points for reports that proved untrue" in page
    assert f'href="/desk/awards/{award_id}"' in page
    assert "那里没有水管" in site.open("reviewer", f"/desk/awards/{award_id}")


def add_user(username: str, role: Role) -> None:
    """An account of the village that signs in."""
    act(
        lambda: (
            access.add_user(
                username=username,
                name=username,
                password=PASSWORD,
                roles=[Assignment(role, VILLAGE)],
                actor=SYSTEM,
                now=now(),
            )
            and None
        )
    )
