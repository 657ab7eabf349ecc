"""A key and its request: one effect, one answer, whoever repeats it and however often."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from incentives.access import operations as access
from incentives.access.actor import SYSTEM, Assignment, Role
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.register.models import Household
from incentives.web.idempotency import forget_answers, forget_answers_to
from incentives.web.models import IdempotencyKey
from tests.factories import VILLAGE, act, make_household
from tests.shop.scenes import PIN, make_counter, make_shopper, problem
from tests.site import PASSWORD

HOUSEHOLDS = f"/villages/{VILLAGE}/households"
BODY = {"door": "12", "head": {"name": "扎西彭措"}}
KEY = "0123456789abcdef"


def households(site) -> int:
    with site.app.app_context():
        return db.session.scalar(select(func.count()).select_from(Household))


def kept(site, key: str = KEY) -> IdempotencyKey | None:
    with site.app.app_context():
        return db.session.scalar(select(IdempotencyKey).where(IdempotencyKey.key == key))


def test_the_same_request_again_is_the_same_answer_byte_for_byte(site):
    first = site.call("cadre", "POST", HOUSEHOLDS, BODY, key=KEY)
    assert first.status_code == 201
    assert "Idempotent-Replayed" not in first.headers
    again = site.call("cadre", "POST", HOUSEHOLDS, BODY, key=KEY)
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.mimetype == "application/json"
    # RFC 8785: neither the order of names nor the white space is another request.
    text = json.dumps({"head": BODY["head"], "door": "12"}, indent=2)
    headers = {"Authorization": f"Bearer {site.token('cadre')}", "Idempotency-Key": KEY}
    same = site.app.test_client().post(
        f"/api/v1{HOUSEHOLDS}", data=text, headers=headers, content_type="application/json"
    )
    assert same.data == first.data
    assert households(site) == 1
    row = kept(site)
    assert (row.scope[:5], row.sealed, len(row.fingerprint)) == ("user:", False, 32)


def test_a_key_serves_one_request_only(site):
    assert site.call("cadre", "POST", HOUSEHOLDS, BODY, key=KEY).status_code == 201
    other = site.call("cadre", "POST", HOUSEHOLDS, BODY | {"door": "13"}, key=KEY)
    assert (other.status_code, problem(other)) == (422, "idempotency_key_reused")
    rulebooks = f"/villages/{VILLAGE}/rulebooks"
    elsewhere = site.call("cadre", "POST", rulebooks, {"from": "template"}, key=KEY)
    assert problem(elsewhere) == "idempotency_key_reused"
    # Another user's key of the same text is another key.
    user = {
        "username": "cadre2",
        "name": "x",
        "password": "three words together",
        "roles": [{"role": "cadre", "division": VILLAGE}],
    }
    assert site.call("administrator", "POST", "/users", user, key=KEY).status_code == 201
    assert households(site) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_post_without_a_good_key_is_refused(site):
    headers = {"Authorization": f"Bearer {site.token('cadre')}"}
    client = site.app.test_client()
    for key in (
        None,
        "",
        "short",
        "a" * 15,
        "a" * 65,
        "with space and more",
        "密" * 20,
        "a" * 16 + ".",
    ):
        sent = headers if key is None else headers | {"Idempotency-Key": key}
        answer = client.post(f"/api/v1{HOUSEHOLDS}", json=BODY, headers=sent)
        assert (answer.status_code, problem(answer)) == (400, "idempotency_key_missing"), key
    # Whoever may not do it at all learns that first.
    answer = client.post(f"/api/v1{HOUSEHOLDS}", json=BODY)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert households(site) == 0


def test_refusals_that_would_come_again_are_kept_and_others_are_not(site):
    counter = make_counter(site, soap=3)
    shopper = make_shopper(site, points=100)
    key = str(new_id())
    refused = counter.redeem(shopper, key=key, soap=4)
    assert problem(refused) == "out_of_stock"
    assert counter.move("in", source="donation", soap=10).status_code == 201
    again = counter.redeem(shopper, key=key, soap=4)
    assert (again.status_code, again.data) == (409, refused.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.mimetype == "application/problem+json"
    assert counter.redeem(shopper, key=key, soap=5).json["type"].endswith("key_reused")
    free = str(new_id())
    assert counter.refused(shopper, key=free, soap=6) == "pin_required"
    assert kept(site, free) is None
    # The same sale, now with its PIN, is another body under the same key.
    assert counter.sold(shopper, key=free, soap=6, pin=PIN)["id"] == free
    assert counter.shelf()["soap"] == 7


def test_an_answer_with_a_secret_is_kept_encrypted(site):
    with site.app.app_context():
        body = {"household_id": str(make_household(VILLAGE, door="9").id), "pin": PIN}
    path = f"/villages/{VILLAGE}/cards"
    first = site.call("cadre", "POST", path, body, key=KEY)
    assert first.status_code == 201, first.text
    row = kept(site)
    assert row.sealed
    for secret in (first.json["code"], first.json["number"], PIN):
        assert secret.encode() not in row.body
    assert first.data not in row.body
    again = site.call("cadre", "POST", path, body, key=KEY)
    assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")


def test_after_ninety_days_the_key_tells_only_that_it_was_done(site, clock):
    counter, shopper, key = make_counter(site), make_shopper(site), str(new_id())
    sale = counter.sold(shopper, key=key, soap=1)
    site.call("cadre", "POST", HOUSEHOLDS, BODY, key=KEY)

    def forget(days: int) -> int:
        clock.forward(days=days)
        site.tokens.clear()
        with site.app.app_context():
            return act(lambda: forget_answers(now()))

    assert forget(90) == 0
    assert counter.redeem(shopper, key=key, soap=1).json == sale
    assert forget(1) == 2
    later = counter.redeem(shopper, key=key, soap=1)
    assert (later.status_code, later.json) == (
        200,
        {"status": "already_applied", "event": sale["event_id"]},
    )
    assert later.headers["Idempotent-Replayed"] == "true"
    assert counter.redeem(shopper, key=key, soap=2).json["type"].endswith("key_reused")
    late = site.call("cadre", "POST", HOUSEHOLDS, BODY, key=KEY)
    assert late.json == {"status": "already_applied", "event": None}
    assert counter.shelf()["soap"] == 19
    assert households(site) == 2


def test_erasure_deletes_the_answers_to_a_person(site):
    site.call("cadre", "POST", HOUSEHOLDS, BODY, key=KEY)
    person = kept(site).person
    with site.app.app_context():
        assert act(lambda: forget_answers_to(uuid4())) == 0
        assert act(lambda: forget_answers_to(person)) == 1
    assert kept(site).body is None
    assert households(site) == 1


def test_a_redemption_s_key_is_unique_in_the_village_whoever_sends_it(site):
    counter, shopper, key = make_counter(site), make_shopper(site), str(new_id())
    with site.app.app_context():
        act(
            lambda: (
                access.add_user(
                    username="keeper2",
                    name="x",
                    password=PASSWORD,
                    roles=[Assignment(Role.SHOPKEEPER, VILLAGE)],
                    actor=SYSTEM,
                    now=now(),
                )
                and None
            )
        )
    first = counter.redeem(shopper, key=key, soap=1)
    again = counter.redeem(shopper, key=key, who="keeper2", soap=1)
    assert (again.status_code, again.data) == (201, first.data)
    assert counter.refused(shopper, key=key, who="keeper2", soap=2) == "idempotency_key_reused"
    # Permission is checked anew before an answer is given again.
    assert counter.refused(shopper, key=key, who="cadre", soap=1) == "not_permitted"
    assert counter.refused(shopper, key=uuid4().hex, soap=1) == "idempotency_key_missing"
    assert counter.shelf()["soap"] == 19


def test_twenty_at_once_with_one_key_have_one_effect_and_one_answer(site):
    counter, shopper, key = make_counter(site), make_shopper(site), str(new_id())
    site.token("shopkeeper")
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: counter.redeem(shopper, key=key, soap=1), range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 19
    assert counter.shelf()["soap"] == 19
    shown = site.call("shopkeeper", "POST", "/cards/scan", {"code": shopper.code}).json
    assert shown["balance"] == 190
