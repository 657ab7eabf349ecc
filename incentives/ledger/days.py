"""Cash and bank by the days of the acts: what is dated back takes from every day since."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import format_date
from flask_babel import lazy_gettext as _
from sqlalchemy import Connection, and_, case, func, literal, or_, select

from incentives.errors import InsufficientFunds
from incentives.ledger.drafts import Draft
from incentives.ledger.models import Event, Transfer
from incentives.ledger.planning import Planned

MONEY = ("cash", "bank")


@dataclass
class DatedBack:
    """What a posting moves on days before today: by village and account, by day, in fen."""

    today: date
    changes: dict[tuple[str, str], dict[date, int]] = field(default_factory=dict)

    def add(self, draft: Draft, transfers: Sequence[Planned]) -> None:
        """Take note of an event's transfers of cash and bank, where it is dated back."""
        if draft.occurred_on >= self.today:
            return
        for each in transfers:
            for code, amount in ((each.source, -each.amount), (each.target, each.amount)):
                if code in MONEY:
                    days = self.changes.setdefault((draft.village, code), {})
                    days[draft.occurred_on] = days.get(draft.occurred_on, 0) + amount

    def refuse_short(self, connection: Connection) -> None:
        """Refuse what would leave cash or bank below zero at the end of any day up to today.

        Today's end is the account's balance, which planning holds to its floor.
        """
        for (village, code), days in self.changes.items():
            if any(amount < 0 for amount in days.values()):
                refuse_short_days(connection, village, code, days)


def refuse_short_days(
    connection: Connection, village: str, code: str, changes: dict[date, int]
) -> None:
    """Refuse changes after which an account would have been short on some day; says on which."""
    brought = brought_by_day(connection, village, code, min(changes))
    held = changed = 0
    least = (0, 0, min(changes))  # what would be left, what there was, on which day
    for day in sorted(brought.keys() | changes.keys()):
        held += brought.get(day, 0)
        changed += changes.get(day, 0)
        least = min(least, (held + changed, held, day))
    left, there_was, day = least
    if left < 0:
        raise short_on(day, code, needed=there_was - left, available=there_was)


def short_on(day: date, code: str, *, needed: int, available: int) -> InsufficientFunds:
    """The refusal for cash or bank that held less than is needed at the end of a day."""
    said = {"day": format_date(day, "long"), "yuan": f"{available / 100:.2f}"}
    if code == "cash":
        detail = _("On %(day)s there were only ¥%(yuan)s in cash", **said)
    else:
        detail = _("On %(day)s there were only ¥%(yuan)s in the bank account", **said)
    return InsufficientFunds(
        detail, needed_fen=needed, available_fen=available, day=day.isoformat()
    )


def brought_by_day(connection: Connection, village: str, code: str, since: date) -> dict[date, int]:
    """What each day from `since` on brought an account, below zero what it took; one statement.

    All that came before is in the first day's.
    """
    moved = (
        select(
            case((Event.occurred_on < since, literal(since)), else_=Event.occurred_on).label("day"),
            case((Transfer.to_code == code, Transfer.amount), else_=-Transfer.amount).label("fen"),
        )
        .join(Event, and_(Event.village == Transfer.village, Event.seq == Transfer.seq))
        .where(
            Transfer.village == village, or_(Transfer.from_code == code, Transfer.to_code == code)
        )
        .subquery()
    )
    rows = connection.execute(select(moved.c.day, func.sum(moved.c.fen)).group_by(moved.c.day))
    return {day: int(fen) for day, fen in rows}
