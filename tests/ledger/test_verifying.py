"""`flask ledger verify`: the log against every checkpoint, and one from paper."""

import json
import shutil
import threading
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import select

from incentives.clock import now
from incentives.extensions import db
from incentives.ledger import codes, notes, seals, verifying
from incentives.ledger.models import Checkpoint
from incentives.ledger.seals import seal_all
from incentives.ledger.seals.signing import publish
from incentives.recovery.operations import check_books
from tests.ledger.books import Books, open_books
from tests.ledger.tampering import tamper, unguard


@pytest.fixture
def books(app) -> Books:
    """A village with three events, signed after one and after three."""
    found = open_books()
    for _round in range(2):
        found.post(found.award(found.households[0], 50))
        seal_all(now=now())
        found.post(found.redemption(found.households[0], 20))
    return found


def verify(app, *args: str, typed: str | None = None):
    """Run it: the exit code, and the findings as `table.column`."""
    answer = app.test_cli_runner().invoke(args=["ledger", "verify", *args], input=typed)
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    return answer.exit_code, {f"{each['table']}.{each['column']}" for each in lines}, answer.stderr


def note_of(size: int) -> str:
    return db.session.scalar(select(Checkpoint.note).where(Checkpoint.size == size))


def test_a_log_that_holds(app, books):
    code, findings, said = verify(app)
    assert (code, findings) == (0, set())
    assert "1 villages and 4 checkpoints verified" in said


@pytest.mark.parametrize("size", [1, 3])
def test_a_checkpoint_from_paper_as_text(app, books, tmp_path, size):
    note = note_of(size)
    assert verify(app, "--checkpoint", "-", typed=note)[:2] == (0, set())
    (tmp_path / "note").write_text(note.replace("\n", "\r\n"))
    assert verify(app, "--checkpoint", str(tmp_path / "note"))[:2] == (0, set())
    _origin, typed, root = note.split("\n")[:3]
    assert verify(app, "--size", typed, "--root", root)[:2] == (0, set())
    assert verify(app, "--size", str(4 - size), "--root", root)[:2] == (1, {"paper.root"})


@pytest.mark.parametrize("size", [1, 3])
def test_a_checkpoint_typed_as_its_paper_folds_it(app, books, size):
    origin, typed, root, _gap, line, _end = note_of(size).split("\n")
    _dash, name, signature = line.split(" ")
    for text in (
        f"{origin}\n{typed}\n{root}\n\n{line[:70]}\n{line[70:]}\n\f",
        f"{origin} \n{chr(0xFF10 + size)}\n{root}\n- {name}\n{signature}",
        f"{origin}\n{typed}\n{root}\n{line[:70]}\n{line[70:]}",
    ):
        assert verify(app, "--checkpoint", "-", typed=text)[:2] == (0, set())


def test_a_mistyped_signature_says_that_it_may_be_that(app, books):
    note = note_of(3)
    letter = "B" if note[-10] == "A" else "A"
    wrong = note[:-10] + letter + note[-9:]
    code, findings, _said = verify(app, "--checkpoint", "-", typed=wrong)
    assert (code, findings) == (1, {"paper.signature"})
    answer = app.test_cli_runner().invoke(
        args=["ledger", "verify", "--checkpoint", "-"], input=wrong
    )
    assert "or it was mistyped: compare it with the paper" in json.loads(answer.stdout)["found"]
    for unread in (note[:-3] + "\n", note.replace("— ", ""), note[:-10] + "!" + note[-9:]):
        code, findings, said = verify(app, "--checkpoint", "-", typed=unread)
        assert (code, findings) == (2, set())
        assert "scan its code" in said


def test_paper_that_this_log_never_was(app, books):
    note = note_of(3)
    changed = note.replace("\n3\n", "\n2\n")
    assert verify(app, "--checkpoint", "-", typed=changed)[:2] == (
        1,
        {"paper.signature", "paper.root"},
    )
    # A size that was mistyped too large tells of no lost entries.
    large = verify(app, "--checkpoint", "-", typed=note.replace("\n3\n", "\n33\n"))
    assert large[:2] == (1, {"paper.signature"})
    longer = notes.Root(f"jishan.test/{books.village}", 9, bytes(32))
    signed = notes.sign_checkpoint(longer, notes.private_key(app.config["KEYS"]["log"]))
    assert verify(app, "--checkpoint", "-", typed=signed)[:2] == (1, {"paper.size"})


@pytest.mark.parametrize(
    "args",
    [
        ["--village", "513336000000"],
        ["--checkpoint", "no-such-file"],
        ["--size", "1"],
        ["--size", "1", "--root", "AAAA"],
        ["--size", "1", "--root", "!"],
        ["--size", "-1", "--root", "AAAA"],
    ],
    ids=" ".join,
)
def test_what_can_not_be_checked_is_2(app, books, args):
    assert verify(app, *args)[:2] == (2, set())


@pytest.mark.parametrize("text", ["", "what is this", "a\nb\nc\n\n— x y\n"])
def test_a_text_that_is_no_checkpoint_is_2(app, books, text):
    assert verify(app, "--checkpoint", "-", typed=text)[0] == 2


def test_a_checkpoint_of_another_log_is_2(app, books):
    other = notes.sign_checkpoint(
        notes.Root("other.test/513336101209", 1, bytes(32)),
        notes.private_key(app.config["KEYS"]["log"]),
    )
    assert verify(app, "--checkpoint", "-", typed=other)[0] == 2


def test_a_changed_leaf_is_named_by_every_checkpoint_and_by_the_seals(app, books):
    unguard()
    other = "(SELECT body FROM leaf AS o WHERE o.village = leaf.village AND seq = 1)"
    tamper(f"UPDATE leaf SET body = {other} WHERE village = '{books.village}' AND seq = 0")
    code, findings, _said = verify(app)
    assert code == 1
    assert {"checkpoint.root", "checkpoints.jsonl.root", "leaf.body"} <= findings


def test_changed_seals_are_named(app, books):
    path = seals.folder_of(books.village) / seals.EVENTS
    path.write_bytes(path.read_bytes().replace(b"point 50", b"point 51", 1))
    assert verify(app)[:2] == (1, {"events.jsonl.line"})


def test_lost_seals_are_named(app, books):
    for name in (seals.EVENTS, seals.CHECKPOINTS):
        (seals.folder_of(books.village) / name).unlink()
    assert verify(app)[:2] == (1, {"seals.checkpoint"})


def test_a_changed_checkpoint_is_named(app, books):
    unguard()
    tamper("UPDATE checkpoint SET size = 2 WHERE size = 3")
    assert "checkpoint.size" in verify(app)[1]
    tamper("UPDATE checkpoint SET note = 'x' WHERE size = 2")
    assert "checkpoint.note" in verify(app)[1]


@pytest.mark.parametrize("size", [1, 3])
def test_a_checkpoint_scanned_from_paper(app, books, tmp_path, size):
    code = codes.write_checkpoint(note_of(size))
    for scanned in (f"http://127.0.0.1:8000/verify#{code}\n", f"{code}\r\n"):
        assert verify(app, "--checkpoint", "-", typed=scanned)[:2] == (0, set())
    assert verify(app, "--checkpoint", "-", typed=code[:-1])[0] == 2
    (tmp_path / "scanned").write_text(code)
    assert verify(app, "--checkpoint", str(tmp_path / "scanned"))[:2] == (0, set())


def named(app) -> list[dict[str, str]]:
    answer = app.test_cli_runner().invoke(args=["ledger", "verify"])
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    assert answer.exit_code == int(bool(found))
    return [each for each in found if each["table"] != "database"]


@pytest.mark.parametrize(
    ("table", "column", "place", "value"),
    [
        ("event", "record", "1", f"'{UUID(int=7).hex}'"),
        ("event", "kind", "1", "'refund'"),
        ("event", "occurred_on", "1", "'2026-02-02'"),
        ("transfer", "amount", "1/0", "21"),
        ("transfer", "to_balance_after", "1/0", "21"),
    ],
)
def test_a_changed_row_is_named_by_its_sealed_one(app, books, table, column, place, value):
    seal_all(now=now())
    unguard()
    tamper(f"UPDATE {table} SET {column} = {value} WHERE village = '{books.village}' AND seq = 1")
    [found] = named(app)
    assert (found["table"], found["column"], found["place"]) == (table, column, place)
    assert found["seq"] == 1
    assert found["found"] == value.strip("'")
    assert found["expected"] != found["found"]


def test_rows_that_came_or_went_are_named_by_the_sealed_ones(app, books):
    unguard()
    here = f"WHERE village = '{books.village}' AND seq = 0"
    tamper(f"UPDATE transfer SET line = 1 {here}")
    assert [each["place"] for each in named(app)] == ["0/0", "0/1"]
    tamper(f"DELETE FROM transfer {here}", f"DELETE FROM event {here}")
    assert [each["table"] for each in named(app)] == ["event", "transfer"]
    tamper(f"DELETE FROM leaf {here}")
    assert [each["table"] for each in named(app)][-1:] == ["event"]


@pytest.mark.parametrize("size", [1, 3])
def test_a_checkpoint_that_the_database_lost_is_named_until_a_start_puts_it_back(app, books, size):
    unguard()
    tamper(f"DELETE FROM checkpoint WHERE size = {size}")
    [found] = named(app)
    assert (found["table"], found["place"], found["found"]) == ("checkpoint", str(size), "none")
    assert check_books(now=now()) is None
    assert named(app) == []


def test_an_old_copy_of_the_seals_serves_and_puts_back_what_it_has(app, books, tmp_path):
    folder = seals.folder_of(books.village)
    shutil.copytree(folder, tmp_path / "copy")
    books.post(books.award(books.households[0], 7))
    assert seal_all(now=now()) == 1
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    unguard()
    tamper("DELETE FROM checkpoint WHERE size = 1")
    assert check_books(now=now()) is None
    assert named(app) == []
    assert seal_all(now=now()) == 1
    assert named(app) == []


def test_what_is_signed_while_a_log_is_verified_is_no_finding(app, books, monkeypatch):
    compare = verifying.compare_with_seals

    def live_on():
        with app.app_context():
            books.post(books.award(books.households[0], 7))
            seal_all(now=now())
            db.session.remove()

    def and_meanwhile(village):
        thread = threading.Thread(target=live_on)
        thread.start()
        thread.join()
        yield from compare(village)

    monkeypatch.setattr(verifying, "compare_with_seals", and_meanwhile)
    assert verify(app)[:2] == (0, set())
    db.session.rollback()
    assert note_of(5) is not None


def test_a_signer_between_seals_and_books_is_waited_for(app, books, monkeypatch):
    seals_of = verifying.of_seals

    def and_then_signed(village):
        yield from seals_of(village)
        note = note_of(3)
        db.session.rollback()
        unguard()
        tamper("DELETE FROM checkpoint WHERE size = 3")
        monkeypatch.setattr(verifying, "locked", lambda folder: stored(note))

    @contextmanager
    def stored(note):
        root = notes.Root(note.split("\n")[0], 3, bytes(32))
        db.session.rollback()
        publish(books.village, root, note, now())
        yield

    monkeypatch.setattr(verifying, "of_seals", and_then_signed)
    assert named(app) == []
