"""A village that is served, with a household that objects: by its page, by HTTP, by its shop."""

from typing import Any

from flask import Flask

from incentives.access.actor import Role
from incentives.cards.queries import cards_of_household, code_of
from incentives.database import new_id
from incentives.register.queries import find_household
from tests.awards.scenes import adopt_rules
from tests.awards.test_claims_http import Home
from tests.factories import VILLAGE
from tests.shop.scenes import Counter, give_points, make_counter
from tests.site import Site, add_account, make_site

AT = f"/villages/{VILLAGE}"
TODAY = "2026-03-02"
STAFF = ("cadre", "reviewer", "supervisor", "shopkeeper", "treasurer")


def add(site: Site, username: str, role: Role, division: str = VILLAGE) -> None:
    """One more member of staff."""
    with site.app.app_context():
        add_account(username, (role, division))


def make_notices_site(app: Flask) -> Site:
    """A village with rules and staff, two of whom review and two write down."""
    site = make_site(app, users=STAFF, publicity_days=0)
    with app.app_context():
        adopt_rules()
    add(site, "second", Role.REVIEWER)
    add(site, "writer", Role.CADRE)
    return site


def make_home(site: Site) -> Home:
    """The household that objects."""
    return Home(site, "扎西彭措", "洛绒卓玛", door="1")


def posted(site: Site, home: Home) -> dict[str, Any]:
    """Points that were given to a household's head."""
    act_of = {"rule_item": "CL01", "occurred_on": TODAY, "resident_id": str(home.head)}
    award = site.call("cadre", "POST", f"{AT}/awards", act_of).json
    done = site.call(
        "reviewer", "POST", f"{AT}/awards/{award['id']}/review", {"decision": "approve"}
    )
    assert done.json["status"] == "posted"
    return done.json


def bought(site: Site, home: Home) -> dict[str, Any]:
    """Something that a household got at the shop."""
    counter: Counter = make_counter(site)
    with site.app.app_context():
        give_points(find_household(VILLAGE, home.id).account_code, 100)
    body = {
        "shop_id": str(counter.shop),
        "lines": counter.lines(soap=2),
        "card_code": code_of_home(site, home),
    }
    answer = site.call("shopkeeper", "POST", f"{AT}/redemptions", body, key=str(new_id()))
    assert answer.status_code == 201, answer.text
    return answer.json


def code_of_home(site: Site, home: Home) -> str:
    with site.app.app_context():
        return code_of(cards_of_household(home.id)[0])


def ruled(site: Site, made: dict[str, Any], who: str = "second", **more: Any) -> dict[str, Any]:
    body = {"upheld": True, "reason": "asked around", **more}
    answer = site.call(who, "POST", f"{AT}/objections/{made['id']}/ruling", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def listed(home: Home) -> list[dict[str, Any]]:
    return home.call("GET", f"{AT}/objections").json["items"]
