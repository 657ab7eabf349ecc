"""The demo county: loaded once here, on SQLite, with one small village."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from incentives import ledger
from incentives.access.models import User
from incentives.access.people import actor_of_user
from incentives.awards.models import Award, AwardStatus
from incentives.cards.models import Card
from incentives.cards.operations import identify_card
from incentives.cards.pins import INTERNET, verify_pin
from incentives.clock import now
from incentives.demo.accounts import TOWNSHIP, VILLAGE_DUTIES, accounts
from incentives.demo.calendar import HISTORY_DAYS
from incentives.demo.closing import FEE_FEN
from incentives.demo.loading import DemoRefused, load_demo
from incentives.extensions import db
from incentives.fund.models import (
    CountStatus,
    Disbursement,
    DisbursementList,
    MonthClose,
    Status,
)
from incentives.fund.queries import first_of, month_standing, next_to_close, rows_on
from incentives.installation import get_installation
from incentives.ledger.audit import audit
from incentives.ledger.models import Checkpoint, Event
from incentives.ledger.queries import head
from incentives.notices.models import Notice
from incentives.register.models import Household, Resident
from incentives.shop.models import Good, Stock
from tests.factories import VILLAGE


@pytest.fixture(autouse=True)
def fresh(county):
    db.session.remove()


def test_the_accounts_are_those_of_the_list(county):
    names = {account.username for account in accounts()}
    assert names == {
        "admin",
        "responder",
        *(f"{word}.{TOWNSHIP}" for word in ("overseer", "reviewer", "supervisor", "responder")),
        *(
            f"{word}.{VILLAGE}"
            for word in (
                "cadre",
                "cadre2",
                "reviewer",
                "reviewer2",
                "treasurer",
                "supervisor",
                "shopkeeper",
            )
        ),
    }
    assert set(db.session.scalars(select(User.username))) == names


def test_the_village_staff_live_in_the_village(county):
    users = list(db.session.scalars(select(User).where(User.username.endswith(VILLAGE))))
    assert len(users) == len(VILLAGE_DUTIES)
    households = {actor_of_user(user).household_id for user in users}
    assert None not in households
    assert len(households) == len(users)


def test_history_is_dated_as_it_happened(county):
    first, last = db.session.execute(select(func.min(Event.at), func.max(Event.at))).one()
    assert now() - first > timedelta(days=HISTORY_DAYS - 5)
    assert last <= now()
    assert db.session.scalar(select(func.count()).select_from(Event)) > 300


def test_the_books_hold_and_are_sealed(county):
    assert audit(VILLAGE) == []
    sizes = list(db.session.scalars(select(Checkpoint.size)))
    assert sizes == [head(VILLAGE).size]
    assert get_installation().loading is False
    assert get_installation().demo is True


def test_something_waits_for_everyone(county):
    rows = db.session.execute(select(Award.status, func.count()).group_by(Award.status))
    counts = {row[0]: row[1] for row in rows}
    assert counts[AwardStatus.POSTED] > 300
    assert counts[AwardStatus.REVERSED] == 1
    assert counts[AwardStatus.PUBLISHED] > 0
    assert counts[AwardStatus.PROPOSED] >= 8
    states = set(db.session.scalars(select(Disbursement.status)))
    assert states == {Status.APPLIED, Status.EVALUATED, Status.PUBLISHED, Status.PAID}
    assert db.session.scalar(select(func.count()).where(Notice.closed_at.is_(None))) >= 1


def test_the_fund_and_the_shelf_are_full(county):
    held = ledger.balances(VILLAGE)
    assert held["bank"] > 0
    assert held["spending.family"] == 300_000
    goods = db.session.scalar(select(func.count()).select_from(Good))
    assert goods == 34
    least = select(func.min(Stock.quantity)).join(Good).where(Good.voucher_days.is_(None))
    assert db.session.scalar(least) >= 20


def test_the_funds_months_are_closed_but_for_the_last(county):
    closed = list(db.session.scalars(select(MonthClose.month).order_by(MonthClose.month)))
    assert len(closed) >= 2
    following = next_to_close(VILLAGE)
    assert following == first_of(closed[-1] + timedelta(days=32))
    standing = month_standing(VILLAGE, following)
    assert standing.count.status is CountStatus.WAITING
    assert [line.amount_fen for line in standing.bank.lines if line.amount_fen == -FEE_FEN]
    assert standing.bank.events
    assert standing.missing


def test_the_years_rewards_were_paid_from_one_list(county):
    asked = db.session.scalars(select(DisbursementList)).one()
    rows = rows_on(asked.id)
    assert {row.status for row in rows} == {Status.PAID}
    assert len(rows) == 10  # of the twenty households of this small village
    assert asked.total_fen == 200_000


def test_households_have_points_to_spend(county):
    codes = list(db.session.scalars(select(Household.account_code)))
    balances = [each.spendable for each in ledger.positions(VILLAGE, codes).values()]
    assert sum(balance >= 20 for balance in balances) >= len(balances) // 2


def test_people_are_of_both_traditions_and_minors_are_marked(county):
    people = list(db.session.scalars(select(Resident)))
    assert {each.minor for each in people} == {True, False}
    assert any(each.name.startswith(("扎西", "洛绒", "格绒", "次仁")) for each in people)


def test_the_listed_cards_open_with_their_pins(county):
    answer = county.test_cli_runner().invoke(args=["demo", "cards", "--limit", "3"])
    assert answer.exit_code == 0, answer.output
    rows = re.findall(r"PIN (\d{6})\s+(\S+)", answer.output)
    assert len(rows) == 3
    for pin, url in rows:
        assert url.startswith("http://127.0.0.1:8000/c#P1")
        card = identify_card(url, now=now())
        assert card.demo_pin
        verify_pin(card, pin, counter=INTERNET, now=now())


def test_a_database_with_anything_in_it_is_refused(county):
    before = db.session.scalar(select(func.count()).select_from(Card))
    with pytest.raises(DemoRefused):
        load_demo(villages=1, households=20)
    answer = county.test_cli_runner().invoke(args=["demo", "load"])
    assert answer.exit_code == 1
    assert db.session.scalar(select(func.count()).select_from(Card)) == before


def test_pages_say_that_it_is_made_up(county):
    page = county.test_client().get("/")
    assert "虚构" in page.get_data(as_text=True) or "made up" in page.get_data(as_text=True)
