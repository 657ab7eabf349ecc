"""The register by HTTP: divisions, policy, households and their statement, residents."""

import pytest

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.register.models import Household, HouseholdLook
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_village
from tests.site import Site, make_site

HERE = f"/villages/{VILLAGE}"


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app)


def register(site: Site, name: str = "扎西彭措", door: str = "12", **fields) -> dict:
    body = {"door": door, "head": {"name": name, "phone": "13900000000"}, **fields}
    answer = site.call("cadre", "POST", f"{HERE}/households", body)
    assert answer.status_code == 201, answer.text
    return answer.json


def found(site: Site, q: str) -> list[int]:
    answer = site.call("cadre", "GET", f"{HERE}/households?q={q}")
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json["items"]]


def test_a_household_is_registered_and_found(site):
    members = [{"name": "单增卓玛", "birth_year": 2015}]
    one = register(site, members=members)
    assert (one["number"], one["balance"], one["spendable"], one["debt"]) == (1, 0, 0, 0)
    assert [(each["name"], each["minor"]) for each in one["members"]] == [
        ("扎西彭措", False),
        ("单增卓玛", True),
    ]
    assert one["head_id"] == one["members"][0]["id"]
    register(site, "洛绒拉姆", "下坝7号")
    for q, numbers in {
        "扎西": [1],
        "zhaxi": [1],
        "zxpc": [1],
        "卓玛": [1],
        "下坝7": [2],
        "2": [2, 1],
        "nobody": [],
    }.items():
        assert sorted(found(site, q)) == sorted(numbers), q
    again = site.call("cadre", "GET", f"{HERE}/households/{one['id']}")
    assert again.json == one


def test_households_are_paged_by_number(site):
    for number in range(3):
        register(site, door=str(number))
    first = site.call("cadre", "GET", f"{HERE}/households?limit=2").json
    assert [each["number"] for each in first["items"]] == [1, 2]
    second = site.call("cadre", "GET", f"{HERE}/households?limit=2&after={first['next']}").json
    assert [each["number"] for each in second["items"]] == [3]
    assert second["next"] is None


def test_phones_are_for_those_who_keep_the_register(site):
    one = register(site)
    assert one["members"][0]["phone"] == "13900000000"
    for who in ("reviewer", "supervisor", "treasurer"):
        answer = site.call(who, "GET", f"{HERE}/households/{one['id']}")
        assert answer.status_code == 200
        assert "13900000000" not in answer.text


def test_an_overseer_says_why_and_the_household_sees_it(site):
    one = register(site)
    path = f"{HERE}/households/{one['id']}"
    assert site.call("overseer", "GET", path).status_code == 403
    assert site.call("overseer", "POST", f"{path}/looks", {}).status_code == 422
    answer = site.call("overseer", "POST", f"{path}/looks", {"reason": "异议核实"})
    assert (answer.status_code, answer.json["id"]) == (200, one["id"])
    site.call("cadre", "GET", path)
    site.call("cadre", "GET", path)
    with site.app.app_context():
        looks = list(db.session.scalars(db.select(HouseholdLook).order_by(HouseholdLook.id)))
        assert [look.reason for look in looks] == ["异议核实", None]


def test_a_resident_reads_their_own_household_only(site):
    mine, other = register(site), register(site, "洛绒拉姆", "7")

    card = {"household_id": mine["id"], "pin": "739164"}
    made = site.call("cadre", "POST", f"{HERE}/cards", card)
    assert made.status_code == 201, made.text
    number = made.json["number"]
    shown = {"card": number, "pin": "739164"}
    site.tokens["villager"] = site.call(None, "POST", "/tokens", shown).json["token"]
    answer = site.call("villager", "GET", f"{HERE}/households/{mine['id']}")
    assert (answer.status_code, answer.json["id"]) == (200, mine["id"])
    assert site.call("villager", "GET", f"{HERE}/households/{other['id']}").status_code == 404
    statement = site.call("villager", "GET", f"{HERE}/households/{other['id']}/statement")
    assert statement.status_code == 404
    listed = site.call("villager", "GET", f"{HERE}/households").json["items"]
    assert [each["id"] for each in listed] == [mine["id"]]
    people = site.call("villager", "GET", f"{HERE}/residents").json["items"]
    assert [each["name"] for each in people] == ["扎西彭措"]


def test_the_statement_has_each_line_with_its_balance(site):
    one = register(site)
    with site.app.app_context():
        code = db.session.scalar(db.select(Household.account_code))

        def give(points: int) -> None:
            ledger.hold([VILLAGE])
            draft = ledger.Draft(
                village=VILLAGE,
                kind=ledger.Kind.OPENING,
                occurred_on=now().date(),
                legs=[ledger.give("issuance", code, points)],
            )
            ledger.post([draft], actor=None, now=now())

        act(lambda: give(5))
        act(lambda: give(7))
    path = f"{HERE}/households/{one['id']}/statement"
    lines = site.call("supervisor", "GET", path).json
    assert [(each["points"], each["balance_after"], each["debt"]) for each in lines["items"]] == [
        (7, 12, False),
        (5, 5, False),
    ]
    assert [each["voucher"] for each in lines["items"]] == [2, 1]
    assert lines["next"] is None
    assert site.call("supervisor", "GET", f"{path}?to=2026-03-01").json["items"] == []
    assert site.call("supervisor", "GET", f"{path}?from=x").status_code == 422
    assert site.call("treasurer", "GET", path).status_code == 403


def test_residents_are_added_and_mended(site):
    one = register(site)
    path = f"{HERE}/households/{one['id']}/residents"
    added = site.call("cadre", "POST", path, {"name": "格绒次仁", "birth_year": 1990})
    assert (added.status_code, added.json["household_id"]) == (201, one["id"])
    mended = site.call(
        "cadre", "PATCH", f"{HERE}/residents/{added.json['id']}", {"name": "格绒尼玛"}
    )
    assert (mended.status_code, mended.json["name"]) == (200, "格绒尼玛")
    assert mended.json["birth_year"] == 1990
    head = site.call(
        "cadre", "PATCH", f"{HERE}/residents/{one['head_id']}", {"left_on": "2026-03-01"}
    )
    assert (head.status_code, head.json["type"]) == (409, "/problems/wrong_state")
    site.call("cadre", "PATCH", f"{HERE}/households/{one['id']}", {"head_id": added.json["id"]})
    left = site.call(
        "cadre", "PATCH", f"{HERE}/residents/{one['head_id']}", {"left_on": "2026-03-01"}
    )
    assert left.status_code == 200
    names = [each["name"] for each in site.call("cadre", "GET", f"{HERE}/residents").json["items"]]
    assert names == ["格绒尼玛"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"door": ""}, "/door"),
        ({"head": {"name": ""}}, "/head/name"),
        ({"head": {}}, "/head/name"),
        ({"members": [{"name": "甲"}, {"birth_year": 1990}]}, "/members/1/name"),
        ({"head": {"name": "甲", "birth_year": 2027}}, "/head/birth_year"),
        ({"grid": "513336101209001"}, "/grid"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_bad_household_names_its_field(site, body, pointer):
    good = {"door": "1", "head": {"name": "甲"}}
    answer = site.call("cadre", "POST", f"{HERE}/households", good | body)
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


def test_who_may_register_and_read(site):
    one = register(site)
    body = {"door": "1", "head": {"name": "甲"}}
    for who, writes, reads in (
        ("administrator", 403, 403),
        ("overseer", 403, 403),
        ("reviewer", 403, 200),
        ("supervisor", 403, 200),
        ("treasurer", 403, 200),
        ("shopkeeper", 403, 403),
        (None, 401, 401),
    ):
        assert site.call(who, "POST", f"{HERE}/households", body).status_code == writes, who
        assert site.call(who, "GET", f"{HERE}/households/{one['id']}").status_code == reads, who


def test_another_village_knows_nothing(site):
    one = register(site)
    with site.app.app_context():
        make_village(OTHER_VILLAGE)
    there = f"/villages/{OTHER_VILLAGE}/households"
    assert site.call("cadre", "GET", there).status_code == 404
    assert site.call("cadre", "GET", f"{there}/{one['id']}").status_code == 404


def test_policy_is_set_by_resolution_from_a_day_on(site):
    body = {"publicity_days": 7, "effective_on": "2026-04-01", "resolution": "三月会议"}
    answer = site.call("administrator", "PATCH", f"{HERE}/policy", body)
    assert (answer.status_code, answer.json["publicity_days"]) == (200, 7)
    assert site.call("cadre", "GET", f"{HERE}/policy").json["publicity_days"] == 5
    then = site.call("cadre", "GET", f"{HERE}/policy?on=2026-04-01").json
    assert (then["on"], then["publicity_days"]) == ("2026-04-01", 7)
    bad = site.call("administrator", "PATCH", f"{HERE}/policy", body | {"publicity_days": 16})
    assert [each["pointer"] for each in bad.json["errors"]] == ["/publicity_days"]
    body = {"reviewers": 2, "resolution": "三月会议"}
    assert site.call("cadre", "PATCH", f"{HERE}/policy", body).status_code == 403


@pytest.mark.parametrize(
    "said", [{}, {"resolution": None}, {"resolution": ""}, {"resolution": " "}]
)
def test_no_policy_is_set_without_its_resolution(site, said):
    answer = site.call("administrator", "PATCH", f"{HERE}/policy", {"publicity_days": 7} | said)
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/invalid")
    assert [each["pointer"] for each in answer.json["errors"]] == ["/resolution"]
    assert site.call("cadre", "GET", f"{HERE}/policy").json["publicity_days"] == 5
    described = site.call(None, "GET", "/openapi.json").json["components"]["schemas"]
    assert described["register.PolicyInput"]["required"] == ["resolution"]


def test_divisions_are_listed_added_renamed_and_opened(site):
    townships = site.call(None, "GET", "/divisions?parent=513336&level=township").json["items"]
    assert "513336101" in [each["code"] for each in townships]
    grid = {
        "code": f"{VILLAGE}001",
        "name_zh": "第一网格",
        "level": "grid",
        "parent": VILLAGE,
    }
    assert site.call("administrator", "POST", "/divisions", grid).status_code == 201
    assert site.call("cadre", "POST", "/divisions", grid).status_code == 403
    renamed = site.call("administrator", "PATCH", f"/divisions/{VILLAGE}001", {"name_zh": "东网格"})
    assert renamed.json["name_zh"] == "东网格"
    opened = site.call("administrator", "POST", f"/divisions/{OTHER_VILLAGE}/opening")
    assert opened.status_code == 200
    assert opened.json["opened_at"] is not None
    again = site.call("administrator", "POST", f"/divisions/{OTHER_VILLAGE}/opening")
    assert again.json["type"] == "/problems/wrong_state"
