"""What the bank wrote stays as it was entered, and of a closed month what it was matched with."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Invalid, WrongState
from incentives.extensions import db
from incentives.fund import operations, queries
from incentives.fund.models import BankLine, Method
from tests.factories import VILLAGE, act
from tests.fund.months import close, confirm, count, match_all, stand_by, statement
from tests.fund.people import give, make_people
from tests.fund.raw import hexed, refused, send

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
END = date(2026, 3, 31)


@pytest.fixture
def village(app):
    people = make_people(publicity_days=0)
    give(people, 1_000_000)
    return people


@pytest.fixture
def banked(village, clock):
    """March closed: an income matched, a line and an entry explained; April's statement entered."""
    give(village, 300_000, Method.BANK)
    give(village, 2_000, Method.BANK)
    clock.forward(days=32)  # the 3rd of April
    give(village, 40_000, Method.BANK, received_on=date(2026, 4, 2))
    statement(village, MARCH, END, (date(2026, 3, 2), 300_000), (date(2026, 3, 30), 25, "利息"))
    match_all(village, END)
    explain_line(village, 25)
    explain_event(village, 2_000)
    confirm(village, count(village, MARCH).id)
    stand_by(village)
    close(village, MARCH)
    enter_april(village)
    return village


def enter_april(village):
    return statement(
        village,
        APRIL,
        date(2026, 4, 3),
        (date(2026, 4, 2), 40_000),
        (date(2026, 4, 3), 2_000),
        opening_fen=300_025,
    )


def explain_line(village, amount_fen: int, explanation: str = "四月入账"):
    return act(
        lambda: operations.explain_line(
            village=VILLAGE,
            line_id=line_of(amount_fen).id,
            explanation=explanation,
            actor=village.treasurer,
            now=now(),
        )
    )


def explain_event(village, amount_fen: int, explanation: str = "银行四月才到"):
    return act(
        lambda: operations.explain_event(
            village=VILLAGE,
            event_id=event_of(amount_fen),
            explanation=explanation,
            actor=village.treasurer,
            now=now(),
        )
    )


def line_of(amount_fen: int) -> BankLine:
    return db.session.scalars(select(BankLine).where(BankLine.amount_fen == amount_fen)).one()


def event_of(amount_fen: int):
    (found,) = (each for each in queries.bank_events(VILLAGE) if each.amount_fen == amount_fen)
    return found.event_id


def match(village, event_fen: int, line_fen: int):
    return act(
        lambda: operations.match_line(
            village=VILLAGE,
            line_id=line_of(line_fen).id,
            event_ids=[event_of(event_fen)],
            actor=village.treasurer,
            now=now(),
        )
    )


def take_out_the_last(village):
    return act(
        lambda: operations.remove_statement(
            village=VILLAGE,
            statement_id=queries.last_statement(VILLAGE).id,
            actor=village.treasurer,
            now=now(),
        )
    )


MATCH = (
    "INSERT INTO bank_match (event_id, line_id, village, matched_by, matched_at)"
    " VALUES (:event, :line, :village, :person, '2026-04-03 01:00:00+00:00')"
)


def match_ids(village, event_fen: int, line_fen: int) -> dict[str, str]:
    return {
        "event": hexed(event_of(event_fen)),
        "line": hexed(line_of(line_fen).id),
        "village": VILLAGE,
        "person": hexed(village.treasurer.person),
    }


@pytest.mark.parametrize(
    "sent",
    [
        "UPDATE bank_statement SET closing_fen = 1",
        "UPDATE bank_statement SET opening_fen = 1",
        "UPDATE bank_statement SET to_on = '2026-04-30'",
        "UPDATE bank_statement SET entered_by = id",
        "UPDATE bank_line SET amount_fen = 1",
        "UPDATE bank_line SET day = '2026-04-02'",
        "UPDATE bank_line SET summary = 'FORGED'",
        "UPDATE bank_line SET other = 'FORGED'",
        "UPDATE bank_line SET balance_fen = 1",
        "UPDATE bank_match SET matched_by = line_id",
    ],
)
def test_what_the_bank_wrote_stays_in_open_months_too(banked, sent):
    match_all(banked, date(2026, 4, 3))
    for day in ("2026-03-01", "2026-04-01"):
        only = f" WHERE from_on = '{day}'"
        if "bank_statement" not in sent:
            of_line = f" IN (SELECT l.id FROM bank_line l JOIN bank_statement s{only_on(day)})"
            only = f" WHERE {'line_id' if 'bank_match' in sent else 'id'}{of_line}"
        refused(sent + only)


def only_on(day: str) -> str:
    return f" ON s.id = l.statement_id AND s.from_on = '{day}'"


def test_a_closed_months_bank_stays_as_it_was(banked):
    closed_line = f"(SELECT l.id FROM bank_line l JOIN bank_statement s{only_on('2026-03-01')})"
    anew = "confirmed_by = NULL, confirmed_at = NULL"
    for sent in (
        f"UPDATE bank_line SET explanation = 'FORGED', {anew} WHERE amount_fen = 25",
        f"UPDATE bank_line SET explanation = NULL, explained_by = NULL, {anew}"
        " WHERE amount_fen = 25",
        f"UPDATE bank_line SET {anew} WHERE amount_fen = 25",
        f"UPDATE bank_note SET explanation = 'FORGED', {anew}",
        f"UPDATE bank_note SET {anew}",
        "DELETE FROM bank_note",
        f"DELETE FROM bank_match WHERE line_id IN {closed_line}",
        f"DELETE FROM bank_line WHERE id IN {closed_line}",
        "DELETE FROM bank_statement WHERE from_on = '2026-03-01'",
        "INSERT INTO bank_line SELECT :new, village, statement_id, 9, day, 1, 'x', NULL, NULL,"
        " NULL, NULL, NULL, NULL FROM bank_line WHERE amount_fen = 25",
        "INSERT INTO bank_statement SELECT :new, village, '2026-02-01', '2026-02-28', 0, 0, NULL,"
        " entered_by, entered_at FROM bank_statement WHERE from_on = '2026-04-01'",
        "INSERT INTO bank_note SELECT event_id, village, 'x', matched_by, matched_at, NULL, NULL"
        " FROM bank_match",
    ):
        refused(sent, **({"new": hexed(new_id())} if ":new" in sent else {}))
    refused(MATCH, **match_ids(banked, 2_000, 25))


def test_a_closed_month_is_not_explained_anew(banked):
    with pytest.raises(Invalid):
        explain_line(banked, 25, "另一个说法")
    with pytest.raises(Invalid):
        explain_event(banked, 2_000, "另一个说法")
    assert line_of(25).explanation == "四月入账"
    explained = {each.amount_fen: each.explanation for each in queries.bank_events(VILLAGE)}
    assert explained[2_000] == "银行四月才到"


@pytest.mark.parametrize("table", ["bank_statement", "bank_line", "bank_match", "bank_note"])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_banks_side_is_never_emptied(banked, table):
    with pytest.raises(DBAPIError, match=r"signatures are kept|permission denied"):
        send(f"TRUNCATE {table} CASCADE")


def test_an_open_months_bank_is_worked_on_as_before(banked, clock):
    clock.forward(minutes=1)
    take_out_the_last(banked)
    enter_april(banked)
    for explanation in ("还没查清", ""):
        explain_line(banked, 40_000, explanation)
    for explanation in ("还没查清", "查清了"):
        explain_event(banked, 40_000, explanation)
    assert match_all(banked, date(2026, 4, 3)) == 1
    match(banked, 2_000, 2_000)  # March's entry came in April: one side of the pair is open
    act(
        lambda: operations.unmatch_line(
            village=VILLAGE, line_id=line_of(40_000).id, actor=banked.treasurer, now=now()
        )
    )
    assert match_all(banked, date(2026, 4, 3)) == 1
    take_out_the_last(banked)
    assert queries.last_statement(VILLAGE).to_on == END


def test_a_statement_stays_whose_lines_a_month_was_closed_with(village, clock):
    """March's entry, a line of April's: the next month stays open to what is put right in it."""
    give(village, 2_000, Method.BANK)
    clock.forward(days=32)
    statement(village, MARCH, END)
    newest = statement(village, APRIL, date(2026, 4, 3), (date(2026, 4, 2), 2_000)).id
    match(village, 2_000, 2_000)
    confirm(village, count(village, MARCH).id)
    assert queries.removable_statement(VILLAGE) == newest
    close(village, MARCH)
    assert queries.removable_statement(VILLAGE) is None
    with pytest.raises(Invalid) as said:
        take_out_the_last(village)
    assert "下一份对账单" in str(said.value.errors[0].detail)
    refused("DELETE FROM bank_match")
    assert queries.month_standing(VILLAGE, MARCH).bank.events == []


@pytest.fixture
def parted(village, clock):
    """March closed with an entry and its reversal; April's bank shows the first, matched."""
    one = give(village, 2_000, Method.BANK)
    act(
        lambda: operations.reverse_income(
            village=VILLAGE, income_id=one.id, reason="x", actor=village.treasurer, now=now()
        )
    )
    clock.forward(days=32)
    statement(village, MARCH, END)
    confirm(village, count(village, MARCH).id)
    close(village, MARCH)
    clock.forward(days=28)
    statement(village, APRIL, date(2026, 4, 30), (date(2026, 4, 2), 2_000))
    match(village, 2_000, 2_000)
    confirm(village, count(village, APRIL).id)
    return village


def test_what_stands_alone_since_its_month_was_closed_is_explained_for_the_next(parted, clock):
    march = {"event": hexed(event_of(-2_000))}
    noted = (
        "INSERT INTO bank_note SELECT id, village, 'x', id, '2026-04-01 01:00:00+00:00', NULL,"
        " NULL FROM event WHERE id = :event"
    )
    refused(noted, **march)  # said as if it had been before the close
    with pytest.raises(WrongState):
        close(parted, APRIL)
    with pytest.raises(Invalid):
        explain_event(parted, 2_000)  # it is matched
    for said in ("冲错了", "查清了"):
        explain_event(parted, -2_000, said)
    assert queries.differences_waiting(VILLAGE, parted.supervisor) == {APRIL: 1}
    with pytest.raises(WrongState):
        close(parted, APRIL)
    refuses_close(parted)
    stand_by(parted)
    close(parted, APRIL)
    clock.forward(minutes=1)
    with pytest.raises(Invalid):
        explain_event(parted, -2_000, "另一个说法")
    refused("UPDATE bank_note SET explanation = 'x', confirmed_by = NULL, confirmed_at = NULL")


def refuses_close(village) -> None:
    """The database refuses April as the book has it."""
    refused(
        "INSERT INTO month_close (village, month, ends_on, cash_fen, bank_fen, closed_by,"
        " closed_at) VALUES (:village, '2026-04-01', '2026-04-30', 1000000, 0, :person, {later})",
        "a second person stands by",
        village=VILLAGE,
        person=hexed(village.treasurer.person),
    )


def test_what_a_closed_month_explained_on_both_sides_is_matched_no_more(village, clock):
    """The same amount, near its day, explained on each side, and then closed."""
    give(village, 500, Method.BANK)
    clock.forward(days=32)
    statement(village, MARCH, END, (date(2026, 3, 2), 500))
    explain_line(village, 500)
    explain_event(village, 500)
    confirm(village, count(village, MARCH).id)
    assert len(queries.proposals(queries.month_standing(VILLAGE, MARCH).bank)) == 1
    stand_by(village)
    close(village, MARCH)
    assert queries.proposals(queries.month_standing(VILLAGE, MARCH).bank) == []
    assert match_all(village, END) == 0
    with pytest.raises(Invalid) as said:
        match(village, 500, 500)
    assert [each.pointer for each in said.value.errors] == ["/events/0"]
    refused(MATCH, **match_ids(village, 500, 500))


def part(village, line_fen: int):
    return act(
        lambda: operations.unmatch_line(
            village=VILLAGE, line_id=line_of(line_fen).id, actor=village.treasurer, now=now()
        )
    )


def test_what_a_closed_month_was_matched_with_later_is_parted_again(banked, clock):
    """As it could be made: until a month is closed with it."""
    clock.forward(minutes=1)
    part(banked, match(banked, 2_000, 2_000).amount_fen)  # March's entry, a line of April's
    give(banked, 25, Method.BANK, received_on=date(2026, 4, 3))
    wrong = match(banked, 25, 25)  # March's line, an entry of April's
    assert queries.lines_closed_with(VILLAGE) == {line_of(300_000).id}
    part(banked, wrong.amount_fen)
    assert (line_of(25).explanation, line_of(25).confirmed_by) == (
        "四月入账",
        banked.supervisor.person,
    )
    match(banked, 25, 25)
    match(banked, 2_000, 2_000)
    match_all(banked, date(2026, 4, 30))
    clock.forward(days=28)
    statement(banked, date(2026, 4, 4), date(2026, 4, 30), opening_fen=342_025)
    confirm(banked, count(banked, APRIL).id)
    close(banked, APRIL)
    for fen in (25, 2_000, 40_000):
        with pytest.raises(Invalid):
            part(banked, fen)
        refused("DELETE FROM bank_match WHERE line_id = :line", line=hexed(line_of(fen).id))


def test_what_a_month_was_closed_with_is_not_parted_though_the_entry_is_of_the_next(village, clock):
    """The line wasn't explained when its month was closed: that it was matched stood for it."""
    clock.forward(days=32)
    statement(village, MARCH, END, (date(2026, 3, 30), 25, "利息"))
    give(village, 25, Method.BANK, received_on=date(2026, 4, 2))
    match(village, 25, 25)
    confirm(village, count(village, MARCH).id)
    close(village, MARCH)
    with pytest.raises(Invalid):
        part(village, 25)
    refused("DELETE FROM bank_match WHERE line_id = :line", line=hexed(line_of(25).id))
