"""A village by HTTP, with the township's water office and the county's road bureau."""

import pytest

from incentives.access.actor import Role
from tests import site as sites
from tests.calls.web import user_id
from tests.factories import COUNTY, TOWNSHIP
from tests.site import make_site


@pytest.fixture
def site(bare_app, monkeypatch):
    users = sites.USERS | {
        "plumber": (Role.RESPONDER, TOWNSHIP),
        "digger": (Role.RESPONDER, COUNTY),
    }
    monkeypatch.setattr(sites, "USERS", users)
    made = make_site(
        bare_app,
        users=("administrator", "cadre", "treasurer", "supervisor", "plumber", "digger"),
    )
    for name, division, category, who in (
        ("水务站", TOWNSHIP, "water", "plumber"),
        ("交通局", COUNTY, "road", "digger"),
    ):
        body = {"division": division, "name": name, "categories": [category]}
        answer = made.call("administrator", "POST", "/offices", body)
        assert answer.status_code == 201, answer.text
        made.__dict__[name] = answer.json["id"]
        people = {"people": [{"user_id": user_id(made, who)}]}
        put = made.call("administrator", "PUT", f"/offices/{answer.json['id']}/people", people)
        assert put.status_code == 200, put.text
        assert put.json["people"] == [
            {"user_id": people["people"][0]["user_id"], "name": f"{who} 某", "is_deputy": False}
        ]
    return made
