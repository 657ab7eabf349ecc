"""What the database itself refuses of openings, going round the program on purpose."""

from uuid import uuid4

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger import Kind
from incentives.openings.models import Opening, OpeningLine
from tests.factories import VILLAGE, act
from tests.openings.books import ALL, ONE

# The database's own refusals, going round the program on purpose.
LINE = "UPDATE opening_line SET {} WHERE part = '{}'"
AROUND = [
    LINE.format("points = 0", "points"),
    LINE.format("cash_fen = 1, bank_fen = 0", "points"),
    LINE.format("points = 5", "fund"),
    LINE.format("cash_fen = -1", "fund"),
    LINE.format("quantity = 0", "stock"),
    LINE.format("reversed_at = '2026-03-02 00:00:00+00:00'", "points"),
    "UPDATE opening SET status = 'drafted'",
    "UPDATE opening SET notice_id = NULL",
    "UPDATE opening SET ended_reason = 'x'",
    "UPDATE notice_line SET points = NULL WHERE points IS NOT NULL",
    "UPDATE notice_line SET award_id = opening_line_id",
    "UPDATE stock_movement SET source = 'nowhere'",
]


@pytest.mark.parametrize("statement", AROUND)
def test_the_database_refuses_it_too(village, statement):
    village.posted(ALL)
    with pytest.raises(DBAPIError):
        act(lambda: db.session.execute(text(statement)) and None)


def test_the_database_takes_each_over_once(village):
    """Twin of the check in the program: a second standing line of a household, good or fund."""
    village.posted(ALL)
    columns = [column.key for column in OpeningLine.__table__.columns]
    for line in village.lines(db.session.query(Opening).one().id):
        copied = {name: getattr(line, name) for name in columns}
        copied |= {"id": uuid4(), "line": line.line + 100}
        with pytest.raises(IntegrityError):
            act(lambda copied=copied: db.session.execute(insert(OpeningLine), [copied]) and None)


def test_a_record_has_one_opening_event(village):
    village.posted(ONE)
    line = db.session.query(OpeningLine).one()
    household = village.households["扎西彭措"].account_code

    def post_again() -> None:
        ledger.hold([VILLAGE])
        ledger.post(
            [
                ledger.Draft(
                    village=VILLAGE,
                    kind=Kind.OPENING,
                    occurred_on=now().date(),
                    legs=[ledger.give("issuance", household, 5)],
                    record=line.id,
                )
            ],
            actor=None,
            now=now(),
        )

    with pytest.raises(IntegrityError):
        act(post_again)


def test_a_village_has_one_unfinished_opening_in_the_database_too(village):
    opening = village.drafted(ONE)
    row = db.session.get_one(Opening, opening)
    columns = [column.key for column in Opening.__table__.columns]
    copied = {name: getattr(row, name) for name in columns}
    with pytest.raises(IntegrityError):
        act(lambda: db.session.execute(insert(Opening), [copied | {"id": uuid4()}]) and None)
