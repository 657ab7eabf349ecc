"""Counts, statements and closed months, as a treasurer and a second person make them."""

from datetime import date, timedelta

from incentives.clock import now
from incentives.fund import operations, queries
from incentives.fund.bank_reading import StatementLine
from incentives.fund.models import BankLine, Decision
from incentives.fund.queries.closing import held_on
from tests.factories import VILLAGE, act
from tests.fund.people import Village


def count(village: Village, month: date, counted_fen: int | None = None, **fields: object):
    """A count of the month's last day, of what the book says unless told otherwise."""
    day = queries.last_of(month)
    given = {
        "counted_on": day,
        "counted_fen": held_on(VILLAGE, "cash", day) if counted_fen is None else counted_fen,
    } | fields
    return act(
        lambda: operations.count_cash(
            village=VILLAGE, month=month, actor=village.treasurer, now=now(), **given
        )
    )


def confirm(village: Village, count_id, actor=None, decision=Decision.APPROVE, reason=None):
    """The second person's word."""
    return act(
        lambda: operations.confirm_count(
            village=VILLAGE,
            count_id=count_id,
            decision=decision,
            reason=reason,
            actor=actor or village.supervisor,
            now=now(),
        )
    )


def statement(village: Village, from_on: date, to_on: date, *lines: tuple, **fields: object):
    """A statement of these days; its lines are day, amount and maybe a summary."""
    given = {"opening_fen": 0} | fields
    opening = given["opening_fen"]
    given.setdefault("closing_fen", opening + sum(line[1] for line in lines))
    kept = [StatementLine(line[0], line[1], line[2] if len(line) > 2 else "-") for line in lines]
    return act(
        lambda: operations.enter_statement(
            village=VILLAGE,
            from_on=from_on,
            to_on=to_on,
            lines=kept,
            actor=village.treasurer,
            now=now(),
            **given,
        )
    )


def match_all(village: Village, until: date) -> int:
    """Take over what is proposed."""
    return act(
        lambda: operations.match_proposed(
            village=VILLAGE, until=until, actor=village.treasurer, now=now()
        )
    )


def close(village: Village, month: date, actor=None):
    """Close a month."""
    return act(
        lambda: operations.close_month(
            village=VILLAGE, month=month, actor=actor or village.treasurer, now=now()
        )
    )


def close_until(village: Village, last: date) -> None:
    """Count, confirm and close every month of a village that has cash only."""
    month = queries.next_to_close(VILLAGE)
    while month <= last:
        confirm(village, act_count(village, month))
        close(village, month)
        month = queries.first_of(month + timedelta(days=32))


def act_count(village: Village, month: date):
    """A count's id."""
    return count(village, month).id


def stand_by(village: Village, actor=None) -> None:
    """The second person's word on every explained difference of the month that closes next."""

    def work() -> None:
        standing = queries.month_standing(VILLAGE, queries.next_to_close(VILLAGE))
        given = {"village": VILLAGE, "actor": actor or village.supervisor, "now": now()}
        for each in standing.bank.unconfirmed:
            if isinstance(each, BankLine):
                operations.confirm_line(line_id=each.id, **given)
            else:
                operations.confirm_event(event_id=each.event_id, **given)

    act(work)
