"""The audit trail: what it keeps, who reads it, and that nothing in it changes."""

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from incentives.access import audit
from incentives.access.actor import SYSTEM, SYSTEM_PERSON, Role
from incentives.access.models import AuditRow
from incentives.access.queries import person_names
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from tests.access.conftest import World
from tests.factories import (
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    act,
    make_household,
    make_village,
    staff,
)


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
    assert world.call("GET", "/audit", token=token).status_code == 422
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
