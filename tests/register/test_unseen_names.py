"""Names with a letter that nobody sees are refused wherever a name is typed."""

import pytest

from tests.factories import TOWNSHIP, VILLAGE
from tests.site import Site, make_site

HERE = f"/villages/{VILLAGE}"
HIDDEN = "何\ufe0f小琴"


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("administrator", "cadre"))


def refused(site: Site, who: str, method: str, path: str, body: object) -> list[str]:
    answer = site.call(who, method, path, body)
    assert answer.status_code == 422, answer.text
    assert {each["detail"] for each in answer.json["errors"]} == {
        "There is a character in it that cannot be seen: please type it again by hand"
    }
    return [each["pointer"] for each in answer.json["errors"]]


def test_a_name_that_cannot_be_seen_whole_is_refused(site):
    home = {"door": "1组5号", "head": {"name": "何小琴"}}
    head = site.call("cadre", "POST", f"{HERE}/households", home).json["members"][0]["id"]
    user = {"username": "hexq", "name": HIDDEN, "password": "three words together"}
    user["roles"] = [{"role": "cadre", "division": VILLAGE}]
    own = next(
        each["id"]
        for each in site.call("administrator", "GET", "/users").json["items"]
        if each["username"] == "cadre"
    )
    shop = {"name": HIDDEN, "stock_owner": "village", "serves": [VILLAGE]}
    office = {"division": TOWNSHIP, "name": HIDDEN, "categories": ["power"]}
    team = {"name": HIDDEN, "leader_id": head, "member_ids": [head]}
    for who, method, path, body, pointer in (
        ("cadre", "POST", f"{HERE}/households", home | {"head": {"name": HIDDEN}}, "/head/name"),
        ("cadre", "POST", f"{HERE}/households", home | {"door": "1组\u31645号"}, "/door"),
        ("cadre", "POST", f"{HERE}/teams", team, "/name"),
        ("administrator", "POST", "/offices", office, "/name"),
        ("administrator", "POST", f"{HERE}/shops", shop, "/name"),
        ("administrator", "POST", "/users", user, "/name"),
        ("administrator", "PATCH", f"/users/{own}", {"name": HIDDEN}, "/name"),
    ):
        assert refused(site, who, method, path, body) == [pointer]
