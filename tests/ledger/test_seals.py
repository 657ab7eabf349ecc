"""What is signed is first kept outside the database, and nothing else than that is ever signed."""

import json
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update

from incentives.clock import now
from incentives.extensions import db
from incentives.installation import SettingRefused, get_installation
from incentives.keys import key
from incentives.ledger import merkle, notes, seals
from incentives.ledger.audit import audit
from incentives.ledger.models import Checkpoint, Leaf, LogHead
from incentives.ledger.proofs import root_at
from incentives.ledger.seals import (
    LogInconsistent,
    files,
    rolled_back,
    seal_all,
    seal_village,
    standing,
)
from tests.ledger.books import Books, open_books
from tests.ledger.tampering import owner, tamper, unguard
from tests.races.crowd import at_once

NEWEST_LAST = ("transfer", "leaf", "event")


@pytest.fixture
def books(app) -> Books:
    """A village with an award and a redemption, sealed."""
    found = open_books()
    found.post(found.award(found.households[0], 50, detail={"name": "扎西的巡防"}))
    found.post(found.redemption(found.households[0], 20))
    assert seal_all(now=now()) == 1
    return found


def folder_of(books: Books) -> Path:
    return seals.folder_of(books.village)


def sealed_lines(books: Books, name: str) -> list[dict]:
    """A file of the folder, line by line."""
    whole = (folder_of(books) / name).read_text()
    assert whole.endswith("\n")
    return [json.loads(line) for line in whole.splitlines()]


def post_more(books: Books) -> None:
    books.post(books.award(books.households[1], 7))


def leaves(books: Books) -> list[bytes]:
    """The leaves of a village as they are kept."""
    rows = select(Leaf.body).where(Leaf.village == books.village).order_by(Leaf.seq)
    return list(db.session.scalars(rows))


def tree_of(bodies: list[bytes]) -> tuple[bytes, bytes]:
    """The frontier over these leaves, and what the last leaf keeps."""
    frontier, hashes = b"", b""
    for seq, body in enumerate(bodies):
        frontier, hashes = merkle.append_leaf(seq, frontier, merkle.leaf_hash(body))
    return frontier, hashes


def forget_newest_event(books: Books) -> None:
    """What a restored backup looks like: the newest event was never there."""
    kept = leaves(books)[:-1]
    here = f"village = '{books.village}'"
    unguard()
    tamper(*(f"DELETE FROM {each} WHERE {here} AND seq = {len(kept)}" for each in NEWEST_LAST))
    with owner() as connection:
        connection.execute(
            update(LogHead)
            .where(LogHead.village == books.village)
            .values(size=len(kept), frontier=tree_of(kept)[0])
        )


def rewrite_newest_event(books: Books) -> None:
    """Another leaf in the newest one's place, with a tree that fits it."""
    *kept, newest = leaves(books)
    kept.append(newest.replace(b"point 20", b"point 21"))
    frontier, hashes = tree_of(kept)
    unguard()
    with owner() as connection:
        connection.execute(
            update(Leaf)
            .where(Leaf.village == books.village, Leaf.seq == len(kept) - 1)
            .values(body=kept[-1], hashes=hashes)
        )
        connection.execute(
            update(LogHead).where(LogHead.village == books.village).values(frontier=frontier)
        )


def test_the_folder_holds_every_event_with_its_rows_and_the_checkpoint(books):
    assert folder_of(books).parts[-2:] == (get_installation().id.hex, books.village)
    assert folder_of(books).stat().st_mode & 0o077 == 0
    events = sealed_lines(books, seals.EVENTS)
    assert [each["event"]["seq"] for each in events] == [0, 1]
    assert events[0]["leaf"].startswith("jishan-leaf/v1\norigin jishan.test/")
    assert [each["amount"] for each in events[1]["transfers"]] == [20]
    assert "扎西" not in (folder_of(books) / seals.EVENTS).read_text()  # a detail can be erased
    (kept,) = sealed_lines(books, seals.CHECKPOINTS)
    assert kept["bytes"] == (folder_of(books) / seals.EVENTS).stat().st_size
    public = notes.private_key(key("log")).public_key()
    root = notes.read_checkpoint(kept["note"], public)
    assert root == notes.Root(f"jishan.test/{books.village}", 2, root_at(books.village, 2))
    assert db.session.scalars(select(Checkpoint.note)).all() == [kept["note"]]
    hashes = [merkle.leaf_hash(each["leaf"].encode()) for each in events]
    assert merkle.node_hash(*hashes) == root.root


def test_a_village_without_events_has_a_checkpoint_of_nothing(app):
    books = open_books()
    assert seal_all(now=now()) == 1
    (kept,) = sealed_lines(books, seals.CHECKPOINTS)
    assert kept["note"].splitlines()[1] == "0"
    assert kept["bytes"] == 0
    assert seal_all(now=now()) == 0
    assert audit(books.village) == []


def test_nothing_is_signed_twice_and_what_comes_is_appended(books):
    assert seal_all(now=now()) == 0
    before = (folder_of(books) / seals.EVENTS).read_bytes()
    post_more(books)
    assert seal_all(now=now()) == 1
    after = (folder_of(books) / seals.EVENTS).read_bytes()
    assert after.startswith(before)
    assert len(sealed_lines(books, seals.EVENTS)) == 3
    assert len(sealed_lines(books, seals.CHECKPOINTS)) == 2
    assert rolled_back() == []


def test_signers_at_once_sign_each_state_once(app, books):
    for _round in range(5):
        post_more(books)
        outcomes = at_once(app, [lambda: seal_all(now=now())] * 4)
        assert sorted(outcomes) == [0, 0, 0, 1]
    assert len(sealed_lines(books, seals.EVENTS)) == 7
    assert len(sealed_lines(books, seals.CHECKPOINTS)) == 6
    assert audit(books.village) == []


def test_who_waited_for_another_signer_reads_the_books_anew(app, books, monkeypatch):
    lock, others_turn = files.locked, threading.Event()

    @contextmanager
    def late(folder):
        if not others_turn.is_set():
            others_turn.set()
            (signed,) = at_once_elsewhere(app, books)
            assert signed is True
        with lock(folder):
            yield

    monkeypatch.setattr(files, "locked", late)
    assert seal_village(books.village, now=now()) is False
    assert len(sealed_lines(books, seals.CHECKPOINTS)) == 2


def at_once_elsewhere(app, books: Books) -> list[object]:
    """Another signer, that signs one event more, from beginning to end in its own thread."""
    found: list[object] = []

    def run() -> None:
        with app.app_context():
            post_more(books)
            found.append(seal_village(books.village, now=now()))
            db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found


def test_a_log_first_signed_while_another_process_looks_at_it_lost_nothing(app, monkeypatch):
    """A server and its worker start at once: seals read before the signature, books after it."""
    books = open_books()
    books.post(books.award(books.households[0], 50))
    read = standing.seals_of

    def read_and_sign(village: str) -> standing.Held:
        monkeypatch.setattr(standing, "seals_of", read)
        held = read(village)
        seal_all(now=now())
        return held

    monkeypatch.setattr(standing, "seals_of", read_and_sign)
    assert rolled_back() == []


@pytest.mark.parametrize("torn", [b"", b'{"leaf": "jishan-le'], ids=["whole", "torn"])
def test_a_signer_cut_off_before_its_checkpoint_is_gone_on_from(books, torn):
    post_more(books)
    with (folder_of(books) / seals.EVENTS).open("ab") as file:
        (line,) = seals.event_lines(books.village, 2, 3)
        file.write(line.encode() + b"\n" + torn)
    post_more(books)
    assert seal_all(now=now()) == 1
    assert [each["event"]["seq"] for each in sealed_lines(books, seals.EVENTS)] == [0, 1, 2, 3]
    assert sealed_lines(books, seals.CHECKPOINTS)[-1]["note"].splitlines()[1] == "4"


def test_a_signer_cut_off_in_its_checkpoint_is_gone_on_from(books):
    with (folder_of(books) / seals.CHECKPOINTS).open("ab") as file:
        file.write(b'{"note": "jishan.te')
    post_more(books)
    assert seal_all(now=now()) == 1
    assert len(sealed_lines(books, seals.CHECKPOINTS)) == 2
    post_more(books)
    assert seal_all(now=now()) == 1
    assert len(sealed_lines(books, seals.CHECKPOINTS)) == 3


def test_events_written_down_that_are_not_this_logs_are_refused(books):
    post_more(books)
    (line,) = seals.event_lines(books.village, 2, 3)
    with (folder_of(books) / seals.EVENTS).open("ab") as file:
        file.write(line.replace("point 7", "point 8").encode() + b"\n")
    with pytest.raises(LogInconsistent):
        seal_all(now=now())


def test_a_log_older_than_its_seals_is_not_signed(books):
    forget_newest_event(books)
    assert len(rolled_back()) == 1
    with pytest.raises(LogInconsistent, match="2 events were sealed, the database has 1"):
        seal_all(now=now())


def test_a_rewritten_log_is_not_signed_and_the_others_are(books):
    other = open_books()
    post_more(other)
    rewrite_newest_event(books)
    assert len(rolled_back()) == 1
    with pytest.raises(LogInconsistent, match="not the sealed ones"):
        seal_all(now=now())
    assert len(sealed_lines(other, seals.CHECKPOINTS)) == 1
    assert len(sealed_lines(books, seals.CHECKPOINTS)) == 1


def test_a_log_head_of_another_tree_is_not_signed(books):
    post_more(books)
    unguard()
    tamper(
        "UPDATE log_head SET frontier = (SELECT hashes FROM leaf WHERE leaf.village ="
        f" log_head.village AND seq = 0) WHERE village = '{books.village}'"
    )
    with pytest.raises(LogInconsistent):
        seal_all(now=now())


def test_a_checkpoint_that_the_database_lost_is_put_back(books):
    unguard()
    tamper("DELETE FROM checkpoint")
    assert seal_all(now=now()) == 0
    (kept,) = sealed_lines(books, seals.CHECKPOINTS)
    assert db.session.scalars(select(Checkpoint.note)).all() == [kept["note"]]


def test_the_logs_name_is_kept_for_ever(app, books):
    app.config["JISHAN_ORIGIN"] = "another.test"
    with pytest.raises(SettingRefused):
        seal_all(now=now())
    app.config["JISHAN_ORIGIN"] = None
    unguard()
    tamper(f"UPDATE log_head SET origin = 'another.test/{books.village}'")
    with pytest.raises(LogInconsistent, match="origin"):
        seal_all(now=now())


def test_the_command_says_how_many_or_why_not(app, books):
    runner = app.test_cli_runner()
    post_more(books)
    signed = runner.invoke(args=["ledger", "seal"])
    assert (signed.exit_code, signed.stdout) == (0, "1 signed\n")
    assert runner.invoke(args=["ledger", "seal"]).stdout == "0 signed\n"
    forget_newest_event(books)
    refused = runner.invoke(args=["ledger", "seal"])
    assert refused.exit_code == 1
    assert "3 events were sealed, the database has 2" in refused.stderr
