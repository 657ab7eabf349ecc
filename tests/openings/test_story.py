"""A paper book of 下坝村 taken over, every figure worked out by hand.

The book's last page, up to 28 February: points 扎西彭措 120, 洛绒卓玛 35, 王建国 8, together 163;
cash 86.50, bank 4,210.00; 40 bags of salt at 2.30 and 12 bars of soap at 4.00, together
92.00 + 48.00 = 140.00. The file has two mistakes: 王建国 stands there with the wrong door, and
half a bar too much of soap.

Afterwards: issuance -163; income.opening -(86.50 + 4,210.00) = -4,296.50; all of it in public.
扎西彭措 spends 20 at once: 100 are left, the book is found to give 110 too many to that household,
an objection is upheld: the line's 120 go back, 100 from the household and 20 into debt. Entered
again with 10: of them 10 fill the debt, 10 are still owed.
"""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from markupsafe import escape
from sqlalchemy import select

from incentives import ledger
from incentives.access.actor import Role
from incentives.books.queries import newest_checkpoint
from incentives.clock import now
from incentives.database import new_id
from incentives.errors import Invalid
from incentives.extensions import db
from incentives.fund.models import MonthClose
from incentives.fund.queries import book, first_of, fund_overview, last_of
from incentives.ledger import Kind
from incentives.ledger.audit import audit
from incentives.ledger.seals import seal_all
from incentives.notices import operations as notices
from incentives.notices.queries import kept_from, lines_of, notice_view
from incentives.openings import operations, queries
from incentives.openings.models import Opening, Part
from incentives.register.lines import tell_lines
from incentives.shop.models import MovementKind, Stock, StockMovement, StockSource
from tests.factories import VILLAGE, act, staff
from tests.notices.acts import by_card
from tests.openings.books import FUND, POINTS, STOCK, Village

BOOK = {
    POINTS: [
        ["1组1号", "扎西彭措", 120],
        ["1组2号", "洛绒卓玛", 35],
        ["1组9号", "王建国", 8],
        ["1组4号", "白玛央金", None],
    ],
    FUND: [["现金", 86.5], ["银行账户", 4210]],
    STOCK: [
        ["OI007", "06901234567892", "食盐", 40, 2.3],
        ["DA012", None, "肥皂", 12.5, None],
    ],
}
LAST_DAY = date(2026, 2, 28)


def position(village: Village, head: str) -> ledger.Position:
    code = village.households[head].account_code
    return ledger.positions(VILLAGE, [code])[code]


def mended(village: Village) -> object:
    """The book, brought and mended: 王建国 found, and 12 bars of soap."""
    opening = village.drafted(BOOK, occurred_on=LAST_DAY)
    view = queries.opening_view(VILLAGE, opening)
    assert {problem["cell"] for found in view.bad.values() for problem in found} == {"A4", "D3"}
    lines = {line.line: line for line in village.lines(opening)}
    assert [line.part for line in lines.values()].count(Part.POINTS) == 3  # no figure, no line
    changes = {
        3: {"household_id": village.households["王建国"].id},
        6: {"quantity": 12},
    }
    for number, change in changes.items():
        line_id = lines[number].id
        act(
            lambda line_id=line_id, change=change: (
                operations.mend_line(
                    village=VILLAGE,
                    opening_id=opening,
                    line_id=line_id,
                    changes=change,
                    actor=village.cadre,
                    now=now(),
                )
                and None
            )
        )
    assert queries.opening_view(VILLAGE, opening).bad == {}
    return opening


def test_a_paper_book_is_taken_over(app, village):
    opening = mended(village)
    totals = queries.opening_view(VILLAGE, opening).totals
    assert (totals.households, totals.points) == (3, 163)
    assert (totals.cash_fen, totals.bank_fen) == (8_650, 421_000)
    assert (totals.goods, totals.stock_fen) == (2, 14_000)
    left_out = queries.households_left_out(db.session.get_one(Opening, opening))
    assert left_out == [("1组4号", "白玛央金")]

    assert village.do("submit_opening", opening, village.cadre) == "submitted"
    assert [line.typed for line in village.lines(opening)] == [None] * 6  # names are forgotten
    assert village.do("check_opening", opening, village.reviewer) == "submitted"
    assert village.do("check_opening", opening, village.supervisor) == "checked"
    assert {row.balance for row in ledger.trial_balance(VILLAGE)} == {0}
    assert village.do("post_opening", opening, village.cadre) == "posted"

    balances = ledger.balances(VILLAGE)
    assert balances["issuance"] == -163
    assert (balances["cash"], balances["bank"]) == (8_650, 421_000)
    assert balances["income.opening"] == -429_650
    assert sum(row.balance for row in ledger.trial_balance(VILLAGE)) == 0
    assert position(village, "扎西彭措") == ledger.Position(120, 120, 0)
    assert position(village, "白玛央金") == ledger.Position(0, 0, 0)
    assert audit(VILLAGE) == []


def test_shelf_book_and_statement_show_it(app, village):
    opening = mended(village)
    for step, actor in (
        ("submit_opening", village.cadre),
        ("check_opening", village.supervisor),
        ("check_opening", village.reviewer),
        ("post_opening", village.cadre),
    ):
        village.do(step, opening, actor)
    shelf = {good: db.session.get_one(Stock, good).quantity for good in village.goods.values()}
    assert shelf == {village.goods["OI007"]: 40, village.goods["DA012"]: 12}
    movement = db.session.scalars(select(StockMovement)).one()
    assert (movement.kind, movement.source) == (MovementKind.IN, StockSource.OPENING)

    line = book(VILLAGE)["items"][0]
    assert (line.kind, line.amount_fen, line.remaining_fen) == ("opening", 429_650, 429_650)
    assert (line.source, line.day) == ("opening", LAST_DAY)
    assert [hand.step for hand in line.hands] == ["taken_over", "checked", "checked"]
    overview = fund_overview(VILLAGE)
    assert (overview.cash_fen, overview.bank_fen) == (8_650, 421_000)

    code = village.households["洛绒卓玛"].account_code
    statement = ledger.statement(VILLAGE, code)
    told = tell_lines(statement["items"])[0]
    assert (told.points, told.balance_after, told.occurred_on) == (35, 35, LAST_DAY)
    assert "2026-1" in told.small  # the notice


def test_the_notice_says_all_of_it_with_masked_names(app, village):
    village.posted({**BOOK, POINTS: BOOK[POINTS][:2], STOCK: BOOK[STOCK][:1]})
    view = notice_view(VILLAGE, 1, now())
    said = [(each.line.holder, each.line.points, each.line.amount_fen) for each in view.lines]
    assert said == [
        ("扎**", 120, None),
        ("洛**", 35, None),
        ("村里的微基金", None, 429_650),
        ("积分超市", None, 9_200),
    ]
    assert view.lines[3].line.quantity == 40
    assert {each.status for each in view.lines} == {"posted"}
    assert view.notice.closes_on - view.notice.opened_on == timedelta(days=30)


def test_an_objection_takes_one_line_back_and_it_can_be_entered_again(app, village, clock):
    opening = village.posted({POINTS: BOOK[POINTS][:2]}, occurred_on=LAST_DAY)
    head = village.households["扎西彭措"]
    spend(village, "扎西彭措", 20)
    objection = act(
        lambda: (
            notices.make_objection(
                village=VILLAGE,
                about=notices.About(notice=1, line=1),
                reason="账本上是 10 分",
                on_behalf_of=village.households["洛绒卓玛"].head_id,
                actor=staff(Role.CADRE),
                now=now(),
            ).id
        )
    )
    assert kept_from(by_card(head)) == {objection}
    assert kept_from(by_card(village.households["王建国"])) == frozenset()
    rule(objection, village, staff(Role.REVIEWER))
    assert position(village, "扎西彭措") == ledger.Position(0, 0, 20)
    assert position(village, "洛绒卓玛").balance == 35
    assert village.status(opening) == "posted"  # the other line stands
    view = notice_view(VILLAGE, 1, now())
    assert [each.status for each in view.lines] == ["reversed", "posted"]

    again = village.posted({POINTS: [[head.door, "扎西彭措", 10]]}, occurred_on=LAST_DAY)
    assert position(village, "扎西彭措") == ledger.Position(0, 0, 10)
    assert village.status(again) == "posted"
    assert audit(VILLAGE) == []


def spend(village: Village, head: str, points: int) -> None:
    """Take points over the counter of the village's shop, as a sale does."""

    def work() -> None:
        ledger.hold([VILLAGE])
        leg = ledger.take(village.households[head].account_code, "shop.1", points)
        sale = ledger.Draft(
            village=VILLAGE,
            kind=Kind.REDEMPTION,
            occurred_on=now().date(),
            legs=[leg],
            record=uuid4(),
        )
        ledger.post([sale], actor=None, now=now())

    act(work)


def rule(objection, village: Village, actor) -> None:
    act(
        lambda: (
            notices.rule_on_objection(
                village=VILLAGE,
                objection_id=objection,
                upheld=True,
                reason="账本上是 10 分",
                actor=actor,
                now=now(),
            )
            and None
        )
    )


def test_an_objection_to_the_fund_and_to_goods_takes_them_back(app, village):
    village.posted({FUND: BOOK[FUND], STOCK: BOOK[STOCK][:1]})
    for line in (1, 2):
        objection = act(
            lambda line=line: (
                notices.make_objection(
                    village=VILLAGE,
                    about=notices.About(notice=1, line=line),
                    reason="不是这个数",
                    on_behalf_of=village.households["洛绒卓玛"].head_id,
                    actor=staff(Role.CADRE),
                    now=now(),
                ).id
            )
        )
        rule(objection, village, staff(Role.REVIEWER))
    assert fund_overview(VILLAGE).balance_fen == 0
    assert db.session.get_one(Stock, village.goods["OI007"]).quantity == 0
    opening = db.session.scalars(select(Opening)).one()
    assert opening.status.value == "reversed"
    reversal = book(VILLAGE)["items"][0]
    assert [hand.step for hand in reversal.hands] == [
            "taken_over", "checked", "checked", "given_back",
        ]  # fmt: skip
    assert reversal.reason == "账本上是 10 分"
    assert lines_of(notice_view(VILLAGE, 1, now()).notice)[0].amount_fen == 429_650  # as it was


def test_the_printed_sheet_carries_the_newest_checkpoint(app, village, client):
    village.posted({POINTS: BOOK[POINTS][:1]})
    assert "sheet-checkpoint" not in client.get(f"/v/{VILLAGE}/notices/1/print").text
    seal_all(now=now())
    note = newest_checkpoint(VILLAGE).note
    sheet = client.get(f"/v/{VILLAGE}/notices/1/print").text
    assert "".join(str(escape(note)).split()) in "".join(sheet.split())  # folded as it fits
    assert "<svg" in sheet[sheet.index("sheet-qr") :]


def test_no_money_is_taken_over_into_a_month_that_the_fund_has_closed(app, village):
    opening = mended(village)
    for step, actor in (
        ("submit_opening", village.cadre),
        ("check_opening", village.supervisor),
        ("check_opening", village.reviewer),
    ):
        village.do(step, opening, actor)
    month = first_of(LAST_DAY)

    def close() -> None:
        db.session.add(
            MonthClose(
                village=VILLAGE,
                month=month,
                ends_on=last_of(month),
                cash_fen=0,
                bank_fen=0,
                closed_by=new_id(),
                closed_at=now(),
            )
        )

    act(close)
    with pytest.raises(Invalid):
        village.do("post_opening", opening, village.cadre)
    assert ledger.balances(VILLAGE)["cash"] == 0
