"""A cadre's word at the counter: for whom, by whom, how long, and how it is got around."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.register.models import Household
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household, make_village
from tests.shop.scenes import PIN, Counter, Shopper, make_counter, make_shopper, problem
from tests.site import PASSWORD, Site, make_site

VOUCHES = f"/villages/{VILLAGE}/vouches"


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("cadre", "shopkeeper"))


@pytest.fixture
def counter(site) -> Counter:
    return make_counter(site)


@pytest.fixture
def shopper(site, counter) -> Shopper:
    return make_shopper(site)


def scan(site: Site, who: str = "shopkeeper", **shown: str) -> dict[str, Any]:
    answer = site.call(who, "POST", "/cards/scan", shown)
    assert answer.status_code == 200, answer.text
    return answer.json


def ask(site: Site, scan_id: str, points: int = 60, *, who: str = "shopkeeper"):
    return site.call(who, "POST", VOUCHES, {"scan_id": scan_id, "points": points})


def asked(site: Site, shopper: Shopper, points: int = 60) -> dict[str, Any]:
    answer = ask(site, scan(site, code=shopper.code)["scan_id"], points)
    assert answer.status_code == 201, answer.text
    return answer.json


def confirm(site: Site, vouch: dict[str, Any], *, who: str = "cadre"):
    return site.call(who, "POST", f"{VOUCHES}/{vouch['id']}/confirmation")


def confirmed(site: Site, vouch: dict[str, Any]) -> dict[str, Any]:
    answer = confirm(site, vouch)
    assert answer.status_code == 200, answer.text
    return answer.json


def add_user(site: Site, username: str, role: Role, *, of: UUID | None = None) -> None:
    """A user with a role, who is the head of a household."""
    with site.app.app_context():
        head = db.session.get_one(Household, of).head_id if of else None
        act(
            lambda: (
                access.add_user(
                    username=username,
                    name=f"{username} 某",
                    password=PASSWORD,
                    roles=[Assignment(role, VILLAGE)],
                    resident_id=head,
                    actor=SYSTEM,
                    now=now(),
                ).id
            )
        )


def test_a_cadre_s_word_serves_instead_of_the_pin(site, counter, shopper):
    vouch = asked(site, shopper)
    assert (vouch["status"], vouch["holder"], vouch["spendable"]) == ("waiting", "扎**", None)
    (waiting,) = site.call("cadre", "GET", VOUCHES).json["items"]
    assert (waiting["holder"], waiting["door"], waiting["points"]) == ("扎西彭措", "1", 60)
    assert counter.refused(shopper, scan_id=vouch["scan_id"], soap=6) == "pin_required"

    told = confirmed(site, vouch)
    seen = site.call("shopkeeper", "GET", f"{VOUCHES}/{vouch['id']}").json
    assert (seen["status"], seen["vouched_by"], seen["spendable"]) == (
        "confirmed",
        told["vouched_by"],
        200,
    )
    (answered,) = site.call("cadre", "GET", VOUCHES).json["items"]
    assert (answered["id"], answered["status"]) == (vouch["id"], "confirmed")
    sale = counter.sold(shopper, scan_id=vouch["scan_id"], soap=6, vouched_by=seen["vouched_by"])
    assert (sale["points"], sale["vouched_by"]) == (60, told["vouched_by"])
    # What was proved doesn't count as by card alone: fifty by card go still.
    assert counter.sold(shopper, soap=5)["vouched_by"] is None


def test_a_word_is_for_one_sale_of_so_many_points(site, counter, shopper):
    vouch = asked(site, shopper, points=60)
    by = confirmed(site, vouch)["vouched_by"]
    sale = {"scan_id": vouch["scan_id"], "vouched_by": by}
    assert counter.refused(shopper, soap=7, **sale) == "pin_required"
    assert counter.refused(shopper, soap=6, scan_id=vouch["scan_id"], vouched_by=str(new_id())) == (
        "pin_required"
    )
    other = scan(site, code=shopper.code)["scan_id"]
    assert counter.refused(shopper, soap=6, scan_id=other, vouched_by=by) == "pin_required"
    assert counter.refused(shopper, soap=6, vouched_by=by) == "invalid"  # by code, without a scan
    counter.sold(shopper, soap=6, **sale)
    assert counter.refused(shopper, soap=1, **sale) == "code_used"


def test_a_refusal_or_no_answer_serves_nobody(site, counter, shopper, clock):
    vouch = asked(site, shopper)
    path = f"{VOUCHES}/{vouch['id']}/refusal"
    answer = site.call("cadre", "POST", path, {"reason": "不认识"})
    assert (answer.json["status"], answer.json["reason"]) == ("refused", "不认识")
    by = answer.json["answered_by_name"]
    assert by == "cadre 某"
    assert answer.json["vouched_by"] is None
    assert problem(confirm(site, vouch)) == "wrong_state"
    late = asked(site, shopper)
    clock.forward(minutes=10)
    (refused,) = site.call("cadre", "GET", VOUCHES).json["items"]
    assert refused["status"] == "refused"
    assert problem(confirm(site, late)) == "code_expired"
    assert site.call("shopkeeper", "GET", f"{VOUCHES}/{late['id']}").json["status"] == "expired"


def test_asking_and_confirming_give_the_sale_ten_minutes_each(site, counter, shopper, clock):
    shown = scan(site, code=shopper.code)
    clock.forward(minutes=9)
    vouch = ask(site, shown["scan_id"]).json
    clock.forward(minutes=9)
    by = confirmed(site, vouch)["vouched_by"]
    clock.forward(minutes=9)
    counter.sold(shopper, soap=6, scan_id=shown["scan_id"], vouched_by=by)
    again = asked(site, shopper)
    by = confirmed(site, again)["vouched_by"]
    clock.forward(minutes=10)
    sale = {"scan_id": again["scan_id"], "vouched_by": by}
    assert counter.refused(shopper, soap=1, **sale) == "code_expired"
    assert problem(ask(site, again["scan_id"])) == "code_expired"


def test_a_scan_is_asked_about_once_and_by_who_made_it(site, shopper):
    add_user(site, "keeper2", Role.SHOPKEEPER)
    scan_id = scan(site, code=shopper.code)["scan_id"]
    assert problem(ask(site, scan_id, who="keeper2")) == "not_found"
    assert problem(ask(site, scan_id, who="cadre")) == "not_permitted"
    assert ask(site, scan_id).status_code == 201
    assert problem(ask(site, scan_id)) == "wrong_state"
    assert problem(ask(site, str(new_id()))) == "not_found"


def test_nobody_vouches_for_themselves_or_for_the_shop(site, counter, shopper):
    """Neither the holder's household, nor who asks, nor the household of who asks."""
    with site.app.app_context():
        keepers = make_household(VILLAGE, "格桑", "格桑央宗", door="2").id
    add_user(site, "holder_cadre", Role.CADRE, of=shopper.household)
    add_user(site, "keeper2", Role.SHOPKEEPER, of=keepers)
    add_user(site, "keeper_cadre", Role.CADRE, of=keepers)  # the keeper's other account
    scan_id = scan(site, "keeper2", code=shopper.code)["scan_id"]
    vouch = ask(site, scan_id, who="keeper2").json
    assert problem(confirm(site, vouch, who="holder_cadre")) == "own_household"
    assert site.call("holder_cadre", "GET", VOUCHES).json["items"] == []
    assert problem(confirm(site, vouch, who="keeper_cadre")) == "own_request"
    with site.app.app_context():
        member = db.session.scalar(text("SELECT id FROM resident WHERE name = '格桑央宗'"))
        as_uuid = member if isinstance(member, UUID) else UUID(member)
        act(
            lambda: (
                access.add_user(
                    username="keeper_wife",
                    name="格桑央宗",
                    password=PASSWORD,
                    roles=[Assignment(Role.CADRE, VILLAGE)],
                    resident_id=as_uuid,
                    actor=SYSTEM,
                    now=now(),
                ).id
            )
        )
    assert problem(confirm(site, vouch, who="keeper_wife")) == "own_household"
    assert problem(confirm(site, vouch, who="shopkeeper")) == "not_permitted"
    assert confirm(site, vouch).status_code == 200


def test_the_shopkeeper_s_own_household_needs_its_pin_whoever_vouches(site, counter, shopper):
    add_user(site, "keeper2", Role.SHOPKEEPER, of=shopper.household)
    shown = scan(site, "keeper2", code=shopper.code)
    assert shown["pin_needed_above"] == 0
    assert problem(ask(site, shown["scan_id"], who="keeper2")) == "own_household"
    sale = {"scan_id": shown["scan_id"], "soap": 1, "who": "keeper2"}
    by = str(new_id())
    assert counter.refused(shopper, **sale, vouched_by=by, pin=PIN) == "own_household"
    assert counter.refused(shopper, **sale) == "pin_required"
    counter.sold(shopper, **sale, pin=PIN)


def test_another_village_s_cadre_sees_and_says_nothing(site, shopper):
    vouch = asked(site, shopper)
    with site.app.app_context():
        make_village(OTHER_VILLAGE)
        act(
            lambda: (
                access.add_user(
                    username="far_cadre",
                    name="far",
                    password=PASSWORD,
                    roles=[Assignment(Role.CADRE, OTHER_VILLAGE)],
                    actor=SYSTEM,
                    now=now(),
                ).id
            )
        )
    assert problem(confirm(site, vouch, who="far_cadre")) == "not_found"
    there = f"/villages/{OTHER_VILLAGE}/vouches"
    assert site.call("far_cadre", "GET", there).json["items"] == []
    path = f"{there}/{vouch['id']}/confirmation"
    assert problem(site.call("far_cadre", "POST", path)) == "not_found"


def test_a_forgotten_card_is_found_by_name_and_needs_a_word(site, counter, shopper):
    found = f"/villages/{VILLAGE}/cards/forgotten"
    assert problem(site.call("cadre", "GET", f"{found}?q=扎西彭措")) == "not_permitted"
    assert problem(site.call("shopkeeper", "GET", f"{found}?q=扎")) == "invalid"
    for q in ("扎西彭措", "zxpc", "luorong"):
        (one,) = site.call("shopkeeper", "GET", f"{found}?q={q}").json["items"]
        assert one["card_id"] == str(shopper.card)
        assert one["holder"] in ("扎**", "洛**")
    shown = scan(site, card_id=str(shopper.card))
    assert (shown["shown_by"], shown["balance"], shown["spendable"]) == ("name", None, None)
    sale = {"scan_id": shown["scan_id"], "soap": 1}
    assert counter.refused(shopper, **sale) == "pin_required"
    assert counter.refused(shopper, **sale, pin=PIN) == "pin_required"
    vouch = ask(site, shown["scan_id"]).json
    by = confirmed(site, vouch)
    assert site.call("shopkeeper", "GET", f"{VOUCHES}/{vouch['id']}").json["spendable"] == 200
    counter.sold(shopper, **sale, vouched_by=by["vouched_by"])


def test_nobody_else_begins_a_sale_by_name(site, shopper):
    for who, name in ((None, "not_signed_in"), ("cadre", "not_found")):
        answer = site.call(who, "POST", "/cards/scan", {"card_id": str(shopper.card)})
        assert problem(answer) == name
    unknown = site.call("shopkeeper", "POST", "/cards/scan", {"card_id": str(new_id())})
    assert problem(unknown) == "not_found"


def test_a_card_reported_lost_isn_t_found_by_name(site, shopper):
    path = f"/villages/{VILLAGE}/cards/{shopper.card}/suspension"
    assert site.call("cadre", "POST", path, {}).status_code == 200
    found = f"/villages/{VILLAGE}/cards/forgotten?q=扎西彭措"
    assert site.call("shopkeeper", "GET", found).json["items"] == []
    answer = site.call("shopkeeper", "POST", "/cards/scan", {"card_id": str(shopper.card)})
    assert problem(answer) == "card_suspended"


def test_the_household_sees_who_said_that_it_was_them(site, counter, shopper):
    confirmed(site, asked(site, shopper))
    path = f"/villages/{VILLAGE}/households/{shopper.household}/vouches"
    token = (
        site.app.test_client()
        .post("/api/v1/tokens", json={"card": shopper.code, "pin": PIN})
        .json["token"]
    )
    headers = {"Authorization": f"Bearer {token}"}
    (seen,) = site.app.test_client().get(f"/api/v1{path}", headers=headers).json["items"]
    assert (seen["answered_by_name"], seen["status"]) == ("cadre 某", "confirmed")
    other = make_shopper(site, 0)
    elsewhere = f"/api/v1/villages/{VILLAGE}/households/{other.household}/vouches"
    assert site.app.test_client().get(elsewhere, headers=headers).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        "answered_by = asked_by, answered_at = asked_at, status = 'confirmed'",
        "status = 'confirmed'",
        "points = 0",
        "reason = 'x'",
        "expires_at = asked_at",
    ],
)
def test_the_database_refuses_what_the_operation_does(site, shopper, change):
    asked(site, shopper)
    refused_by_the_database(site, f"UPDATE vouch SET {change}")


@pytest.mark.parametrize("change", ["shown_by = 'name'", "vouched_by = redeemed_by"])
def test_the_database_refuses_a_sale_without_another_s_word(site, counter, shopper, change):
    counter.sold(shopper, soap=1)
    refused_by_the_database(site, f"UPDATE redemption SET {change}")


def refused_by_the_database(site: Site, statement: str) -> None:
    with site.app.app_context():
        db.session.connection(execution_options={"write": True, "plain": True})
        with pytest.raises(IntegrityError):
            db.session.execute(text(statement))
        db.session.rollback()
