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
from incentives.ledger.triggers import SQLITE
from tests.ledger.books import Books, open_books
from tests.ledger.tampering import tamper, unguard
from tests.races.crowd import at_once

HERE = "village = '{village}'"
OTHER_TIME = "at + 1"
INSUFFICIENT_PRIVILEGE = "42501"

# What is done to one village's rows, and the table and column that must be named for it.
# Events: 0 award with detail, 1 redemption, 2 reversal of 0, 3 income, 4 household move.
TAMPERINGS = [
    (f"UPDATE account SET balance = balance + 1 WHERE {HERE} AND code = 'bank'", "account.balance"),
    (f"UPDATE account SET version = version + 1 WHERE {HERE} AND code = 'bank'", "account.version"),
    (f"UPDATE account SET kind = 'bank' WHERE {HERE} AND code = 'cash'", "account.kind"),
    (f"UPDATE account SET kind = 'purse' WHERE {HERE} AND code = 'cash'", "account.kind"),
    (f"UPDATE account SET unit = 'point' WHERE {HERE} AND code = 'cash'", "account.unit"),
    (f"UPDATE account SET code = 'purse' WHERE {HERE} AND code = 'cash'", "account.code"),
    (f"DELETE FROM account WHERE {HERE} AND code = 'cash'", "account.code"),
    (f"UPDATE log_head SET size = size - 1 WHERE {HERE}", "log_head.size"),
    (f"UPDATE log_head SET at = {OTHER_TIME} WHERE {HERE}", "log_head.at"),
    (f"UPDATE log_head SET origin = 'another.test' WHERE {HERE}", "log_head.origin"),
    (f"UPDATE log_head SET frontier = origin_bytes WHERE {HERE}", "log_head.frontier"),
    (f"UPDATE event SET id = record WHERE {HERE} AND seq = 1", "event.id"),
    (f"UPDATE event SET seq = 9 WHERE {HERE} AND seq = 4", "event.seq"),
    (f"UPDATE event SET at = {OTHER_TIME} WHERE {HERE} AND seq = 1", "event.at"),
    (f"UPDATE event SET kind = 'refund' WHERE {HERE} AND seq = 1", "event.kind"),
    (f"UPDATE event SET kind = 'gift' WHERE {HERE} AND seq = 1", "event.kind"),
    (f"UPDATE event SET occurred_on = '2026-02-28' WHERE {HERE} AND seq = 1", "event.occurred_on"),
    (f"UPDATE event SET actor = 'aaaaaaaa' WHERE {HERE} AND seq = 1", "event.actor"),
    (f"UPDATE event SET approver = 'aaaaaaaa' WHERE {HERE} AND seq = 1", "event.approver"),
    (f"UPDATE event SET reverses = id WHERE {HERE} AND seq = 2", "event.reverses"),
    (f"UPDATE event SET detail = salt WHERE {HERE} AND seq = 0", "event.detail"),
    (f"UPDATE event SET salt = '{'0' * 32}' WHERE {HERE} AND seq = 1", "event.salt"),
    (f"DELETE FROM event WHERE {HERE} AND seq = 1", "event.seq"),
    (f"DELETE FROM event WHERE {HERE} AND seq = 4", "leaf.seq"),
    (
        "UPDATE event_detail SET text = '{{}}' WHERE event_id = {event_0}",
        "event_detail.text",
    ),
    ("UPDATE event_detail SET key = text_bytes WHERE event_id = {event_0}", "event_detail.text"),
    ("DELETE FROM event_detail WHERE event_id = {event_0}", "event_detail.text"),
    (
        "UPDATE event_detail SET event_id = {event_1} WHERE event_id = {event_0}",
        "event_detail.text",
    ),
    (f"UPDATE transfer SET amount = amount + 1 WHERE {HERE} AND seq = 1", "transfer.amount"),
    (f"UPDATE transfer SET from_code = '{{other}}' WHERE {HERE} AND seq = 1", "transfer.from_code"),
    (f"UPDATE transfer SET to_code = 'expired' WHERE {HERE} AND seq = 1", "transfer.to_code"),
    (f"UPDATE transfer SET to_code = 'purse' WHERE {HERE} AND seq = 1", "transfer.to_code"),
    (f"UPDATE transfer SET unit = 'fen' WHERE {HERE} AND seq = 1", "transfer.unit"),
    (f"UPDATE transfer SET line = 3 WHERE {HERE} AND seq = 1", "transfer.line"),
    (f"UPDATE transfer SET seq = 3, line = 7 WHERE {HERE} AND seq = 1", "transfer.line"),
    *(
        (
            f"UPDATE transfer SET {column} = {column} + 1 WHERE {HERE} AND seq = 3",
            f"transfer.{column}",
        )
        for column in ("from_balance_after", "from_version", "to_balance_after", "to_version")
    ),
    (f"DELETE FROM transfer WHERE {HERE} AND seq = 1", "transfer.line"),
    (f"UPDATE leaf SET body = hashes WHERE {HERE} AND seq = 1", "leaf.body"),
    (f"UPDATE leaf SET hashes = body WHERE {HERE} AND seq = 1", "leaf.hashes"),
    (f"UPDATE leaf SET seq = 9 WHERE {HERE} AND seq = 4", "leaf.body"),
    (f"DELETE FROM leaf WHERE {HERE} AND seq = 1", "leaf.body"),
    (f"UPDATE checkpoint SET size = 4 WHERE {HERE}", "checkpoint.size"),
    (f"UPDATE checkpoint SET origin = 'x' || origin WHERE {HERE}", "checkpoint.origin"),
    (f"UPDATE checkpoint SET note = 'x' || note WHERE {HERE}", "checkpoint.note"),
]
# A column of one row, to be put where bytes are wanted: written alike on both databases.
BYTES = {"origin_bytes": "CAST(origin AS {bytes})", "text_bytes": "CAST(text AS {bytes})"}


def live(books: Books) -> list[str]:
    """A small history of everything that the tamperings need; the events' ids."""
    anna, berta = books.households
    given = books.post(books.award(anna, 50, detail={"rule_item": "PA01"}))[0]
    sold = books.post(books.redemption(anna, 30))[0]
    undone = books.post(books.reversal(given.id))[0]
    income = books.post(books.income(500))[0]
    books.post(books.award(berta, 9))
    return [each.id.hex for each in (given, sold, undone, income)]


def test_every_column_that_is_changed_is_named(app):
    database = db.engine.dialect.name
    villages = [open_books() for _ in range(len(TAMPERINGS) + 1)]
    events = [live(books) for books in villages]
    seal_all(now=now())
    assert [audit(books.village) for books in villages] == [[]] * len(villages)
    unguard()
    for (statement, _place), books, ids in zip(TAMPERINGS, villages, events, strict=False):
        for name, cast in BYTES.items():
            kind = "BYTEA" if database == "postgresql" else "BLOB"
            source = cast.format(bytes=kind)
            if database == "postgresql":
                source = source.replace("CAST(", "convert_to(").replace(f" AS {kind}", ", 'UTF8'")
            statement = statement.replace(name, source)
        quoted = {f"event_{number}": f"'{each}'" for number, each in enumerate(ids)}
        other = f"h.{books.households[1]}"
        tamper(statement.format(village=books.village, other=other, **quoted))
    missed = {}
    for (statement, place), books in zip(TAMPERINGS, villages, strict=False):
        found = {f"{each.table}.{each.column}" for each in audit(books.village)}
        if place not in found:
            missed[statement] = found
    assert missed == {}
    assert audit(villages[-1].village) == []  # what nobody touched raises no alarm


def test_every_missing_guard_is_named(app):
    unguard()
    with pytest.raises(GuardMissing):
        require_guards(db.engine)
    found = {each.place for each in audit_database()}
    assert {f"trigger {name}" for name in SQLITE} <= found
    if db.engine.dialect.name == "postgresql":
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
        "DROP TRIGGER transfer_moves ON transfer",
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
