"""The audit trail: what it keeps, who reads it, and that nothing in it changes."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from incentives.access import audit
from incentives.access.actor import SYSTEM, SYSTEM_PERSON, Role
from incentives.access.models import AuditRow
from incentives.access.queries import person_names
from incentives.access.tags import TAGS
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from tests.access.conftest import PASSWORD, World
from tests.factories import (
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    act,
    make_household,
    make_village,
    staff,
)
from tests.site import csrf_of


def keep_row(village: str | None = VILLAGE, **details: object) -> None:
    act(
        lambda: audit.record(
            SYSTEM,
            audit.Tag.POLICY_SET,
            village=village,
            subject=new_id(),
            now=now(),
            details=details or None,
        )
    )


def rows() -> list[AuditRow]:
    return list(db.session.scalars(select(AuditRow).where(AuditRow.tag == "policy_set")))


def test_a_row_keeps_who_what_and_when(app: Flask) -> None:
    make_village()
    keep_row(before=1, after=[2, "三"])
    (row,) = rows()
    assert (row.person, row.village, row.at) == (SYSTEM_PERSON, VILLAGE, now())
    assert row.details == {"before": 1, "after": [2, "三"]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_row SET tag = 'other'",
        "UPDATE audit_row SET details = NULL",
        "DELETE FROM audit_row",
    ],
)
def test_the_database_takes_no_change_of_it(app: Flask, statement: str) -> None:
    make_village()
    keep_row(reason="x")
    before = [(row.id, row.tag, row.details) for row in rows()]
    with pytest.raises(DBAPIError):
        act(lambda: db.session.execute(text(statement)))
    db.session.rollback()
    assert [(row.id, row.tag, row.details) for row in rows()] == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_replacing_a_row_is_no_way_around(app: Flask) -> None:
    make_village()
    keep_row()
    columns = "id, village, tag, person, user_id, subject, details, at"
    statement = (
        f"INSERT OR REPLACE INTO audit_row ({columns}) "
        "SELECT id, village, 'other', person, user_id, subject, details, at FROM audit_row"
    )
    with pytest.raises(DBAPIError):
        act(lambda: db.session.execute(text(statement)))
    db.session.rollback()
    assert len(rows()) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_truncating_it_is_refused_even_to_its_owner(app: Flask) -> None:
    make_village()
    keep_row()
    owner = create_engine(app.config["OWNER_DATABASE_URI"])
    with pytest.raises(DBAPIError) as refused, owner.begin() as connection:
        connection.execute(text("TRUNCATE audit_row"))
    assert getattr(refused.value.orig, "sqlstate", None) == "JA001"
    owner.dispose()
    assert len(rows()) == 1


def test_a_division_s_trail_is_read_by_its_supervisors_and_administrators(world: World) -> None:
    with world.app.app_context():
        make_village_rows()
    for username, division, found in (
        ("watch", VILLAGE, 1),
        ("office", VILLAGE, 1),
        ("office", OTHER_VILLAGE, 1),
        ("office", TOWNSHIP, 2),
    ):
        path = f"/audit?village={division}&limit=500"
        answer = world.call("GET", path, token=world.token(username))
        kept = [row for row in answer.json["items"] if row["tag"] == "policy_set"]
        assert len(kept) == found, (username, division)
    token = world.token("watch")
    assert world.call("GET", f"/audit?village={OTHER_VILLAGE}", token=token).status_code == 404
    assert world.call("GET", f"/audit?village={TOWNSHIP}", token=token).status_code == 404
    own = world.call("GET", "/audit?limit=500", token=token).json["items"]
    assert {row["village"] for row in own} == {VILLAGE}
    both = world.call("GET", "/audit?limit=500", token=world.token("office")).json["items"]
    assert {VILLAGE, OTHER_VILLAGE} <= {row["village"] for row in both}
    token = world.token("zhaxi")
    assert world.call("GET", f"/audit?village={VILLAGE}", token=token).status_code == 403
    assert world.call("GET", f"/audit?village={VILLAGE}").status_code == 401


def make_village_rows() -> None:
    for village in (VILLAGE, OTHER_VILLAGE):
        keep_row(village)


def test_the_trail_names_who_acted(world: World) -> None:
    token = world.token("office")
    path = f"/users/{world.ids['zhaxi']}"
    world.call("PATCH", path, {"name": "扎西"}, token=token)
    newest = world.call("GET", f"/audit?village={VILLAGE}&limit=1", token=token).json["items"][0]
    assert (newest["tag"], newest["name"]) == ("user_changed", "Office")
    assert newest["subject"] == str(world.ids["zhaxi"])
    assert newest["details"] == {"changed": ["name"]}


def test_people_have_names_as_users_and_as_residents(app: Flask) -> None:
    make_village()
    head = make_household(VILLAGE, "扎西彭措").head_id
    assert person_names([head, None, new_id(), staff(Role.CADRE).person]) == {head: "扎西彭措"}


def test_the_trail_has_a_page_for_those_who_read_it(world: World) -> None:
    """By whom, what, to what, where and when, as the API narrows it; and no other's trail."""
    with world.app.app_context():
        make_village_rows()
        (own, other) = [row for row in rows() if row.tag == "policy_set"]
        ids = (str(own.subject), str(other.subject))
    watch, office = signed_in(world, "watch"), signed_in(world, "office")
    for browser, query, seen in (
        (watch, "", (True, False)),
        (office, "", (True, True)),
        (office, f"?village={OTHER_VILLAGE}", (False, True)),
        (office, f"?subject={ids[0]}", (True, False)),
        (office, "?tag=card_issued", (False, False)),
        (office, "?tag=policy_set", (True, True)),
        (office, f"?person={SYSTEM_PERSON}&tag=policy_set", (True, True)),
        (office, "?who=nobody+of+that+name", (False, False)),
        (office, "?to=2020-01-01", (False, False)),
    ):
        answer = browser.get(f"/audit{query}")
        assert answer.status_code == 200, query
        assert tuple(f"subject={each}" in answer.text for each in ids) == seen, query
    assert "Nothing in this list fits." in office.get("/audit?to=2020-01-01").text
    assert watch.get(f"/audit?village={OTHER_VILLAGE}").status_code == 404
    assert watch.get(f"/audit.xlsx?village={OTHER_VILLAGE}").status_code == 404
    assert watch.get("/audit?tag=no_such").status_code == 422
    assert signed_in(world, "zhaxi").get("/audit").status_code == 403
    assert world.app.test_client().get("/audit").status_code == 303


def test_every_act_of_the_trail_has_words() -> None:
    assert set(TAGS) == set(audit.Tag)


def signed_in(world: World, username: str) -> FlaskClient:
    """A browser in which a user is signed in, reading English."""
    browser = world.app.test_client()
    browser.get("/language/en")
    typed = {"username": username, "password": PASSWORD, "csrf_token": csrf_of(browser, "/login")}
    assert browser.post("/login", data=typed).status_code == 303
    return browser
