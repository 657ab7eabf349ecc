"""What closes a month has a second person beside it, of another household."""

from dataclasses import replace
from datetime import date

import pytest

from incentives.access.actor import Role
from incentives.clock import now
from incentives.errors import Invalid, NotPermitted, OwnHousehold, SamePerson, WrongState
from incentives.fund import operations, queries
from incentives.fund.models import CountStatus, Method, Status
from tests.factories import VILLAGE, act, make_household, staff
from tests.fund.months import close, confirm, count, stand_by, statement
from tests.fund.people import bring_to, give, keep, make_people, receive

MARCH = date(2026, 3, 1)


@pytest.fixture
def village(app):
    people = make_people()
    give(people, 1_000_000)
    return people


def test_who_lives_with_the_treasurer_confirms_no_count(village, clock):
    home = make_household(VILLAGE, "何小琴", "格桑", door="9")
    village.treasurer = replace(
        staff(Role.TREASURER, household=home), person=home.head_id, resident_id=home.head_id
    )
    other_of_home = staff(Role.CADRE, household=home)
    clock.forward(days=35)
    one = count(village, MARCH, 400_000, note="少了")
    assert queries.counts_waiting(VILLAGE, other_of_home) == []
    with pytest.raises(OwnHousehold):
        confirm(village, one.id, other_of_home)
    assert [each.id for each in queries.counts_waiting(VILLAGE, village.cadre)] == [one.id]
    assert confirm(village, one.id, village.cadre).status is CountStatus.CONFIRMED


def test_cash_between_the_count_and_the_month_s_end_asks_for_another(village, clock):
    clock.forward(days=25)
    confirm(village, count(village, MARCH, counted_on=date(2026, 3, 27), counted_fen=1_000_000).id)
    clock.forward(days=2)
    give(village, 300_000, received_on=date(2026, 3, 29), voucher="R-2")
    clock.forward(days=9)
    with pytest.raises(WrongState) as refused:
        close(village, MARCH)
    assert "重新盘点" in str(refused.value.detail)
    confirm(village, count(village, MARCH).id)
    assert close(village, MARCH).cash_fen == 1_300_000


def test_a_count_before_the_end_holds_where_no_cash_moved_since(village, clock):
    clock.forward(days=25)
    confirm(village, count(village, MARCH, counted_on=date(2026, 3, 27), counted_fen=1_000_000).id)
    clock.forward(days=6)
    give(village, 300_000, received_on=date(2026, 4, 1), voucher="R-2")
    assert close(village, MARCH).cash_fen == 1_000_000


def test_a_count_is_made_anew_on_the_day_on_which_it_is_late(village, clock):
    """What came in since is compared with the book of the count's own day, not of the month's."""
    clock.forward(days=31)
    confirm(village, count(village, MARCH, counted_on=date(2026, 4, 2), counted_fen=1_000_000).id)
    give(village, 300_000, received_on=date(2026, 4, 1), voucher="R-2")
    give(village, 50_000, received_on=date(2026, 3, 28), voucher="R-3")
    with pytest.raises(WrongState):
        close(village, MARCH)
    clock.forward(days=18)
    give(village, 7_000, received_on=date(2026, 4, 20), voucher="R-4")
    fields = {"counted_on": date(2026, 4, 20), "counted_fen": 1_357_000}
    confirm(village, count(village, MARCH, **fields).id)
    assert close(village, MARCH).cash_fen == 1_050_000


def test_one_file_is_the_receipt_of_one_payment(village):
    first, second = bring_to(Status.PAID, village), bring_to(Status.PAID, village)
    file, again = (keep(village.treasurer, sha256="a" * 64) for _copy in range(2))
    receive(village.treasurer, first, file)
    for same in (file, again):
        with pytest.raises(Invalid) as refused:
            receive(village.treasurer, second, same)
        assert [each.pointer for each in refused.value.errors] == ["/file"]
    receive(village.treasurer, second)


def test_a_difference_from_the_bank_takes_a_second_person_s_word(village, clock):
    home = make_household(VILLAGE, "何小琴", "格桑", door="9")
    village.treasurer = replace(staff(Role.TREASURER, household=home), person=home.head_id)
    spouse = staff(Role.SUPERVISOR, household=home)
    give(village, 500_000, Method.BANK, received_on=MARCH, voucher="B-1")
    clock.forward(days=35)
    confirm(village, count(village, MARCH).id)
    statement(village, MARCH, date(2026, 3, 31), (date(2026, 3, 5), -300_000, "取现"))
    standing = queries.month_standing(VILLAGE, MARCH)
    (line,), (event,) = standing.bank.lines, standing.bank.events
    with pytest.raises(WrongState):
        stand_by_line(line.id, village.supervisor)  # nothing is said of it yet
    explain(village, line.id, event.event_id)
    assert len(queries.month_standing(VILLAGE, MARCH).bank.unconfirmed) == 2
    with pytest.raises(WrongState):
        close(village, MARCH)
    assert queries.differences_waiting(VILLAGE, village.supervisor) == {MARCH: 2}
    assert queries.differences_waiting(VILLAGE, village.treasurer) == {}
    assert queries.differences_waiting(VILLAGE, spouse) == {}
    with pytest.raises(SamePerson):
        stand_by(village, village.treasurer)
    with pytest.raises(OwnHousehold):
        stand_by(village, spouse)
    with pytest.raises(NotPermitted):
        stand_by(village, staff(Role.SHOPKEEPER))
    stand_by(village)
    assert queries.differences_waiting(VILLAGE, village.supervisor) == {}
    explain(village, line.id, event.event_id)  # said anew, it has to be confirmed anew
    with pytest.raises(WrongState):
        close(village, MARCH)
    stand_by(village)
    assert queries.month_standing(VILLAGE, MARCH).bank.difference_fen == -800_000
    close(village, MARCH)


def test_what_a_later_month_reversed_still_waits_for_the_second_person(village, clock):
    one = give(village, 500_000, Method.BANK, received_on=MARCH, voucher="B-1")
    clock.forward(days=35)
    statement(village, MARCH, date(2026, 3, 31))
    (event,) = queries.month_standing(VILLAGE, MARCH).bank.events
    said = {"village": VILLAGE, "actor": village.treasurer, "now": now()}
    act(lambda: operations.explain_event(event_id=event.event_id, explanation="没有到账", **said))
    act(lambda: operations.reverse_income(income_id=one.id, reason="录错", **said))
    assert queries.differences_waiting(VILLAGE, village.supervisor) == {MARCH: 1}
    assert queries.differences_waiting(VILLAGE, village.treasurer) == {}
    stand_by(village)
    assert queries.differences_waiting(VILLAGE, village.supervisor) == {}


def stand_by_line(line_id, actor) -> None:
    act(lambda: operations.confirm_line(village=VILLAGE, line_id=line_id, actor=actor, now=now()))


def explain(village, line_id, event_id) -> None:
    said = {"village": VILLAGE, "actor": village.treasurer, "now": now()}
    act(lambda: operations.explain_line(line_id=line_id, explanation="现金已入柜", **said))
    act(lambda: operations.explain_event(event_id=event_id, explanation="四月到账", **said))
