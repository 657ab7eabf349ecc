"""Points that expire: announced at the period's end, spendable through grace, then cleared."""

from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import select

from incentives import ledger
from incentives.access.actor import SYSTEM, Role
from incentives.cards.operations import issue_card
from incentives.clearing.models import Clearing
from incentives.clearing.operations import clear_villages
from incentives.clearing.queries import coming, expiring
from incentives.clock import beginning, now
from incentives.database import new_id
from incentives.extensions import db
from incentives.ledger.audit import audit
from incentives.register.models import Household
from incentives.register.operations import set_policy
from tests.awards.test_claims_http import Home
from tests.conftest import Clock
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household, make_village, staff
from tests.ledger.books import DAY
from tests.site import Site

END, DUE = date(2026, 12, 31), date(2027, 1, 30)


def go_to(clock: Clock, day: date) -> None:
    clock.now = beginning(day).astimezone(UTC) + timedelta(hours=9)


def post(kind: ledger.Kind, leg: ledger.drafts.Leg) -> None:
    """One event of the village."""

    def work() -> None:
        ledger.hold([VILLAGE])
        draft = ledger.Draft(
            village=VILLAGE, kind=kind, occurred_on=DAY, legs=[leg], record=new_id()
        )
        ledger.post([draft], actor=None, now=now())

    act(work)


def earn(home: str, points: int) -> None:
    post(ledger.Kind.AWARD, ledger.give("issuance", home, points))


def spend(home: str, points: int) -> None:
    post(ledger.Kind.REDEMPTION, ledger.take(home, "shop.1", points))


def points_of(home: str) -> int:
    return ledger.positions(VILLAGE, [home])[home].balance


def village(**policy: object) -> str:
    """A village with a shop and a household; the household's account."""
    make_village(**policy)

    def work() -> None:
        ledger.hold([VILLAGE])
        ledger.open_shop(VILLAGE)

    act(work)
    return make_household().account_code


def resolve(effective_on: date | None = None, **values: object) -> None:
    """Set the village's policy from a day on, today unless said."""
    act(
        lambda: set_policy(
            village=VILLAGE,
            values=values,
            effective_on=effective_on,
            resolution="村民会议",
            actor=SYSTEM,
            now=now(),
        )
    )


def test_what_is_left_is_announced_spent_in_grace_and_the_rest_cleared(app, clock):
    home = village(carry_over="year")
    go_to(clock, date(2026, 12, 20))
    earn(home, 100)
    go_to(clock, END)
    spend(home, 10)  # 90 are left at the year's end
    assert clear_villages(now=now()) == {"clearings_announced": 0, "points_cleared": 0}
    go_to(clock, date(2027, 1, 1))
    assert clear_villages(now=now()) == {"clearings_announced": 1, "points_cleared": 0}
    earn(home, 7)  # of the new year: not touched
    spend(home, 25)
    found = expiring(VILLAGE, home, date(2027, 1, 1))
    assert found is not None
    assert (found.points, found.period_ends_on, found.due_on) == (65, END, DUE)
    go_to(clock, DUE)
    spend(home, 5)
    assert clear_villages(now=now()) == {"clearings_announced": 0, "points_cleared": 0}
    go_to(clock, DUE + timedelta(days=1))
    assert clear_villages(now=now()) == {"clearings_announced": 0, "points_cleared": 60}
    assert points_of(home) == 7
    assert ledger.balance(VILLAGE, "expired") == 60
    assert clear_villages(now=now()) == {"clearings_announced": 0, "points_cleared": 0}
    clearing = db.session.scalars(select(Clearing)).one()
    assert (clearing.households, clearing.points) == (1, 60)
    assert audit(VILLAGE) == []


@pytest.mark.parametrize(
    ("carry_over", "day", "ends"),
    [
        ("always", date(2026, 5, 5), None),
        ("quarter", date(2026, 5, 5), date(2026, 6, 30)),
        ("quarter", date(2026, 6, 30), date(2026, 6, 30)),
        ("quarter", date(2026, 7, 1), date(2026, 9, 30)),
        ("year", date(2026, 5, 5), END),
        ("year", END, END),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_next_clearing_is_known_beforehand(app, clock, carry_over, day, ends):
    village(carry_over=carry_over)
    found = coming(VILLAGE, day)
    assert (found and found.period_ends_on) == ends


def test_a_policy_that_comes_later_clears_nothing_of_before(app, clock):
    home = village()
    earn(home, 50)
    go_to(clock, date(2026, 7, 2))
    resolve(carry_over="quarter")
    go_to(clock, date(2026, 8, 20))
    assert clear_villages(now=now()) == {"clearings_announced": 0, "points_cleared": 0}
    assert points_of(home) == 50


def test_a_late_announcement_gives_the_whole_grace(app, clock):
    home = village(carry_over="year", grace_days=30)
    earn(home, 50)
    go_to(clock, date(2027, 2, 10))  # nobody ran the daily jobs for weeks
    assert clear_villages(now=now()) == {"clearings_announced": 1, "points_cleared": 0}
    go_to(clock, date(2027, 3, 11))
    assert clear_villages(now=now())["points_cleared"] == 0
    go_to(clock, date(2027, 3, 12))
    assert clear_villages(now=now())["points_cleared"] == 50


def test_what_an_allowance_holds_back_is_cleared_when_it_has_ended(app, clock):
    home = village(carry_over="year")
    earn(home, 50)
    go_to(clock, date(2027, 1, 1))
    clear_villages(now=now())
    go_to(clock, date(2027, 1, 31))
    lease = new_id()

    def reserve() -> None:
        ledger.hold([VILLAGE])
        ledger.reserve(VILLAGE, lease, {home: 20}, ends_at=now() + timedelta(hours=72))

    act(reserve)
    assert clear_villages(now=now())["points_cleared"] == 30
    assert points_of(home) == 20
    go_to(clock, date(2027, 2, 4))

    def release() -> None:
        ledger.hold([VILLAGE])
        ledger.release(VILLAGE, lease)

    act(release)
    assert clear_villages(now=now())["points_cleared"] == 20
    assert points_of(home) == 0
    assert db.session.scalars(select(Clearing.points)).one() == 50


def test_what_a_household_owes_is_made_up_before(app, clock):
    home = village(carry_over="year")
    earn(home, 30)
    given = new_id()

    def award() -> ledger.Posted:
        ledger.hold([VILLAGE])
        draft = ledger.Draft(
            village=VILLAGE,
            kind=ledger.Kind.AWARD,
            occurred_on=DAY,
            legs=[ledger.give("issuance", home, 20)],
            record=given,
        )
        return ledger.post([draft], actor=None, now=now())[0]

    event = act(award).id
    lease = new_id()

    def reserve_and_reverse() -> None:
        ledger.hold([VILLAGE])
        ledger.reserve(VILLAGE, lease, {home: 40}, ends_at=now())
        draft = ledger.Draft(
            village=VILLAGE, kind=ledger.Kind.REVERSAL, occurred_on=DAY, reverses=event
        )
        ledger.post([draft], actor=None, now=now())

    act(reserve_and_reverse)  # 10 were spendable: 10 are owed

    def release() -> None:
        ledger.hold([VILLAGE])
        ledger.release(VILLAGE, lease)

    act(release)
    assert ledger.positions(VILLAGE, [home])[home] == ledger.Position(40, 40, 10)
    go_to(clock, date(2027, 1, 1))
    clear_villages(now=now())
    go_to(clock, date(2027, 1, 31))
    assert clear_villages(now=now())["points_cleared"] == 30
    assert ledger.positions(VILLAGE, [home])[home] == ledger.Position(0, 0, 0)
    assert audit(VILLAGE) == []


def test_villages_are_cleared_by_their_own_policy(app, clock):
    home = village(carry_over="year")
    make_village(OTHER_VILLAGE)
    other = make_household(OTHER_VILLAGE).account_code
    earn(home, 5)
    go_to(clock, date(2027, 1, 1))
    assert clear_villages(now=now())["clearings_announced"] == 1
    assert expiring(OTHER_VILLAGE, other, date(2027, 1, 1)) is None


def test_the_page_and_the_call_say_what_goes_and_when(bare_app, client, clock):
    with bare_app.app_context():
        home = village(carry_over="year")
        earn(home, 50)
        db.session.remove()
    go_to(clock, date(2026, 12, 1))
    page = client.get(f"/v/{VILLAGE}/clearing")
    assert page.status_code == 200
    assert 'datetime="2027-01-30"' in page.text
    assert "积分会过期吗" in client.get(f"/v/{VILLAGE}").text
    answer = client.get(f"/api/v1/villages/{VILLAGE}/clearings")
    assert answer.json == {"items": [], "next": None}


PIN = "402857"


def test_a_household_is_told_on_its_own_page_and_nobody_elses(bare_app, client, clock):
    with bare_app.app_context():
        home = village(carry_over="year")
        earn(home, 50)
        own = db.session.scalars(select(Household.id)).one()
        other = make_household(VILLAGE, "王建国", door="2").id
        card = act(
            lambda: issue_card(
                village=VILLAGE, household_id=own, pin=PIN, actor=staff(Role.CADRE), now=now()
            )
        )
        number = card.number
        db.session.remove()
    go_to(clock, date(2026, 12, 1))
    token = client.post("/api/v1/tokens", json={"card": number, "pin": PIN}).json["token"]
    asked = {"Authorization": f"Bearer {token}"}
    households = f"/api/v1/villages/{VILLAGE}/households"
    told = client.get(f"{households}/{own}/expiring", headers=asked).json
    assert told == {"points": 50, "period_ends_on": "2026-12-31", "due_on": "2027-01-30"}
    assert client.get(f"{households}/{other}/expiring", headers=asked).status_code == 404
    assert client.get(f"{households}/{own}/expiring").status_code == 401
    form = client.get("/c").text
    csrf = form.split('name="csrf_token" value="')[1].split('"')[0]
    key = form.split('name="form_key" value="')[1].split('"')[0] if "form_key" in form else ""
    client.post("/c", data={"csrf_token": csrf, "form_key": key, "code": number, "pin": PIN})
    page = client.get("/c/account").text
    assert "50 分" in page
    assert 'datetime="2027-01-30"' in page


def test_a_household_reads_what_was_cleared_who_decided_and_what_to_do(bare_app, clock):
    with bare_app.app_context():
        make_village(carry_over="year")
        db.session.remove()
    home = Home(Site(bare_app), "扎西彭措", door="1")
    with bare_app.app_context():
        earn(db.session.scalars(select(Household.account_code)).one(), 50)
        go_to(clock, date(2027, 1, 1))
        clear_villages(now=now())
        go_to(clock, DUE + timedelta(days=1))
        clear_villages(now=now())
        db.session.remove()
    home.sign_in()
    page = home.open("/c/account")
    for words in (
        "50 points were cleared",
        "left of what came by 31 Dec 2026, to be spent by 30 Jan 2027",
        "decided by the village: test",
        "Object to this",
    ):
        assert words in page, words
    go_to(clock, DUE + timedelta(days=32))
    home.sign_in()
    page = home.open("/c/account")
    assert "50 points were cleared" in page
    assert "Object to this" not in page
    assert "supervision committee" in page
    go_to(clock, DUE + timedelta(days=61))
    home.sign_in()
    page = home.open("/c/account")
    assert "50 points were cleared" not in page
    assert "decided by the village: test" in page
