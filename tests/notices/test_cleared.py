"""Objections to what a clearing took: by card page, on paper, by call; rulings and points back."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from incentives import ledger
from incentives.access.actor import Actor
from incentives.clearing.models import Clearing
from incentives.clearing.operations import clear_villages
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import NotFound, NotPermitted, OwnHousehold, WrongState
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.ledger.replaying import Replayed
from incentives.notices.models import Objection, ObjectionStatus
from incentives.notices.rebuilding import rebuild_dispute
from incentives.recovery.hooks import Lost
from incentives.register.models import Household
from tests.around import refused
from tests.awards.scenes import Scene, make_scene
from tests.awards.test_claims_http import Home
from tests.clearing.test_clearing import DUE, earn, go_to
from tests.conftest import Clock
from tests.factories import VILLAGE, act
from tests.notices.acts import objected, resident_of, rule
from tests.notices.test_objections import on_paper
from tests.site import Site, make_site

AT = f"/villages/{VILLAGE}"


def clear(clock: Clock, *households: str) -> UUID:
    """Points of households that weren't spent through the days of grace; the clearing's id."""
    for household in households:
        earn(household, 50)
    go_to(clock, date(2027, 1, 1))
    clear_villages(now=now())
    go_to(clock, DUE + timedelta(days=1))
    clear_villages(now=now())
    return db.session.scalars(select(Clearing.id)).one()


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene(carry_over="year")


@pytest.fixture
def clearing(scene: Scene, clock: Clock) -> UUID:
    """A clearing that took 50 points from the other household, and none from the first."""
    return clear(clock, scene.other.account_code)


def test_what_was_cleared_comes_back_where_the_objection_is_right(
    scene: Scene, clearing: UUID
) -> None:
    assert scene.points(scene.other) == 0
    ruled = rule(scene, objected(scene, clearing=clearing), upheld=True)
    assert (ruled.status, ruled.household_id) == (ObjectionStatus.UPHELD, scene.other.id)
    assert scene.points(scene.other) == 50
    assert ledger.balance(VILLAGE, "offline_loss") == -50
    assert ledger.balance(VILLAGE, "expired") == 50
    assert audit(VILLAGE) == []
    clear_villages(now=now())
    assert scene.points(scene.other) == 50


def test_a_ruling_against_it_moves_nothing_and_ends_the_matter(
    scene: Scene, clearing: UUID
) -> None:
    rule(scene, objected(scene, clearing=clearing), upheld=False)
    assert scene.points(scene.other) == 0
    with pytest.raises(WrongState):
        objected(scene, clearing=clearing)


def test_points_come_back_once_however_many_objections_are_right(
    scene: Scene, clearing: UUID
) -> None:
    first = objected(scene, clearing=clearing)
    found = db.session.get_one(Objection, first)
    second = Objection(
        **{column.key: getattr(found, column.key) for column in Objection.__table__.columns}
    )
    second.id = new_id()
    db.session.rollback()
    rule(scene, first, upheld=True)
    db.session.rollback()
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        values = {column.key: getattr(second, column.key) for column in Objection.__table__.columns}
        connection.execute(Objection.__table__.insert().values(values))
    with pytest.raises(WrongState):
        rule(scene, second.id, upheld=True)
    assert scene.points(scene.other) == 50


def test_staff_write_it_down_for_any_household_but_their_own(scene: Scene, clearing: UUID) -> None:
    neighbour = Actor(**{**scene.cadre.__dict__, "household_id": scene.other.id})
    with pytest.raises(OwnHousehold):
        on_paper(scene, neighbour, clearing=clearing)
    objection = on_paper(scene, scene.cadre, clearing=clearing)
    with pytest.raises(OwnHousehold):
        rule(scene, objection, upheld=True, actor=of_household(scene.third, scene.other))
    assert rule(scene, objection, upheld=True).on_behalf_of == scene.other.head_id
    assert scene.points(scene.other) == 50


def of_household(actor: Actor, household: Household) -> Actor:
    """The same person, living in a household."""
    return Actor(**{**actor.__dict__, "household_id": household.id})


def untouched(scene: Scene) -> Actor:
    return of_household(resident_of(scene), scene.household)


def nobodys(scene: Scene) -> Actor:
    return scene.cadre


@pytest.mark.parametrize(("who", "error"), [(untouched, WrongState), (nobodys, NotPermitted)])
def test_only_who_lost_points_objects(
    scene: Scene, clearing: UUID, who: Callable[[Scene], Actor], error: type[Exception]
) -> None:
    with pytest.raises(error):
        objected(scene, who(scene), clearing=clearing)
    with pytest.raises(NotFound):
        objected(scene, clearing=new_id())


def test_it_is_too_late_after_the_days_of_the_policy(
    scene: Scene, clearing: UUID, clock: Clock
) -> None:
    clock.forward(days=31)
    with pytest.raises(WrongState):
        objected(scene, clearing=clearing)
    clock.forward(days=-1)
    objected(scene, clearing=clearing)


def test_the_database_keeps_what_it_is_to(scene: Scene, clearing: UUID) -> None:
    objected(scene, clearing=clearing)
    refused("an objection and its ruling stay", "UPDATE objection SET clearing_id = NULL")
    copied = """INSERT INTO objection (id, village, clearing_id, reason, made_by, made_at, due_on,
        status) SELECT :id, village, clearing_id, reason, made_by, made_at, due_on, status
        FROM objection"""
    refused("clearing_of_household", copied, id=new_id())


def test_a_ruling_that_a_restore_lost_comes_back_with_its_event(
    scene: Scene, clearing: UUID
) -> None:
    objection, code = objected(scene, clearing=clearing), scene.other.account_code
    draft = ledger.Draft(
        village=VILLAGE,
        kind=ledger.Kind.LOSS,
        occurred_on=DUE,
        legs=[ledger.give("offline_loss", code, 50)],
        record=objection,
    )

    def put_back() -> list[Lost]:
        ledger.hold([VILLAGE])
        ledger.post([draft], actor=None, now=now())
        event = db.session.scalars(
            select(ledger.Event).where(ledger.Event.record == objection)
        ).one()
        put = Replayed(
            event=event, transfers=[], signed=True, actor=scene.third.person, approver=None
        )
        return list(rebuild_dispute(put, now()) or ())

    (lost,) = act(put_back)
    assert lost.data == {"record": str(objection), "facts": ["reason"]}
    found = db.session.get_one(Objection, objection)
    assert (found.status, found.ruled_by) == (ObjectionStatus.UPHELD, scene.third.person)


@pytest.fixture
def site(bare_app: Flask) -> Site:
    return make_site(bare_app, users=("cadre", "reviewer", "supervisor"), carry_over="year")


@pytest.fixture
def home(site: Site) -> Home:
    return Home(site, "扎西彭措", door="1")


@pytest.fixture
def cleared(site: Site, home: Home, clock: Clock) -> str:
    """A clearing that took 50 points from the household, which is signed in after it."""
    with site.app.app_context():
        code = db.session.scalars(select(Household.account_code)).one()
        clearing = clear(clock, code)
        db.session.remove()
    home.sign_in()
    return str(clearing)


def link_to(text: str, address: str) -> str:
    """The address of a link that starts so."""
    return address + text.split(f'href="{address}')[1].split('"')[0]


def test_from_the_card_page_to_the_points_back(site: Site, home: Home, cleared: str) -> None:
    page = home.open("/c/account")
    assert "Object to this" in page
    assert "within 10 days" in page
    way = link_to(page, "/c/objections/new?clearing=")
    assert "What was left on" in home.open("/c/objections/new")
    assert "50" in home.open(way)
    assert home.send(way, reason="关店两周，没法用").status_code == 303
    page = home.open("/c/account")
    assert "Object to this" not in page
    assert "can't be objected to" not in page
    assert "Cleared, of what was left on 31 Dec 2026: 50" in page
    ask = site.call("reviewer", "GET", f"{AT}/objections?matter=clearing").json["items"]
    assert [each["about"]["clearing"] for each in ask] == [cleared]
    at = f"/review/objections/{ask[0]['id']}"
    page = site.open("reviewer", at)
    assert "the village gives the household the points back" in page
    site.send("reviewer", at, on=at, reason="店确实关了", upheld="true")
    page = home.open("/c/account")
    assert "the objection was right: 店确实关了 · decided by" in page
    assert "was right" in home.open("/c/objections") or "Upheld" in home.open("/c/objections")


def test_from_paper_and_by_call(site: Site, home: Home, cleared: str) -> None:
    desk = f"/desk/households/{home.id}"
    way = link_to(site.open("cadre", desk), f"{desk}/objections/new?clearing=")
    typed: dict[str, Any] = {"reason": "没人通知", "on_behalf_of": str(home.head)}
    site.send("cadre", way, on=way, **typed)
    again = {"about": {"clearing": cleared}, "reason": "没人通知"}
    assert home.call("POST", f"{AT}/objections", again).json["type"].endswith("wrong_state")
    (made,) = home.call("GET", f"{AT}/objections").json["items"]
    assert (made["about"]["clearing"], made["on_behalf_of"]) == (cleared, str(home.head))
    ruling = {"upheld": True, "reason": "属实"}
    answer = site.call("reviewer", "POST", f"{AT}/objections/{made['id']}/ruling", ruling)
    assert answer.json["status"] == "upheld"
    statement = home.call("GET", f"{AT}/households/{home.id}/statement").json["items"]
    assert [(line["kind"], line["points"]) for line in statement[:2]] == [
        ("loss", 50),
        ("expiry", -50),
    ]
