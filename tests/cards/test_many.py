"""Cards for many at once: one a household, never two; and the warning of a stopped counter."""

import threading
from uuid import UUID

import pytest
from sqlalchemy import func, select

from incentives.access.actor import SYSTEM, Role
from incentives.cards import operations, queries
from incentives.cards.models import Card, CardIssue
from incentives.cards.operations.issuing import free_numbers
from incentives.clock import now
from incentives.errors import Invalid, NotFound, NotPermitted
from incentives.extensions import db
from incentives.register.models import Household
from tests.factories import OTHER_VILLAGE, VILLAGE, act, make_household, make_village, staff
from tests.shop.scenes import make_shopper, problem
from tests.site import Site, make_site

CADRE = staff(Role.CADRE)
GRID = VILLAGE + "001"
CARDS = f"/villages/{VILLAGE}/cards"


@pytest.fixture
def village(app) -> str:
    return make_village()


@pytest.fixture
def site(bare_app) -> Site:
    return make_site(bare_app, users=("cadre", "shopkeeper", "supervisor"))


def issue_all(**fields) -> tuple[int, int]:
    """Make cards as a cadre; how many, and how many households were left out."""

    def work() -> tuple[int, int]:
        made = operations.issue_cards(village=VILLAGE, actor=CADRE, now=now(), **fields)
        return len(made.cards), made.skipped

    return act(work)


def change(card: UUID, operation, **fields) -> None:
    act(lambda: operation(village=VILLAGE, card_id=card, actor=CADRE, now=now(), **fields).id)


def card_of(household: UUID) -> UUID:
    found = db.session.scalar(select(Card.id).where(Card.household_id == household))
    db.session.rollback()
    return found


def test_each_household_gets_one_and_nobody_a_second(village):
    first, second = make_household(door="1").id, make_household(door="2").id
    act(
        lambda: (
            operations.issue_card(village=VILLAGE, household_id=first, actor=SYSTEM, now=now()).id
        )
    )
    assert issue_all() == (1, 1)
    assert issue_all() == (0, 2)
    cards = db.session.scalars(select(Card)).all()
    assert [card.household_id for card in cards] == [first, second]
    assert len({card.number for card in cards}) == len({card.card_id for card in cards}) == 2
    # Each has its first print, and its code is read.
    assert db.session.scalar(select(func.count()).select_from(CardIssue)) == 2
    for card in cards:
        assert operations.identify_card(queries.url_of(card), now=now()).id == card.id


def test_a_lost_card_is_printed_anew_and_a_revoked_one_replaced(village):
    lost, over = make_household(door="1").id, make_household(door="2").id
    assert issue_all() == (2, 0)
    change(card_of(lost), operations.suspend_card)
    change(card_of(over), operations.revoke_card, reason="坏了")
    counts = queries.card_counts(VILLAGE, now=now())
    assert (counts.households, counts.with_card, counts.lost, counts.without) == (2, 0, 1, 1)
    db.session.rollback()
    assert issue_all() == (1, 1)


def test_who_has_left_gets_none(village):
    household = make_household().id

    def leave() -> None:
        db.session.get_one(Household, household).departed_on = now().date()

    act(leave)
    assert issue_all() == (0, 0)


def test_for_a_grid_or_some_households(village):
    first, second = make_household(door="1").id, make_household(door="2").id
    with pytest.raises(Invalid):
        issue_all(grid=GRID)
    with pytest.raises(NotFound):
        issue_all(household_ids=[UUID(int=1)])
    assert issue_all(household_ids=[second]) == (1, 0)
    assert card_of(first) is None


def test_only_a_cadre_of_the_village_makes_them(village):
    for actor, refusal in (
        (staff(Role.SHOPKEEPER), NotPermitted),
        (staff(Role.SUPERVISOR), NotPermitted),
        (staff(Role.CADRE, OTHER_VILLAGE), NotFound),
    ):
        with pytest.raises(refusal):
            act(
                lambda actor=actor: (
                    operations.issue_cards(village=VILLAGE, actor=actor, now=now()) and None
                )
            )


def test_numbers_that_are_taken_are_drawn_anew(village, monkeypatch):
    make_household()
    issue_all()
    taken = db.session.scalar(select(CardIssue.number))
    drawn = iter([taken, taken, "000000000197", "000000000197", "000000000294"])
    monkeypatch.setattr("incentives.cards.operations.issuing.new_number", lambda: next(drawn))
    assert sorted(free_numbers(2)) == ["000000000197", "000000000294"]


def test_two_who_make_cards_at_once_make_one_each(site):
    with site.app.app_context():
        for number in range(1, 6):
            make_household(door=str(number))
        db.session.remove()
    answers = []
    site.token("cadre")

    def make() -> None:
        answers.append(site.call("cadre", "POST", f"{CARDS}/batch", {}))

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.json["made"] for answer in answers) == [0, 5]


def test_by_http_under_a_key(site):
    with site.app.app_context():
        make_household(door="1")
        db.session.remove()
    first = site.call("cadre", "POST", f"{CARDS}/batch", {}, key="k" * 20)
    assert (first.status_code, first.json["made"], first.json["skipped"]) == (201, 1, 0)
    assert "code" not in first.json["items"][0]
    again = site.call("cadre", "POST", f"{CARDS}/batch", {}, key="k" * 20)
    assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")
    both = {"grid": GRID, "household_ids": [str(UUID(int=1))]}
    assert problem(site.call("cadre", "POST", f"{CARDS}/batch", both)) == "invalid"
    assert site.call("shopkeeper", "POST", f"{CARDS}/batch", {}).status_code == 403


def test_sheets_by_http(site):
    assert problem(site.call("cadre", "POST", f"{CARDS}/sheets", {})) == "invalid"
    make_shopper(site, 0)
    answer = site.call("cadre", "POST", f"{CARDS}/sheets", {})
    assert (answer.status_code, answer.json["status"], answer.json["cards"]) == (201, "waiting", 1)
    path = f"{CARDS}/sheets/{answer.json['id']}"
    assert problem(site.call("cadre", "GET", f"{path}.pdf")) == "wrong_state"
    with site.app.app_context():
        assert operations.lay_out_next(now=now())
    ready = site.call("cadre", "GET", path).json
    assert (ready["status"], ready["cards_done"], ready["sheets"]) == ("ready", 1, 1)
    fetched = site.call("cadre", "GET", f"{path}.pdf")
    assert (fetched.content_type, fetched.data[:5]) == ("application/pdf", b"%PDF-")
    assert site.call("cadre", "GET", f"{CARDS}/sheets").json["items"] == [ready]
    for who in ("shopkeeper", "supervisor"):
        for each in (path, f"{path}.pdf", f"{CARDS}/sheets"):
            assert site.call(who, "GET", each).status_code == 403
    assert site.call("cadre", "GET", f"/villages/{OTHER_VILLAGE}/cards/sheets").status_code == 404


def test_the_pages_make_print_and_show(site):
    shopper = make_shopper(site, 0)
    with site.app.app_context():
        make_household(door="2")
        db.session.remove()
    assert "Without a card" in site.open("cadre", "/desk/cards")
    for said in ("1 card is made: print it", "none was made"):
        made = site.send("cadre", "/desk/cards/batch", on="/desk/cards", grid="")
        assert made.status_code == 303
        assert said in site.open("cadre", "/desk/cards")
    bad = site.send("cadre", "/desk/cards/batch", on="/desk/cards", grid=GRID)
    assert bad.status_code == 422
    alone = site.open("cadre", f"/desk/cards/sheet?ids={shopper.card}")
    assert 'data-print="page"' in alone
    asked = site.send("cadre", "/desk/cards/sheets", on="/desk/cards", new_only="1")
    assert asked.status_code == 303
    assert "0 of 2 cards" in site.open("cadre", asked.location)
    pdf = site.browser("cadre").get(f"{asked.location}.pdf")
    assert pdf.status_code == 409
    with site.app.app_context():
        assert operations.lay_out_next(now=now())
    assert "2 cards are ready" in site.open("cadre", asked.location)
    pdf = site.browser("cadre").get(f"{asked.location}.pdf")
    assert pdf.data.startswith(b"%PDF-")
    nothing = site.send("cadre", "/desk/cards/sheets", on="/desk/cards", new_only="1")
    assert nothing.status_code == 422


def test_supervisors_read_where_a_counter_was_stopped(site):
    make_shopper(site, 0)
    alarms = f"{CARDS}/alarms"
    for _ in range(19):
        assert site.call("shopkeeper", "POST", "/cards/scan", {"number": "1"}).status_code == 422
    assert site.call("supervisor", "GET", alarms).json["items"] == []
    site.call("shopkeeper", "POST", "/cards/scan", {"number": "1"})
    stopped = site.call("shopkeeper", "POST", "/cards/scan", {"number": "1"})
    assert problem(stopped) == "too_many_requests"
    (told,) = site.call("supervisor", "GET", alarms).json["items"]
    assert (told["counter"], told["name"], told["wrong"]) == ("user", "shopkeeper 某", 20)
    assert site.call("cadre", "GET", alarms).status_code == 403
    assert "A counter was stopped" in site.open("supervisor", "/supervise")
    assert "20 wrong" in site.open("supervisor", "/supervise/cards")
    assert "A counter was stopped" not in site.open("cadre", "/desk")


def test_a_card_past_its_day_serves_and_is_marked(site, clock):
    shopper = make_shopper(site, 0)
    path = f"{CARDS}/{shopper.card}"
    assert site.call("cadre", "GET", path).json["renewal_due"] is False
    clock.forward(days=5 * 366)
    site.tokens.clear()
    site.browsers.clear()
    assert site.call("cadre", "GET", path).json["renewal_due"] is True
    shown = site.call("shopkeeper", "POST", "/cards/scan", {"code": shopper.code}).json
    assert shown["card"]["renewal_due"] is True
    assert "Past its day" in site.open("cadre", f"/desk/cards/{shopper.card}")
    assert "1 card is past its day" in site.open("cadre", "/desk/cards")
    again = site.call("cadre", "POST", f"{path}/reissue", {}).json
    assert (again["renewal_due"], again["issue"]) == (False, 2)
