"""The statements of the posting path, as text: made once, for both databases.

SQLAlchemy builds a statement anew for each use, which costs more than the database takes to run
it; here the driver gets a constant text, and prepares it once. All textual SQL of the posting
path is in this module, for whoever must put a schema before each table.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import count
from uuid import UUID

from sqlalchemy import Connection

from incentives.pipeline import Rows, ask, send

Row = tuple[object, ...]

MANY = (16, 8, 4, 2)  # rows that go into one INSERT on PostgreSQL
FEW = 16  # values that are spread: each length is a text that the driver prepares


class Statement:
    """A statement, written once: `?` for each value, `= ANY(?)` for one of a list.

    PostgreSQL takes many rows of an INSERT at once for far less than one by one, as it prepares
    the table's checks for each statement anew.
    """

    def __init__(self, text: str) -> None:
        self.postgresql = numbered(text)
        head, _values, row = text.partition(" VALUES ")
        self.joined = {
            many: numbered(f"{head} VALUES " + ", ".join([row] * many)) for many in MANY if row
        }
        # SQLite has no row locks: BEGIN IMMEDIATE has locked all.
        self.sqlite = text.removesuffix(" FOR UPDATE")

    def send(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it for each of these rows, if any, in order, without waiting where the driver can."""
        if is_sqlite(connection):
            if rows:
                send(connection, self.sqlite, rows)
            return
        for many, text in self.joined.items():
            if full := len(rows) - len(rows) % many:
                joined = [sum(rows[at : at + many], ()) for at in range(0, full, many)]
                send(connection, text, joined)
                rows = rows[full:]
        if rows:
            send(connection, self.postgresql, rows)

    def ask(self, connection: Connection, *values: object) -> Rows:
        """Ask for its rows, without waiting where the driver can."""
        if is_sqlite(connection):
            return ask(connection, *with_lists(self.sqlite, values))
        return ask(connection, self.postgresql, values)


def numbered(text: str) -> str:
    """A text with `$1`, `$2` for its values."""
    numbers = count(1)
    return re.sub(r"\?", lambda _each: f"${next(numbers)}", text)


def is_sqlite(connection: Connection) -> bool:
    """Whether a connection's database is SQLite."""
    return connection.dialect.name == "sqlite"


def with_lists(text: str, values: Sequence[object]) -> tuple[str, tuple[object, ...]]:
    """A text and its values for SQLite, which has no arrays: a list is spread, a long one JSON."""
    lengths = tuple(len(value) for value in values if isinstance(value, list))
    spread: list[object] = []
    for value in values:
        if not isinstance(value, list):
            spread.append(value)
        elif len(value) > FEW:
            spread.append(json.dumps([as_text(each) for each in value]))
        else:
            spread += [as_text(each) for each in value]
    return spread_text(text, lengths), tuple(spread)


@cache
def spread_text(text: str, lengths: Sequence[int]) -> str:
    """A text with room for lists of these lengths."""
    for length in lengths:
        room = ", ".join("?" * length) if length <= FEW else "SELECT value FROM json_each(?)"
        text = text.replace("= ANY(?)", f"IN ({room})", 1)
    return text


def as_text(value: str | UUID) -> str:
    """What SQLite compares with: a text, or an id's 32 hex digits."""
    return value if isinstance(value, str) else value.hex


def uuid_value(connection: Connection, value: UUID | None) -> object:
    """An id as a value: on SQLite its 32 hex digits."""
    return value.hex if value is not None and is_sqlite(connection) else value


def day_value(connection: Connection, value: date) -> object:
    """A day as a value: on SQLite its text."""
    return value.isoformat() if is_sqlite(connection) else value


def read_uuid(value: UUID | str) -> UUID:
    """An id as a row has it."""
    return value if isinstance(value, UUID) else UUID(value)


# PostgreSQL plans what names a list anew each time, which takes longer than the lock itself.
HEAD = Statement(
    "SELECT village, origin, size, at, frontier FROM log_head WHERE village = ? FOR UPDATE"
)
HEADS = Statement(
    "SELECT village, origin, size, at, frontier FROM log_head"
    " WHERE village = ANY(?) ORDER BY village FOR UPDATE"
)
# A village's accounts with what is held back of them, and the codes of persons: one question.
BOOK = Statement(
    "SELECT account.code, account.balance, account.version, allowance.lease, allowance.points"
    " FROM account LEFT JOIN allowance ON allowance.village = account.village"
    " AND allowance.account_code = account.code"
    " WHERE account.village = ? AND account.code = ANY(?)"
    " UNION ALL SELECT code, NULL, NULL, person, NULL FROM actor_code"
    " WHERE village = ? AND person = ANY(?)"
)
NEW_CODE = Statement("INSERT INTO actor_code (village, person, code) VALUES (?, ?, ?)")
NEW_EVENT = Statement(
    "INSERT INTO event (id, village, seq, at, kind, occurred_on, actor, approver, reverses,"
    " record, detail, salt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
NEW_DETAIL = Statement("INSERT INTO event_detail (event_id, text, key) VALUES (?, ?, ?)")
NEW_TRANSFER = Statement(
    "INSERT INTO transfer (village, seq, line, from_code, to_code, unit, amount,"
    " from_balance_after, from_version, to_balance_after, to_version)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
NEW_LEAF = Statement("INSERT INTO leaf (village, seq, body, hashes) VALUES (?, ?, ?, ?)")
MOVE_HEAD = Statement("UPDATE log_head SET size = ?, at = ?, frontier = ? WHERE village = ?")
LOWER_ALLOWANCE = Statement(
    "UPDATE allowance SET points = ? WHERE lease = ? AND village = ? AND account_code = ?"
)
