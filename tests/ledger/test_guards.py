"""What the database makes of many transfers in a statement, and of a guard made otherwise."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from incentives.extensions import db
from incentives.ledger.guards import missing_guards
from tests.ledger.books import open_books

CASH = ("income.donation", "cash")
SPENT = ("cash", "spending.difference")


@pytest.fixture
def books(app):
    """Books in whose cash are 5 fen, and an event after that which has no transfer yet."""
    books = open_books(0)
    books.post(books.income(5))
    db.session.connection(execution_options={"write": True})
    db.session.execute(
        text(
            "INSERT INTO event (id, village, seq, at, kind, occurred_on, salt)"
            " SELECT :id, village, 1, at + 1, 'money_move', occurred_on, salt FROM event"
            " WHERE village = :village"
        ),
        {"id": "0190f3a0000070008000000000000001", "village": books.village},
    )
    yield books
    db.session.rollback()


def transfers(books, *rows):
    """Insert these in one statement: accounts, amount, and what each account holds after it."""
    places = ", ".join(
        f"('{books.village}', 1, {line}, '{source}', '{target}', 'fen', {amount},"
        f" {after}, {version}, {to_after}, {to_version})"
        for line, ((source, target), amount, (after, version), (to_after, to_version)) in enumerate(
            rows
        )
    )
    db.session.execute(
        text(
            "INSERT INTO transfer (village, seq, line, from_code, to_code, unit, amount,"
            f" from_balance_after, from_version, to_balance_after, to_version) VALUES {places}"
        )
    )


def cash(books):
    return db.session.execute(
        text("SELECT balance, version FROM account WHERE village = :village AND code = 'cash'"),
        {"village": books.village},
    ).one()


def test_transfers_of_one_statement_move_their_accounts_in_turn(books):
    transfers(
        books,
        (SPENT, 3, (2, 2), (3, 1)),
        (CASH, 4, (-9, 2), (6, 3)),
        (SPENT, 6, (0, 4), (9, 2)),
    )
    assert tuple(cash(books)) == (0, 4)


@pytest.mark.parametrize(
    "rows",
    [
        # The end is right, but on the way there is less than nothing.
        [(SPENT, 6, (-1, 2), (6, 1)), (CASH, 4, (-9, 2), (3, 3))],
        [(SPENT, 3, (2, 2), (3, 1)), (SPENT, 1, (1, 4), (4, 2))],  # a version is left out
        [(SPENT, 3, (2, 2), (3, 1)), (SPENT, 1, (2, 3), (4, 2))],  # a balance stands still
        [(SPENT, 3, (2, 2), (3, 1)), (SPENT, 1, (1, 3), (5, 2))],  # the taker gets more
        [(SPENT, 3, (3, 2), (3, 1)), (SPENT, 1, (1, 3), (4, 2))],  # only the last is right
        [(SPENT, 3, (2, 3), (3, 1)), (SPENT, 1, (1, 4), (4, 2))],  # it doesn't start where it is
        [(SPENT, 3, (2, 2), (3, 1)), (("cash", "none"), 1, (1, 3), (1, 1))],
        [(SPENT, 3, (2, 2), (3, 1)), (("issuance", "expired"), 1, (-1, 1), (1, 1))],  # of points
    ],
)
def test_transfers_of_one_statement_are_refused_where_one_is_wrong(books, rows):
    with pytest.raises(DBAPIError):
        transfers(books, *rows)
    db.session.rollback()
    assert tuple(cash(books)) == (5, 1)


def test_an_event_out_of_turn_is_refused_among_others(books, app):
    with pytest.raises(DBAPIError):
        db.session.execute(
            text(
                "INSERT INTO event (id, village, seq, at, kind, occurred_on, salt) VALUES"
                " ('0190f3a0000070008000000000000002', :village, 2, 9000000000000000,"
                " 'money_move', '2026-03-01', 's'),"
                " ('0190f3a0000070008000000000000004', :village, 4, 9000000000000001,"
                " 'money_move', '2026-03-01', 's')"
            ),
            {"village": books.village},
        )


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("name", "made"),
    [
        (
            "account_changes_by_transfer",
            "BEFORE UPDATE ON account FOR EACH ROW WHEN (false)"
            " EXECUTE FUNCTION ledger_account_kept()",
        ),
        (
            "transfers_move",
            "AFTER INSERT ON account REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
            " EXECUTE FUNCTION ledger_transfers_move()",
        ),
        ("leaf_refuses_delete", ""),
    ],
)
def test_a_guard_that_is_made_otherwise_is_missed(app, name, made):
    engine = create_engine(app.config["OWNER_DATABASE_URI"])
    table = {"account_changes_by_transfer": "account", "transfers_move": "transfer"}
    with engine.connect() as connection:
        connection.execute(text(f"DROP TRIGGER {name} ON {table.get(name, 'leaf')}"))
        if made:
            connection.execute(text(f"CREATE TRIGGER {name} {made}"))
        assert missing_guards(connection) == [f"trigger {name}"]
    engine.dispose()
