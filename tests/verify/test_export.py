"""An exported log under the stand-alone verifier: it holds, and no edit of it goes by."""

import gzip
import json
import subprocess
import sys
import threading

import pytest

from incentives import ledger
from incentives.clock import now
from incentives.extensions import db
from incentives.keys import key
from incentives.ledger import notes, proofs
from incentives.ledger.export import Part, export_log
from incentives.ledger.models import Erasure, EventDetail
from tests.factories import act
from tests.ledger.tampering import tamper, unguard
from tests.verify.cases import CODES, LOG
from tests.verify.exports import (
    ORIGIN,
    UNSAID,
    check,
    edits,
    export_of,
    key_of,
    leaf_text,
    public_export,
    told_story,
)
from tests.verify.program import PATH, verifier


@pytest.fixture
def books(app):
    return told_story()


def run(folder, text, log_key, *options):
    """The program as an auditor starts it, from a folder that has nothing else."""
    (folder / "export.tsv.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "key.txt").write_text(log_key)
    return subprocess.run(
        [sys.executable, "-I", str(PATH), "log", "export.tsv.gz", "--key", "key.txt", *options],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_a_log_holds_and_the_fund_is_recomputed(books, tmp_path):
    ended = run(tmp_path, export_of(books), key_of(books), "--json")
    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert (report["events"], report["signed_events"], report["checkpoints"]) == (9, 9, 2)
    assert (report["details"], report["details_erased"]) == (4, 0)
    assert report["fund"]["cash_fen"] == ledger.balance(books.village, "cash") == 49_300
    assert report["fund"]["spending_fen"] == {"spending.custom": 1_000}
    assert report["fund"]["income_fen"] == {"income.donation": 50_300}


def test_details_that_are_not_in_the_export_are_not_said_to_hold(books, tmp_path):
    text = export_of(books, details=False)
    assert "义务清扫村道" not in text
    assert run(tmp_path, text, key_of(books)).returncode == 2
    assert run(tmp_path, text, key_of(books), "--without-details").returncode == 0


def test_a_detail_erased_on_record_is_counted_and_a_missing_one_named(books, tmp_path):
    [first, second, *_rest] = db.session.scalars(
        db.select(EventDetail.event_id).order_by(EventDetail.event_id)
    ).all()

    def erase():
        db.session.add(Erasure(event_id=first, at=now(), actor=None, ground="asked"))
        db.session.delete(db.session.get_one(EventDetail, first))

    act(erase)
    said = check(export_of(books), key_of(books), tmp_path / "export")
    assert (said["findings"], said["report"]["details_erased"]) == ([], 1)
    unguard()
    tamper(f"DELETE FROM event_detail WHERE event_id = '{second.hex}'")
    [found] = check(export_of(books), key_of(books), tmp_path / "export")["findings"]
    assert (found["table"], found["column"], found["stored"]) == ("event_detail", "text", "missing")


def test_the_public_part_has_no_household_and_gives_the_same_fund(books, tmp_path):
    text = export_of(books, Part.PUBLIC)
    assert "h." + books.households[0] not in text
    assert books.households[0] not in text
    assert books.households[1] not in text
    said = check(text, key_of(books), tmp_path / "export")
    assert said["findings"] == []
    assert said["report"]["leaves_withheld"] == 6
    assert said["report"]["fund"] == check(
        export_of(books), key_of(books), tmp_path / "export"
    )["report"]["fund"]  # fmt: skip


def test_every_edited_cell_and_every_missing_row_is_named(books, tmp_path):
    text, log_key = export_of(books), key_of(books)
    for table, column, edited in edits(text):
        if (table, column) in UNSAID:
            continue
        said = check(edited, log_key, tmp_path / "export")
        assert said.get("unchecked") or said["findings"], (table, column, edited)
        if column in ("(left out)", "seq", "event_id", "code") or said.get("unchecked"):
            continue
        places = {(each.get("table"), each.get("column")) for each in said["findings"]}
        if table == "leaf" or (table, column) == ("event_detail", "key"):
            assert {each for each, _column in places} & {table, "event", "transfer"}
        else:
            assert (table, column) in places, (column, said["findings"])


def test_a_byte_that_is_no_text_is_named_by_table_entry_and_column(books, tmp_path):
    lines = export_of(books).encode().split(b"\n")
    [at] = [number for number, line in enumerate(lines) if line.startswith(b"event\t")][:1]
    cells = lines[at].split(b"\t")
    cells[9] = bytes([cells[9][0] ^ 0x80]) + cells[9][1:]  # the commitment to the detail
    lines[at] = b"\t".join(cells)
    (tmp_path / "export").write_bytes(b"\n".join(lines))
    (tmp_path / "key").write_text(key_of(books))
    said = [sys.executable, "-I", str(PATH), "log", "export", "--key", "key"]
    ended = subprocess.run(said, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 1, ended.stderr
    [found] = json.loads(ended.stdout)
    assert (found["table"], found["seq"], found["column"]) == ("event", 0, "detail")


@pytest.mark.parametrize(
    ("statement", "table", "column"),
    [
        ("UPDATE transfer SET amount = amount + 5 WHERE {here} AND seq = 1", "transfer", "amount"),
        ("UPDATE event SET occurred_on = '2026-02-28' WHERE {here} AND seq = 1", "event",
         "occurred_on"),
        ("UPDATE event SET kind = 'gift' WHERE {here} AND seq = 1", "event", "kind"),
        ("UPDATE account SET balance = balance + 1 WHERE {here} AND code = 'cash'", "account",
         "balance"),
        ("DELETE FROM transfer WHERE {here} AND seq = 2", "transfer", "line"),
        ("DELETE FROM leaf WHERE {here} AND seq = 8", "leaf", None),
        ("UPDATE log_head SET size = 8 WHERE {here}", "log_head", "size"),
    ],
)  # fmt: skip
def test_a_row_edited_in_the_database_is_named_from_its_export(
    books, tmp_path, statement, table, column
):
    unguard()
    tamper(statement.format(here=f"village = '{books.village}'"))
    ended = run(tmp_path, export_of(books), key_of(books))
    assert ended.returncode == 1, ended.stderr
    places = {(each.get("table"), each.get("column")) for each in json.loads(ended.stdout)}
    assert (table, column) in places


def test_one_edited_row_is_named_once_and_not_in_every_later_balance(books, tmp_path):
    unguard()
    tamper(f"UPDATE transfer SET amount = amount + 5 WHERE village = '{books.village}' AND seq = 1")
    said = check(export_of(books), key_of(books), tmp_path / "export")
    assert said["findings"] == [
        {
            "check": "rows",
            "table": "transfer",
            "seq": 1,
            "line": 0,
            "column": "amount",
            "logged": "30",
            "stored": "35",
        }
    ]


def test_a_rewritten_leaf_with_its_rows_differs_from_what_was_signed(books, tmp_path):
    unguard()
    here = f"village = '{books.village}' AND seq = 1"
    tamper(f"UPDATE event SET occurred_on = '2026-02-28' WHERE {here}")
    body = db.session.scalar(db.text(f"SELECT body FROM leaf WHERE {here}"))
    changed = bytes(body).replace(b"2026-03-01", b"2026-02-28").hex()
    db.session.rollback()
    value = f"x'{changed}'" if db.engine.dialect.name == "sqlite" else f"'\\x{changed}'"
    tamper(f"UPDATE leaf SET body = {value} WHERE {here}")
    said = check(export_of(books), key_of(books), tmp_path / "export")
    assert {each["check"] for each in said["findings"]} >= {"root", "hashes"}


def test_a_checkpoint_that_somebody_kept_shows_another_log_signed_by_the_same_key(books, tmp_path):
    text, log_key = export_of(books), key_of(books)
    origin = log_key.partition("+")[0]
    right = notes.Root(origin, 4, proofs.root_at(books.village, 4))
    wrong = notes.Root(origin, 4, proofs.root_at(books.village, 3))
    longer = notes.Root(origin, 12, right.root)
    for root, checks in ((right, set()), (wrong, {"root"}), (longer, {"size"})):
        note = notes.sign_checkpoint(root, notes.private_key(key("log")))
        said = check(text, log_key, tmp_path / "export", [note])
        assert {each["check"] for each in said["findings"]} == checks


def test_what_is_missing_could_not_be_checked(books, tmp_path):
    text, log_key = export_of(books), key_of(books)
    assert run(tmp_path, text, CODES["other_vkey"]).returncode == 2  # another village's
    assert run(tmp_path, text, "no key").returncode == 2
    assert run(tmp_path, text, log_key, "--checkpoint", "nothing.txt").returncode == 2
    lines = text.splitlines(keepends=True)
    for cut in (
        "".join(lines[:-1]),
        "".join(lines[:-3]),
        "".join(lines[1:]),
        text.replace("balance_after", "balance_before"),
        "".join(line for line in lines if not line.startswith("checkpoint\t")),
        "",
    ):
        assert run(tmp_path, cut, log_key).returncode == 2, cut[-200:]
    (tmp_path / "export.tsv.gz").unlink()
    assert verifier.main(["log", str(tmp_path / "export.tsv.gz"), "--key", log_key.split()[0]]) == 2


def test_an_export_is_of_one_moment(app, books, tmp_path):
    lines = export_log(books.village, part=Part.ALL, details=True)
    read = [next(lines)]
    while not read[-1].startswith("log_head"):
        read.append(next(lines))

    def post():
        with app.app_context():
            books.post(books.income(7))
            db.session.remove()

    thread = threading.Thread(target=post)
    thread.start()
    thread.join()
    said = check("".join([*read, *lines]), key_of(books), tmp_path / "export")
    assert (said["findings"], said["report"]["events"]) == ([], 9)
    assert check(export_of(books), key_of(books), tmp_path / "export")["report"]["events"] == 10


AGAIN = f"{ORIGIN}/2"


@pytest.mark.parametrize(
    ("openings", "signed", "holds"),
    [
        ([1, 1, 1], {3: ORIGIN}, True),
        ([1, 2, 2], {1: ORIGIN, 2: AGAIN, 3: AGAIN}, True),
        ([1, 2, 3], {3: f"{ORIGIN}/3"}, True),
        ([1, 2, 2], {1: AGAIN, 3: AGAIN}, False),  # signed under the new name before it began
        ([1, 2, 2], {3: ORIGIN}, False),  # and under the old one afterwards
        ([1, 3, 3], {3: f"{ORIGIN}/3"}, False),  # a step left out
        ([1, 2, 1], {3: AGAIN}, False),  # and back again
        ([2, 2, 2], {3: AGAIN}, True),  # opened anew before anything was written
    ],
)
def test_a_logs_name_changes_by_one_step_at_a_reopening_only(tmp_path, openings, signed, holds):
    before = 1
    leaves = []
    for seq, opening in enumerate(openings):
        kind = "reopen" if opening > before else "money_move"
        leaves.append(leaf_text(seq, kind, opening))
        before = opening
    origin = ORIGIN if openings[-1] == 1 else f"{ORIGIN}/{openings[-1]}"
    said = check(public_export(leaves, signed, origin), LOG["vkey"], tmp_path / "export")
    assert (said["findings"] == []) is holds, said["findings"]


def test_a_name_that_changes_without_a_reopening_is_found(tmp_path):
    leaves = [leaf_text(0), leaf_text(1, opening=2)]
    said = check(public_export(leaves, {2: AGAIN}, AGAIN), LOG["vkey"], tmp_path / "export")
    assert {each["check"] for each in said["findings"]} >= {"leaf", "origin", "head"}
