"""The blue and the red ledger: by hand, from calls, from objections; struck off for good."""

from datetime import date, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError, IntegrityError

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.calls import operations
from incentives.calls.models import Category, Duty
from incentives.calls.pages.duties import where_of
from incentives.calls.queries import duties
from incentives.calls.queries.done import DoneLine, done_duties
from incentives.calls.queries.duties import BLUE, RED, LedgerLine, open_duties
from incentives.calls.queries.lines import DutySource
from incentives.calls.states import Action
from incentives.calls.words import STEPS
from incentives.clock import now, village_day
from incentives.errors import Invalid, NotPermitted, WrongState
from incentives.extensions import db
from incentives.notices.models import Objection
from incentives.register.queries import divisions_by_code
from tests.calls.scenes import Scene, make_account
from tests.factories import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_household, staff


@pytest.fixture
def scene(app) -> Scene:
    return Scene()


def enter(
    scene, *, actor=None, days=3, office=None, division=VILLAGE, title="修好三组的路灯"
) -> Duty:
    return act(
        lambda: operations.enter_duty(
            division=division,
            title=title,
            office_id=office or scene.water,
            due_on=village_day(now()) + timedelta(days=days),
            actor=actor or scene.cadre,
            now=now(),
        )
    )


def strike_off(duty_id, actor, note="换了灯") -> Duty:
    return act(
        lambda: operations.strike_off_duty(
            division=VILLAGE, duty_id=duty_id, note=note, actor=actor, now=now()
        )
    )


def done_lately(place=VILLAGE) -> list[DoneLine]:
    today = village_day(now())
    return done_duties(place, today - timedelta(days=9), today)


def test_a_duty_is_blue_through_its_day_and_red_from_the_next_until_struck_off(scene, clock):
    duty_id = enter(scene).id
    named = {VILLAGE: "水务站", TOWNSHIP: "水务站", COUNTY: "青德镇 · 水务站"}
    for place, office in named.items():
        (line,) = open_duties(place, now())
        assert (line.source, line.office, line.ledger) == (DutySource.HAND, office, BLUE)
    clock.forward(days=3)
    assert open_duties(VILLAGE, now())[0].ledger == BLUE
    clock.forward(days=1)
    assert open_duties(VILLAGE, now())[0].ledger == RED
    with pytest.raises(NotPermitted):
        strike_off(duty_id, scene.digger)
    with pytest.raises(NotPermitted):
        strike_off(duty_id, scene.cadre)
    assert strike_off(duty_id, scene.plumber).note == "换了灯"
    assert open_duties(VILLAGE, now()) == []
    with pytest.raises(WrongState):
        strike_off(duty_id, scene.plumber)


def test_a_call_stands_under_its_office_s_name_and_turns_red_at_its_step_s_time(scene, clock):
    call_id = scene.told()
    (line,) = open_duties(VILLAGE, now())
    assert (line.source, line.id, line.office) == (DutySource.CALL, call_id, "水务站")
    assert line.ledger == BLUE
    assert "桥" not in str(line.title)
    clock.forward(minutes=31)
    assert open_duties(VILLAGE, now())[0].ledger == RED
    scene.step(call_id, Action.ACCEPT)
    assert open_duties(VILLAGE, now())[0].ledger == BLUE
    scene.step(call_id, Action.RESOLVE)
    clock.forward(days=1, seconds=1)
    (line,) = open_duties(VILLAGE, now())
    assert (line.office_id, line.ledger) == (scene.water, RED)
    scene.step(call_id, Action.ANSWER)
    assert open_duties(VILLAGE, now()) == []
    (done,) = done_lately()
    assert (done.source, done.id, done.office) == (DutySource.CALL, call_id, "水务站")
    assert (str(done.title), str(done.note), done.done_at) == ("用水", "已答复", now())


def test_reports_to_be_looked_at_are_one_line_of_the_committee_red_after_half_a_day(scene, clock):
    for _each in range(3):
        scene.report()
    for place in (VILLAGE, TOWNSHIP):
        (line,) = open_duties(place, now())
        assert (line.division, line.id, line.ledger) == (VILLAGE, None, BLUE)
        assert "3" in line.title
        assert line.office == ("村委会" if place == VILLAGE else "下坝村 · 村委会")
    clock.forward(hours=12, seconds=1)
    assert open_duties(VILLAGE, now())[0].ledger == RED


def test_reports_to_be_looked_at_push_no_call_off_the_ledger(scene, monkeypatch):
    """Whoever reports much that is none fills it with a line."""
    monkeypatch.setattr(duties, "CALLS_AT_MOST", 2)
    for _each in range(3):
        scene.report()
    call_id = scene.told()
    for place in (VILLAGE, TOWNSHIP):
        lines = open_duties(place, now())
        assert {each.id for each in lines} == {None, call_id}
        assert any("3" in each.title for each in lines)


def test_above_its_village_a_committee_is_named_with_its_place(scene):
    for village in (VILLAGE, OTHER_VILLAGE):
        make_account(f"cadre-{village}", Role.CADRE, village)
        own = scene.office(village, "村委会", Category.OTHER)
        enter(scene, actor=SYSTEM, office=own, division=village)
    named = {each.office for each in open_duties(TOWNSHIP, now())}
    assert named == {"下坝村 · 村委会", "黑达村 · 村委会"}
    assert [each.office for each in open_duties(VILLAGE, now())] == ["村委会"]


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en", "bo"])
def test_what_waits_for_a_look_stands_under_the_committee_s_own_heading(scene, language):
    own = scene.committee(Category.OTHER)
    enter(scene, actor=SYSTEM, office=own, division=VILLAGE)
    scene.report()
    with force_locale(language):
        for place, name in ((VILLAGE, "村委会"), (TOWNSHIP, "下坝村 · 村委会")):
            assert [each.office for each in open_duties(place, now())] == [name, name]


@pytest.mark.parametrize("name", ["下坝村村委会", "下坝村民委员会", "下坝村村民委员会"])
def test_a_committee_whose_office_bears_its_place_keeps_one_heading(scene, name):
    make_account("villager", Role.CADRE, VILLAGE)
    own = scene.office(VILLAGE, name)
    enter(scene, actor=SYSTEM, office=own, division=VILLAGE)
    scene.report()
    for place in (VILLAGE, TOWNSHIP):
        assert {each.office for each in open_duties(place, now())} == {name}


def test_an_objection_is_a_duty_of_the_review_group_without_a_name(scene):
    assert "评议小组" in an_objection().office


def an_objection() -> LedgerLine:
    """One to points that are missing, a day late, as its line on the ledger."""
    household = make_household(VILLAGE)

    def object_() -> None:
        db.session.add(
            Objection(
                village=VILLAGE,
                missing_resident_id=household.head_id,
                missing_rule_item="PA01",
                missing_occurred_on=date(2026, 3, 1),
                missing_quantity=1,
                reason="少了一次",
                made_by=household.head_id,
                made_at=now(),
                household_id=household.id,
                due_on=date(2026, 3, 1),
            )
        )

    act(object_)
    (line,) = open_duties(TOWNSHIP, now())
    assert (line.source, line.ledger, line.id) == (DutySource.OBJECTION, RED, None)
    assert (line.division, line.days_overdue) == (VILLAGE, 1)
    return line


@pytest.mark.parametrize(
    ("ruler", "group"), [(VILLAGE, "下坝村"), (TOWNSHIP, "青德镇")], ids=["village", "township"]
)
def test_a_ruled_objection_leaves_a_line_with_the_outcome_and_no_name(scene, ruler, group):
    line = an_objection()
    user_id = act(
        lambda: (
            access.add_user(
                username="ruler",
                name="ruler",
                password="jishan-demo",
                roles=[Assignment(Role.REVIEWER, ruler)],
                actor=SYSTEM,
                now=now(),
            ).id
        )
    )
    objection_id = db.session.scalars(db.select(Objection.id)).one()
    rule = {"ruled_by": user_id, "ruled_at": now(), "ruling_reason": "扎西少记了一次"}
    act(
        lambda: (
            db.session.execute(
                update(Objection)
                .where(Objection.id == objection_id)
                .values(status="upheld", **rule)
            )
            and None
        )
    )
    assert open_duties(TOWNSHIP, now()) == []
    (done,) = done_lately(TOWNSHIP)
    assert (done.source, done.title, done.due_on) == (
        DutySource.OBJECTION,
        line.title,
        line.due_on,
    )
    assert group in done.office
    # The place stands beside the group's name only where that doesn't say it.
    places = divisions_by_code([VILLAGE])
    assert where_of(TOWNSHIP, places, done) == ("" if ruler == VILLAGE else "下坝村")
    assert str(done.note) == "已裁定：异议成立"
    assert done_lately(OTHER_VILLAGE) == []


def test_what_ended_without_an_answer_leaves_a_line_where_an_office_had_it(scene, clock):
    first, double, struck = (scene.told() for _number in range(3))
    scene.merge(double, first)
    clock.forward(minutes=1)
    scene.strike(struck)
    scene.strike(scene.report().call.id)
    assert [(each.id, str(each.note)) for each in done_lately()] == [
        (struck, str(STEPS["strike"])),
        (double, str(STEPS["merge"])),
    ]
    clock.forward(days=1)
    today = village_day(now())
    assert done_duties(VILLAGE, today, today) == []


def test_a_call_that_was_sent_back_is_done_twice_and_owed_between(scene):
    reported = scene.answered()
    act(lambda: operations.reopen_call(secret=reported.secret, reason="还漏", now=now()))
    assert [each.id for each in open_duties(VILLAGE, now())] == [reported.call.id]
    assert len(done_lately()) == 1
    for step in (Action.ACCEPT, Action.RESOLVE, Action.ANSWER):
        scene.step(reported.call.id, step)
    assert open_duties(VILLAGE, now()) == []
    assert len(done_lately()) == 2


def test_what_can_t_be_owed_is_refused(scene):
    with pytest.raises(Invalid):
        enter(scene, days=-1)
    with pytest.raises(Invalid):
        enter(scene, actor=SYSTEM, division=COUNTY)
    with pytest.raises(NotPermitted):
        enter(scene, actor=staff(Role.TREASURER))
    act(
        lambda: operations.change_office(
            office_id=scene.water, closed=True, actor=SYSTEM, now=now()
        )
    )
    with pytest.raises(Invalid):
        enter(scene)


def test_the_database_takes_no_half_striking_off(scene):
    duty_id = enter(scene).id
    db.session.rollback()
    db.session.connection(execution_options={"write": True})
    table = Duty.__table__
    with pytest.raises(IntegrityError):
        db.session.execute(update(table).where(table.c.id == duty_id).values(done_at=now()))
    db.session.rollback()


def test_what_was_struck_off_stays_so_in_the_database(scene):
    duty_id = enter(scene).id
    strike_off(duty_id, scene.plumber)
    db.session.rollback()
    db.session.connection(execution_options={"write": True})
    table = Duty.__table__
    with pytest.raises(DBAPIError, match="struck off"):
        db.session.execute(update(table).where(table.c.id == duty_id).values(note="别的"))
    db.session.rollback()
