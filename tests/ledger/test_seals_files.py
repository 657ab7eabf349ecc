"""The seals' files: torn, full, damaged, taken away; read from their ends, whatever their size."""

import random
import resource
from pathlib import Path

import pytest
from sqlalchemy import func, select

from incentives.clock import now
from incentives.extensions import db
from incentives.ledger import seals
from incentives.ledger.audit import audit
from incentives.ledger.models import Checkpoint
from incentives.ledger.seals import Cause, LogInconsistent, files, seal_all, troubles
from incentives.recovery.state import waiting
from incentives.upkeep import jobs
from tests.ledger.books import Books, open_books


@pytest.fixture
def books(app) -> Books:
    """A village with an award, sealed."""
    found = open_books()
    post(found)
    assert seal_all(now=now()) == 1
    return found


def post(books: Books) -> None:
    books.post(books.award(books.households[0], 5))


def checkpoints() -> int:
    return db.session.scalar(select(func.count()).select_from(Checkpoint))


@pytest.mark.parametrize("block", [1, 3, 7, 64])
def test_lines_are_read_from_behind_as_from_the_front(tmp_path, monkeypatch, block):
    monkeypatch.setattr(files, "BLOCK", block)
    path = tmp_path / "file"
    chance = random.Random(block)
    for _round in range(200):
        content = bytes(chance.choices(b"ab\n", k=chance.randrange(30)))
        path.write_bytes(content)
        whole = [line for line in content.split(b"\n")[:-1] if line]
        assert list(files.lines_from_behind(path)) == whole[::-1], content
        files.cut_torn_line(path)
        assert path.read_bytes() == content[: content.rfind(b"\n") + 1]


def test_the_newest_line_costs_the_same_however_long_the_file(tmp_path, monkeypatch):
    read, real = [], Path.open
    path = tmp_path / "file"
    path.write_bytes(b"a line of the seals\n" * 500_000)
    monkeypatch.setattr(files.Path, "open", lambda path, mode: Counting(real(path, mode), read))
    assert next(files.lines_from_behind(path)) == b"a line of the seals"
    files.cut_torn_line(path)
    assert sum(read) <= 2 * files.BLOCK


class Counting:
    """A file that counts what is read of it."""

    def __init__(self, file, read):
        self.file, self.counts = file, read

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.file.close()

    def read(self, size):
        self.counts.append(size)
        return self.file.read(size)

    def seek(self, *place):
        return self.file.seek(*place)

    def truncate(self, size):
        return self.file.truncate(size)

    def fileno(self):
        return self.file.fileno()


@pytest.mark.parametrize("room", [0, 10, 400])
def test_on_a_full_disk_nothing_is_signed_until_there_is_room(books, monkeypatch, room):
    post(books)
    real = files.append

    def full(path, lines):
        """The kernel itself refuses what goes past the limit, having written what still fits."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (files.size_of(path) + room, before[1]))
        try:
            real(path, lines)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    monkeypatch.setattr(files, "append", full)
    for _try in range(2):
        with pytest.raises(OSError, match="File too large"):
            seal_all(now=now())
        assert checkpoints() == 1
    monkeypatch.setattr(files, "append", real)
    assert seal_all(now=now()) == 1
    assert troubles() == []
    assert audit(books.village) == []


def test_one_villages_folder_that_takes_nothing_leaves_the_others_signed(books):
    other = open_books()
    seals.folder_of(other.village).write_text("a file, where the folder should be")
    post(books)
    with pytest.raises(OSError):
        seal_all(now=now())
    assert checkpoints() == 2


def test_events_that_are_cut_short_behind_their_checkpoint_are_seen(books):
    path = seals.folder_of(books.village) / seals.EVENTS
    path.write_bytes(path.read_bytes()[:-30])
    post(books)
    with pytest.raises(LogInconsistent, match="shorter"):
        seal_all(now=now())
    assert [each.cause for each in troubles()] == [Cause.SEALS_UNUSABLE]


@pytest.mark.parametrize(
    "line", [b"not json", b'{"note": "x", "bytes": 1}', b"[]", b'{"bytes": 1}'], ids=range(4)
)
def test_a_checkpoint_that_is_none_is_seen(books, line):
    with (seals.folder_of(books.village) / seals.CHECKPOINTS).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(LogInconsistent):
        seal_all(now=now())
    assert [each.cause for each in troubles()] == [Cause.SEALS_UNUSABLE]


def test_seals_of_another_key_are_of_no_use(app, books):
    app.config["KEYS"]["log"] = bytes(32)
    assert [each.cause for each in troubles()] == [Cause.SEALS_UNUSABLE]
    with pytest.raises(LogInconsistent):
        seal_all(now=now())


def test_a_damaged_line_that_nobody_signed_keeps_no_other_village_from_its_signature(books):
    other = open_books()
    other.post(other.award(other.households[0], 5))
    with (seals.folder_of(books.village) / seals.EVENTS).open("ab") as file:
        file.write(b"\x00 no line\n")
    for each in (books, other):
        each.post(each.award(each.households[0], 7))
    db.session.rollback()
    with pytest.raises(LogInconsistent, match=f"^{books.village}: event 1 is not the one"):
        seal_all(now=now())
    newest = select(Checkpoint.village, func.max(Checkpoint.size)).group_by(Checkpoint.village)
    sizes = dict(db.session.execute(newest).all())
    assert sizes == {books.village: 1, other.village: 2}
    with pytest.raises(LogInconsistent):
        jobs.seal()
    recovery = waiting()
    assert recovery.cause is Cause.SEALS_UNUSABLE
    assert [each["village"] for each in recovery.findings] == [books.village]


def test_a_village_with_seals_and_without_books_is_seen(books):
    folder = seals.folder_of(books.village)
    folder.rename(folder.with_name("513336999999"))
    found = {each.village: each.cause for each in troubles()}
    assert found == {"513336999999": Cause.ROLLED_BACK, books.village: Cause.SEALS_LOST}


def test_what_was_written_down_and_not_signed_counts_as_sealed(books):
    """A signer was cut off before its checkpoint; the backup is older than what it wrote."""
    path = seals.folder_of(books.village) / seals.EVENTS
    with path.open("ab") as file:
        file.write(path.read_bytes())
    (trouble,) = troubles()
    assert (trouble.cause, trouble.sealed, trouble.found) == (Cause.ROLLED_BACK, 2, 1)
