"""Who may give which role to whom."""

from typing import Any

import pytest

from incentives.access import operations
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from tests.access.conftest import PASSWORD, World
from tests.factories import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, act, make_household

OTHER_TOWNSHIP = "513336102"


def new_user(**changes: Any) -> dict[str, Any]:
    return {
        "username": "dorje",
        "name": "多吉",
        "password": "three words together",
        "roles": [{"role": "reviewer", "division": VILLAGE}],
        **changes,
    }


def problem(answer: Any) -> str:
    return str(answer.json["type"]).removeprefix("/problems/")


def test_an_office_adds_a_user_of_its_villages(world: World) -> None:
    answer = world.call("POST", "/users", new_user(), token=world.token("office"))
    assert answer.status_code == 201
    assert answer.json["roles"] == [{"role": "reviewer", "division": VILLAGE}]
    assert "password" not in answer.text
    assert world.sign_in("dorje", "three words together").status_code == 201


@pytest.mark.parametrize("division", [COUNTY, OTHER_TOWNSHIP, OTHER_TOWNSHIP + "200"])
@pytest.mark.parametrize("role", ["administrator", "cadre"])
def test_no_role_outside_one_s_own_division(world: World, role: str, division: str) -> None:
    roles = [{"role": "reviewer", "division": VILLAGE}, {"role": role, "division": division}]
    office = world.token("office")
    answer = world.call("POST", "/users", new_user(roles=roles), token=office)
    assert problem(answer) == "not_permitted"
    answer = world.call("PATCH", f"/users/{world.ids['zhaxi']}", {"roles": roles}, token=office)
    assert problem(answer) == "not_permitted"
    answer = world.call("PATCH", f"/users/{world.ids['office']}", {"roles": roles}, token=office)
    assert problem(answer) == "not_permitted"
    me = world.call("GET", "/me", token=office).json
    assert me["roles"] == [{"role": "administrator", "division": TOWNSHIP}]


@pytest.mark.parametrize("username", ["zhaxi", "watch"])
def test_users_are_made_by_administrators_only(world: World, username: str) -> None:
    token = world.token(username)
    assert problem(world.call("POST", "/users", new_user(), token=token)) == "not_permitted"
    assert problem(world.call("GET", "/users", token=token)) == "not_permitted"


def test_the_list_ends_at_one_s_own_division(world: World) -> None:
    with world.app.app_context():
        both = [Assignment(Role.CADRE, VILLAGE), Assignment(Role.OVERSEER, COUNTY)]
        act(
            lambda: operations.add_user(
                username="both", name="B", password=PASSWORD, roles=both, actor=SYSTEM, now=now()
            )
        )
    office = world.names(world.call("GET", "/users", token=world.token("office")))
    assert office == {"office", "zhaxi", "luorong", "watch"}
    county = world.names(world.call("GET", "/users", token=world.token("county")))
    assert county == {"county", "office", "zhaxi", "luorong", "watch", "both"}


@pytest.mark.parametrize("change", [{"name": "X"}, {"password": "taken over now"}, "deactivation"])
def test_nobody_reaches_a_user_who_is_more_than_they_administer(
    world: World, change: dict[str, str] | str
) -> None:
    with world.app.app_context():
        both = [Assignment(Role.CADRE, VILLAGE), Assignment(Role.ADMINISTRATOR, COUNTY)]
        user = act(
            lambda: operations.add_user(
                username="both", name="B", password=PASSWORD, roles=both, actor=SYSTEM, now=now()
            )
        )
        path = f"/users/{user.id}"
    office = world.token("office")
    if isinstance(change, str):
        answer = world.call("POST", f"{path}/{change}", token=office)
    else:
        answer = world.call("PATCH", path, change, token=office)
    assert (answer.status_code, problem(answer)) == (404, "not_found")
    assert world.sign_in("both").status_code == 201


def test_roles_change_at_once(world: World) -> None:
    token, office = world.token("zhaxi"), world.token("office")
    roles = [{"role": "treasurer", "division": VILLAGE}, {"role": "cadre", "division": VILLAGE}]
    path = f"/users/{world.ids['zhaxi']}"
    answer = world.call("PATCH", path, {"roles": roles, "name": "扎西"}, token=office)
    assert answer.status_code == 200
    me = world.call("GET", "/me", token=token).json
    assert {each["role"] for each in me["roles"]} == {"treasurer", "cadre"}
    assert me["name"] == "扎西"
    roles = [{"role": "treasurer", "division": OTHER_VILLAGE}]
    world.call("PATCH", path, {"roles": roles}, token=office)
    assert world.call("GET", "/me", token=token).json["roles"] == roles


def test_administrators_don_t_shut_themselves_out(world: World) -> None:
    office = world.token("office")
    path = f"/users/{world.ids['office']}"
    roles = [{"role": "overseer", "division": TOWNSHIP}]
    answer = world.call("PATCH", path, {"roles": roles}, token=office)
    assert problem(answer) == "own_request"
    assert problem(world.call("POST", f"{path}/deactivation", token=office)) == "own_request"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"roles": []}, "/roles"),
        ({"roles": [{"role": "king", "division": VILLAGE}]}, "/roles/0/role"),
        ({"roles": [{"role": "cadre", "division": TOWNSHIP + "999"}]}, "/roles/0/division"),
        ({"username": "a b"}, "/username"),
        ({"username": "ZHAXI"}, "/username"),
        ({"password": "password123"}, "/password"),
        ({"name": ""}, "/name"),
        ({"resident_id": "0192f000-0000-7000-8000-000000000000"}, "/resident_id"),
        ({"wings": 2}, "/wings"),
    ],
)
def test_a_bad_user_is_refused_by_field(
    world: World, changes: dict[str, Any], pointer: str
) -> None:
    answer = world.call("POST", "/users", new_user(**changes), token=world.token("office"))
    assert answer.status_code == 422
    assert pointer in {each["pointer"] for each in answer.json["errors"]}


def test_a_user_is_the_resident_of_a_village_that_one_administers(world: World) -> None:
    with world.app.app_context():
        household = make_household()
        resident, household_id = str(household.head_id), str(household.id)
    with world.app.app_context():
        act(
            lambda: operations.add_user(
                username="far",
                name="Far",
                password=PASSWORD,
                roles=[Assignment(Role.ADMINISTRATOR, OTHER_VILLAGE)],
                actor=SYSTEM,
                now=now(),
            )
        )
    far = new_user(resident_id=resident, roles=[{"role": "cadre", "division": OTHER_VILLAGE}])
    answer = world.call("POST", "/users", far, token=world.token("far"))
    assert answer.json["errors"][0]["pointer"] == "/resident_id"
    body = new_user(resident_id=resident)
    assert world.call("POST", "/users", body, token=world.token("office")).status_code == 201
    token = world.token("dorje", "three words together")
    me = world.call("GET", "/me", token=token).json
    assert (me["household_id"], me["village"]) == (household_id, VILLAGE)


def test_an_empty_change_is_refused(world: World) -> None:
    answer = world.call("PATCH", f"/users/{world.ids['zhaxi']}", {}, token=world.token("office"))
    assert problem(answer) == "invalid"


def test_a_language_is_kept(world: World) -> None:
    token = world.token("zhaxi")
    assert world.call("PUT", "/me/language", {"language": "bo"}, token=token).status_code == 204
    assert world.call("GET", "/me", token=token).json["language"] == "bo"
    answer = world.call("PUT", "/me/language", {"language": "fr"}, token=token)
    assert answer.json["errors"][0]["pointer"] == "/language"
