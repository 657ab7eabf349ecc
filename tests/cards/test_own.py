"""What a household does with its own cards by HTTP, signed in by card and PIN."""

from uuid import uuid4

import pytest

from incentives.access.actor import Role
from incentives.cards.operations import issue_card
from incentives.clock import now
from tests.factories import VILLAGE, act, make_household, make_village, staff

PIN = "402857"


@pytest.fixture
def homes(app):
    """Two households with a card each."""
    make_village()
    cadre = staff(Role.CADRE)
    found = []
    for number, name in enumerate(("扎西彭措", "王建国"), start=1):
        household = make_household(VILLAGE, name, door=str(number))
        card = act(
            lambda household=household: issue_card(
                village=VILLAGE, household_id=household.id, pin=PIN, actor=cadre, now=now()
            )
        )
        found.append((household.id, card.id, card.number))
    return found


def caller(app, number):
    """A caller signed in by card."""
    client = app.test_client()
    token = client.post("/api/v1/tokens", json={"card": number, "pin": PIN}).json["token"]

    def call(method, path, body=None):
        return client.open(
            f"/api/v1/villages/{VILLAGE}{path}",
            method=method,
            json=body,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex},
        )

    return call


def test_a_household_sees_and_stops_its_own_cards_only(app, homes):
    (own, card, number), (other, other_card, _) = homes
    call = caller(app, number)
    listed = call("GET", f"/households/{own}/cards").json["items"]
    assert [(each["number"], each["status"]) for each in listed] == [(number, "active")]
    assert "code" not in listed[0]
    assert call("GET", f"/households/{other}/cards").status_code == 404
    assert call("GET", f"/cards/{card}").status_code == 403
    assert call("POST", f"/cards/{other_card}/loss").status_code in (403, 404)
    assert call("POST", f"/cards/{card}/reinstatement", {}).status_code == 403
    assert call("POST", f"/cards/{card}/loss").json["status"] == "suspended"
    assert call("GET", f"/households/{own}/cards").status_code == 401


def test_a_household_hides_its_own_balance_only(app, homes):
    (own, _card, number), (other, _other_card, other_number) = homes
    call = caller(app, number)
    hidden = call("PUT", f"/households/{own}/hidden-balance", {"hidden": True})
    assert (hidden.status_code, hidden.json) == (200, {"hidden": True})
    assert call("PUT", f"/households/{other}/hidden-balance", {"hidden": True}).status_code == 404
    other_call = caller(app, other_number)
    assert other_call("GET", f"/households/{own}").status_code == 404
