"""An account's lines: what each transfer brought or took, found by the version that it gave."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from incentives.extensions import db
from incentives.ledger.kinds import Kind
from incentives.ledger.models import Account, Event, EventDetail, Transfer
from incentives.ledger.queries import persons


@dataclass(frozen=True)
class Line:
    """One line of a statement: what an event brought or took, and what was left.

    `points` is negative where they were taken; `of_debt` says that the line is of the household's
    debt, whose balance is never above zero. `actor` and `approver` are persons, where the ledger
    still knows them.
    """

    event: UUID
    seq: int
    line: int
    kind: Kind
    at: datetime
    occurred_on: date
    points: int
    balance_after: int
    of_debt: bool
    other: str
    reverses: UUID | None
    record: UUID | None
    actor: UUID | None
    approver: UUID | None
    detail: dict[str, Any] | None

    @property
    def voucher(self) -> int:
        """The number that people quote."""
        return self.seq + 1


def version_at(village: str, code: str, instant: datetime) -> int:
    """How many transfers an account had before an instant: found by bisection, as `at` rises."""
    low, high = 0, version_of(village, code)
    while low < high:
        middle = (low + high + 1) // 2
        at = db.session.scalar(
            select(Event.at)
            .join(Transfer, and_(Transfer.village == Event.village, Transfer.seq == Event.seq))
            .where(of_version(village, code, middle, middle))
        )
        if at is not None and at < instant:
            low = middle
        else:
            high = middle - 1
    return low


def version_of(village: str, code: str) -> int:
    """How many transfers an account has had."""
    return int(
        db.session.scalar(
            select(Account.version).where(Account.village == village, Account.code == code)
        )
        or 0
    )


def of_version(village: str, code: str, low: int, high: int) -> Any:
    """The transfers that gave an account the versions from low to high."""
    return or_(
        and_(
            Transfer.village == village,
            Transfer.from_code == code,
            Transfer.from_version.between(low, high),
        ),
        and_(
            Transfer.village == village,
            Transfer.to_code == code,
            Transfer.to_version.between(low, high),
        ),
    )


def lines(village: str, code: str, *, low: int, high: int) -> list[Line]:
    """An account's lines of the versions from `low` to `high`, newest first."""
    if high < low:
        return []
    rows = db.session.execute(
        select(Transfer, Event, EventDetail.text)
        .join(Event, and_(Event.village == Transfer.village, Event.seq == Transfer.seq))
        .outerjoin(EventDetail, EventDetail.event_id == Event.id)
        .where(of_version(village, code, low, high))
        .order_by(Transfer.seq.desc(), Transfer.line.desc())
    ).all()
    people = persons(village, {each for row in rows for each in (row[1].actor, row[1].approver)})
    return [line_of(code, *row, people) for row in rows]


def line_of(
    code: str, transfer: Transfer, event: Event, text: str | None, people: dict[str, UUID]
) -> Line:
    """A transfer as a line of one account's statement."""
    out = transfer.from_code == code
    return Line(
        event=event.id,
        seq=event.seq,
        line=transfer.line,
        kind=event.kind,
        at=event.at,
        occurred_on=event.occurred_on,
        points=-transfer.amount if out else transfer.amount,
        balance_after=transfer.from_balance_after if out else transfer.to_balance_after,
        of_debt=code.startswith("debt."),
        other=transfer.to_code if out else transfer.from_code,
        reverses=event.reverses,
        record=event.record,
        actor=people.get(event.actor or ""),
        approver=people.get(event.approver or ""),
        detail=None if text is None else json.loads(text),
    )
