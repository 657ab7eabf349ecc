"""The audit by command holds the books against their seals, too, and says each thing once."""

import json
import shutil
from uuid import UUID

import pytest

from incentives.books.audits import sentence
from incentives.clock import now
from incentives.ledger import seals
from incentives.ledger.audit import Finding, audit, audit_database
from incentives.ledger.seals import seal_all
from tests.ledger.books import Books, open_books
from tests.ledger.tampering import tamper, unguard


@pytest.fixture
def books(app) -> Books:
    """A village with three events, signed after the first and the third; without guards."""
    books = open_books()
    books.post(books.award(books.households[0], 50))
    seal_all(now=now())
    books.post(books.award(books.households[0], 20))
    books.post(books.income(300))
    seal_all(now=now())
    unguard()
    return books


def named(app) -> list[dict[str, str]]:
    """What the command names, but for the guards that were dropped."""
    answer = app.test_cli_runner().invoke(args=["ledger", "audit"])
    assert answer.exit_code == 1, answer.output
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    return [each for each in found if each["table"] != "database"]


@pytest.mark.parametrize("gone", [{1}, {3}, {1, 3}], ids=["older", "newest", "all"])
def test_checkpoints_that_are_gone_are_named(app, books, gone):
    sizes = ", ".join(map(str, gone))
    tamper(f"DELETE FROM checkpoint WHERE size IN ({sizes})")
    assert audit(books.village) == []  # no row says that they were there
    assert [(each["table"], each["place"], each["column"]) for each in named(app)] == [
        ("checkpoint", str(size), "size") for size in sorted(gone)
    ]


def test_another_record_is_named(app, books):
    tamper(f"UPDATE event SET record = '{UUID(int=7).hex}' WHERE seq = 1")
    assert audit(books.village) == []
    [found] = named(app)
    assert (found["table"], found["seq"], found["column"]) == ("event", 1, "record")
    assert UUID(found["found"]) == UUID(int=7)


def test_what_the_rows_tell_by_themselves_is_said_once(app, books):
    tamper("UPDATE event SET occurred_on = '2026-02-02' WHERE seq = 1")
    [found] = named(app)
    assert (found["table"], found["place"], found["column"]) == ("event", "1", "occurred_on")


def test_without_seals_the_rows_are_audited_alone(app, books):
    shutil.rmtree(seals.folder_of(books.village))
    assert named(app) == []
    tamper("UPDATE account SET balance = 7 WHERE code = 'bank'")
    assert [each["column"] for each in named(app)] == ["balance"]


@pytest.mark.parametrize("name", [seals.EVENTS, seals.CHECKPOINTS])
def test_seals_that_can_not_be_read_are_named(app, books, name):
    path = seals.folder_of(books.village) / name
    path.write_bytes(b"?" + path.read_bytes()[1:])
    [found] = named(app)
    assert (found["table"], found["column"]) == (name, "line")
    assert sentence(Finding(**{key: found[key] for key in found if key != "seq"}))


def test_a_village_whose_books_are_gone_altogether_is_named(app, books):
    other = open_books()
    seal_all(now=now())
    for name in ("account", "checkpoint", "log_head"):
        tamper(f"DELETE FROM {name} WHERE village = '{other.village}'")
    assert [(each["table"], each["place"]) for each in named(app)] == [("log_head", other.village)]
    for name in ("event", "transfer", "leaf", "account", "checkpoint", "log_head"):
        tamper(f"DELETE FROM {name}")
    gone = sorted((books.village, other.village))
    assert [each["place"] for each in named(app) if each["table"] == "log_head"] == gone


def test_rows_without_a_log_have_no_number_in_one(app, books):
    tamper(f"DELETE FROM log_head WHERE village = '{books.village}'")
    found = [each for each in audit_database() if each.table == "event"]
    assert [(each.place, each.seq) for each in found] == [(books.village, None)]
    assert books.village in sentence(found[0])
