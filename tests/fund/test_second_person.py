"""What closes a month has a second person beside it, of another household."""

from dataclasses import replace
from datetime import date

import pytest

from incentives.access.actor import Role
from incentives.errors import Invalid, OwnHousehold, WrongState
from incentives.fund import queries
from incentives.fund.models import CountStatus, Status
from tests.factories import VILLAGE, make_household, staff
from tests.fund.months import close, confirm, count
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


def test_one_file_is_the_receipt_of_one_payment(village):
    first, second = bring_to(Status.PAID, village), bring_to(Status.PAID, village)
    file, again = (keep(village.treasurer, sha256="a" * 64) for _copy in range(2))
    receive(village.treasurer, first, file)
    for same in (file, again):
        with pytest.raises(Invalid) as refused:
            receive(village.treasurer, second, same)
        assert [each.pointer for each in refused.value.errors] == ["/file"]
    receive(village.treasurer, second)
