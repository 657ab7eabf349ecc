"""Month's ends of a demo village's fund: the cash counted, the bank's statement matched, closed.

The last one is left to whoever tries the demo: a count that somebody else confirms, entries to
match, and a line of the bank's that the book doesn't have.
"""

from datetime import date, timedelta

from incentives.demo.calendar import at
from incentives.demo.people import DemoVillage
from incentives.fund.bank_reading import StatementLine
from incentives.fund.models import Decision
from incentives.fund.operations import (
    close_month,
    confirm_count,
    count_cash,
    enter_statement,
    match_proposed,
)
from incentives.fund.queries import bank_events, last_statement, next_to_close
from incentives.fund.queries.closing import held_on
from incentives.web.transaction import transaction

CLOSING_DAY = 4
FEE_FEN = 500
ENTRIES = {
    "income": "转入",
    "disbursement": "转出",
    "money_move": "现金存入",
}


def end_month(village: DemoVillage, day: date, *, last: bool) -> None:
    """End the month before this day; the last one is prepared, and not closed."""
    end = day.replace(day=1) - timedelta(days=1)

    def work() -> None:
        if next_to_close(village.code) != end.replace(day=1):
            return
        count_and_match(village, day, end, last=last)

    transaction(work)


def count_and_match(village: DemoVillage, day: date, end: date, *, last: bool) -> None:
    """The treasurer counts and matches, the supervision committee stands by the count."""
    code, month, treasurer = village.code, end.replace(day=1), village.staff["treasurer"]
    count = count_cash(
        village=code,
        month=month,
        counted_on=end,
        counted_fen=held_on(code, "cash", end),
        actor=treasurer,
        now=at(day, 9),
    )
    import_statement(village, day, end, extra=[fee_of(end)] if last else [])
    if last:
        return
    confirm_count(
        village=code,
        count_id=count.id,
        decision=Decision.APPROVE,
        actor=village.staff["supervisor"],
        now=at(day, 10),
    )
    match_proposed(village=code, until=end, actor=treasurer, now=at(day, 10, 20))
    close_month(village=code, month=month, actor=treasurer, now=at(day, 10, 30))


def import_statement(
    village: DemoVillage, day: date, end: date, extra: list[StatementLine]
) -> None:
    """The bank's statement of the month: what the book has of the bank, and what else it wrote."""
    before = last_statement(village.code)
    first = end.replace(day=1) if before is None else before.to_on + timedelta(days=1)
    opening = 0 if before is None else before.closing_fen
    lines = [
        StatementLine(each.day, each.amount_fen, ENTRIES.get(each.kind, "转账"))
        for each in bank_events(village.code, until=end)
        if each.day >= first
    ]
    lines = [*sorted(lines, key=lambda each: each.day), *extra]
    enter_statement(
        village=village.code,
        from_on=first,
        to_on=end,
        opening_fen=opening,
        closing_fen=opening + sum(each.amount_fen for each in lines),
        lines=lines,
        actor=village.staff["treasurer"],
        now=at(day, 9, 30),
    )


def fee_of(end: date) -> StatementLine:
    """A fee that nobody has entered yet."""
    return StatementLine(end, -FEE_FEN, "账户管理费")
