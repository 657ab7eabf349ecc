"""The audit finds what is changed past the triggers, each by table and column, and nothing else."""

import json
import threading

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.ledger.audit import audit, audit_database
from incentives.ledger.guards import GuardMissing, require_guards
from incentives.ledger.rights import RIGHTS
from incentives.ledger.seals import seal_all
from incentives.ledger.triggers import POSTGRESQL, SQLITE
from tests.ledger.books import Books, open_books
from tests.ledger.tampering import tamper, unguard
from tests.races.crowd import at_once

INSUFFICIENT_PRIVILEGE = "42501"


def live(books: Books) -> list[str]:
    """A small history of everything that the tamperings need; the events' ids."""
    anna, berta = books.households
    given = books.post(books.award(anna, 50, detail={"rule_item": "PA01"}))[0]
    sold = books.post(books.redemption(anna, 30))[0]
    undone = books.post(books.reversal(given.id))[0]
    income = books.post(books.income(500))[0]
    books.post(books.award(berta, 9))
    return [each.id.hex for each in (given, sold, undone, income)]


def test_every_missing_guard_is_named(app):
    unguard()
    with pytest.raises(GuardMissing):
        require_guards(db.engine)
    found = {each.place for each in audit_database()}
    on_postgresql = db.engine.dialect.name == "postgresql"
    assert {f"trigger {name}" for name in (POSTGRESQL if on_postgresql else SQLITE)} <= found
    if on_postgresql:
        assert {"check ck_account_floor", "check ck_transfer_amount"} <= found


def test_nothing_is_found_while_others_post(app):
    books = open_books()
    live(books)
    done = threading.Event()

    def post() -> None:
        while not done.is_set():
            books.post(books.award(books.households[0], 1))

    def look() -> list[object]:
        try:
            return [finding for _ in range(30) for finding in audit(books.village)]
        finally:
            done.set()

    posted, found = at_once(app, [post, look])
    assert posted is None
    assert found == []


def test_the_command_ends_with_what_it_found(app):
    books = open_books()
    live(books)
    runner = app.test_cli_runner()
    whole = runner.invoke(args=["ledger", "audit"])
    assert (whole.exit_code, whole.stdout) == (0, "")
    assert "1 villages audited, 5 events: 0 findings" in whole.stderr
    assert runner.invoke(args=["ledger", "audit", "--village", "000000000000"]).exit_code == 2
    unguard()
    tamper("UPDATE account SET balance = 1 WHERE code = 'bank'")
    broken = runner.invoke(args=["ledger", "audit", "--village", books.village])
    assert broken.exit_code == 1
    findings = [json.loads(line) for line in broken.stdout.splitlines()]
    assert {
        "village": books.village,
        "seq": None,
        "table": "account",
        "place": "bank",
        "column": "balance",
        "expected": "0",
        "found": "1",
    } in findings
    assert any(each["table"] == "database" for each in findings)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_services_role_has_no_more_than_its_rights(app):
    books = open_books()
    live(books)
    seal_all(now=now())
    refused = [
        "CREATE TEMPORARY TABLE account (code text)",
        "CREATE TABLE mine (code text)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE account DISABLE TRIGGER ALL",
        "DROP TRIGGER transfers_move ON transfer",
        "SET session_replication_role = replica",
        "UPDATE log_head SET village = village",
        "UPDATE log_head SET origin = origin",
        "UPDATE alembic_version SET version_num = version_num",
    ]
    columns = {"event_detail": "text", "actor_code": "code", "log_head": "origin"}
    for table, allowed in RIGHTS.items():
        refused.append(f"TRUNCATE {table} CASCADE")
        column = columns.get(table, "village" if table != "erasure" else "ground")
        if "UPDATE" not in allowed:
            refused.append(f"UPDATE {table} SET {column} = {column}")
        if "DELETE" not in allowed:
            refused.append(f"DELETE FROM {table}")
    engine = create_engine(db.engine.url)
    states = {}
    for statement in refused:
        with engine.connect() as connection, pytest.raises(DBAPIError) as error:
            connection.execute(text(statement))
        states[statement] = error.value.orig.sqlstate
    engine.dispose()
    assert states == dict.fromkeys(refused, INSUFFICIENT_PRIVILEGE)
    assert audit(books.village) == []


def test_a_trigger_keeps_even_the_owner_from_changing_a_row(app):
    books = open_books()
    live(books)
    for statement in (
        "UPDATE account SET balance = balance + 1 WHERE code = 'bank'",
        "UPDATE event SET kind = 'refund' WHERE seq = 1",
        "UPDATE transfer SET amount = amount + 1 WHERE seq = 1",
        "DELETE FROM leaf WHERE seq = 4",
    ):
        with pytest.raises(DBAPIError):
            tamper(statement)
    assert audit(books.village) == []
    assert ledger.balance(books.village, "bank") == 0
