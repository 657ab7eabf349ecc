"""Backups are made while others write, opened, checked, and restored as they were."""

import json
import os
import re
import shutil
import subprocess
import tarfile
import threading
from itertools import count

import pytest
import zstandard
from flask_migrate import downgrade
from sqlalchemy import create_engine, select, text

from incentives.access.actor import SYSTEM, Role
from incentives.clock import now
from incentives.errors import Unavailable
from incentives.extensions import db
from incentives.files import operations
from incentives.files.models import File
from incentives.ledger.guards import require_guards
from incentives.ledger.seals import rolled_back
from incentives.upkeep.backup import making, names, proving, restoring
from incentives.upkeep.backup.archive import read_archive
from incentives.upkeep.backup.keyfile import present_keys
from incentives.upkeep.backup.manifest import read_manifest
from incentives.upkeep.readiness import NotReady, require_ready
from incentives.upkeep.schema import current_revision, newest_revision
from tests.factories import VILLAGE, act, make_household, make_village, staff
from tests.ledger.books import Books, open_books
from tests.upkeep.places import Place, audited, books, findings, sizes

PAPER = b"%PDF-1.4\nthe plan of the new well\n%%EOF\n"


def keep(content=PAPER):
    """An upload of the village; its name on disk."""

    def work():
        return operations.keep_file(
            village=VILLAGE, content=content, actor=staff(Role.CADRE), now=now()
        ).name

    return act(work)


@pytest.fixture
def lived(home: Place) -> Place:
    """Home with a village, a household, some events and an upload."""

    def work():
        make_village()
        make_household()
        found = open_books()
        found.post(found.award(found.households[0], 50, detail={"name": "扎西的巡防"}))
        found.post(found.redemption(found.households[0], 20), found.income(900))
        keep()

    home.ask(work)
    return home


def everything() -> dict[str, list[str]]:
    """Every row of every table."""
    return {
        table.name: sorted(str(tuple(row)) for row in db.session.execute(select(table)))
        for table in db.metadata.sorted_tables
    }


def test_a_restored_backup_is_what_was_backed_up_to_the_last_row(lived, elsewhere, tmp_path):
    keys = lived.keys(tmp_path / "keys.txt")
    backup = lived.make()
    before = lived.ask(everything)
    place = elsewhere()
    answer = place.restore(backup, "--keys", keys)
    assert "The books go on from their seals" in answer.stdout
    assert place.ask(everything) == before
    assert place.ask(audited) == []
    assert (place.data / "files").stat().st_mode & 0o077 == 0
    (upload,) = (place.data / "files").iterdir()
    assert upload.read_bytes() == PAPER
    assert present_keys(place.data) == present_keys(lived.data)
    assert not (place.data / "backup-work").exists()
    place.ask(lambda: require_ready(only_loopback=True, now=now()))
    assert place.run("daily").exit_code == 0


def test_who_restores_without_the_seals_is_told_to_look_for_them(lived, elsewhere, tmp_path):
    place = elsewhere()
    place.app.config["JISHAN_SEALS"] = tmp_path / "nowhere"
    said = place.restore(lived.make(), "--keys", lived.keys(tmp_path / "keys.txt")).stdout
    assert ("look where the seals are" in said, "catch-up" in said) == (True, False)


def test_restored_books_go_on(lived, elsewhere, tmp_path):
    place = elsewhere()
    place.restore(lived.make(), "--keys", lived.keys(tmp_path / "keys.txt"))

    def go_on():
        village, *_others = sorted(sizes().keys() - {VILLAGE})
        household = db.session.scalar(
            text("SELECT substr(code, 3) FROM account WHERE village = :v AND kind = 'household'"),
            {"v": village},
        )
        found = Books(village, (household,))
        found.post(found.award(household, 7))

    place.ask(go_on)
    assert place.seal() == 1
    assert place.ask(audited) == []


def test_a_backup_is_one_file_that_programs_of_others_open(lived, tmp_path, database):
    backup = lived.make()
    assert backup.stat().st_mode & 0o077 == 0
    assert [each.name for each in lived.backups.iterdir()] == [backup.name]
    plain = tmp_path / "plain.tar"
    with backup.open("rb") as packed, plain.open("wb") as file:
        zstandard.ZstdDecompressor().copy_stream(packed, file)
    with tarfile.open(plain) as tar:
        members = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))
    assert members[0] == "database"
    assert members[1].startswith("files/")
    assert members[2:] == ["manifest.json", "manifest.sig"]
    assert manifest["format"] == "jishan-backup/v1"
    assert manifest["moment"]["database"] == database
    assert manifest["moment"]["rows"]["household"] == 1
    assert manifest["moment"]["revision"] == lived.ask(newest_revision)
    log = next(each for each in manifest["moment"]["logs"] if each["village"] != VILLAGE)
    assert log["size"] == 3
    assert log["checkpoint"].splitlines()[:3] == [log["origin"], "3", log["root"]]
    for key in present_keys(lived.data).values():
        assert key not in plain.read_bytes()
        assert key.hex().encode() not in plain.read_bytes()


def test_a_check_leaves_a_note_that_sha256sum_reads(lived, postgresql_scratch):
    backup, scratch = lived.make(), postgresql_scratch()
    for _round in range(2):  # the scratch database is emptied again
        answer = lived.run("backup", "check", backup, *scratch)
        assert (answer.exit_code, answer.stdout) == (0, ""), answer.output
    assert not (lived.data / "backup-work").exists()
    (note,) = lived.backups.glob(f"*{names.CHECKED}")
    subprocess.run(["sha256sum", "--quiet", "-c", note.name], check=True, cwd=lived.backups)


@pytest.fixture
def postgresql_scratch(request, database):
    """The option that names an empty PostgreSQL database; none on SQLite, where none is needed."""
    made = []

    def option():
        if database == "sqlite":
            return ()
        server = request.getfixturevalue("postgresql")
        made.append(server.new_database())
        return ("--scratch", server.url(server.owner, made[-1]).replace("+psycopg", ""))

    yield option
    for name in made:
        request.getfixturevalue("postgresql").drop_database(name)


def test_a_snapshot_is_of_one_moment_while_others_post(lived, elsewhere, tmp_path, clock):
    """Backups under a writing load: each is whole, and of a moment between its ends."""
    begun, stop, posted = threading.Event(), threading.Event(), count()
    found = lived.ask(lambda: open_books(2))
    failures = []

    def write():
        with lived.app.app_context():
            while not stop.is_set():
                try:
                    found.post(found.award(found.households[next(posted) % 2], 3))
                    begun.set()
                except Unavailable:  # a writer of SQLite that others kept out for five seconds
                    continue
                except Exception as failure:
                    failures.append(failure)
            db.session.remove()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    made = []
    assert begun.wait(60)
    for _round in range(2):
        before = lived.ask(sizes)[found.village]
        clock.forward(seconds=1)
        backup = lived.make()
        made.append((before, backup, lived.ask(sizes)[found.village]))
    stop.set()
    for writer in writers:
        writer.join()
    assert failures == []
    assert made[-1][2] > made[0][0] > 0
    keys = lived.keys(tmp_path / "keys.txt")
    for before, backup, after in made:
        place = elsewhere()
        place.restore(backup, "--keys", keys)
        assert before <= place.ask(sizes)[found.village] <= after
        assert place.ask(audited) == []


def test_what_was_erased_or_lost_meanwhile(lived, elsewhere, tmp_path, monkeypatch):
    """An upload erased since the snapshot stays erased; one that is missing is named."""
    erased, lost = lived.ask(keep), lived.ask(lambda: keep(PAPER + b"%%EOF\n"))
    (lived.data / "files" / lost).unlink()
    take = making.take_snapshot

    def then_erase(copy):
        taken = take(copy)
        file = db.session.execute(select(File.id).where(File.name == erased)).scalar_one()
        act(lambda: operations.erase_file(village=VILLAGE, file_id=file, actor=SYSTEM, now=now()))
        return taken

    monkeypatch.setattr(making, "take_snapshot", then_erase)
    answer = lived.run("backup", "make", "--to", lived.backups)
    assert answer.exit_code == 1, answer.output
    (found,) = findings(answer)
    assert (found["table"], found["place"], found["found"]) == ("file", lost, "missing")
    backup = next(lived.backups.iterdir())
    place = elsewhere()
    restored = place.run("backup", "restore", backup, "--keys", lived.keys(tmp_path / "k"))
    assert restored.exit_code == 1
    assert findings(restored) == [found]
    assert {each.name for each in (place.data / "files").iterdir()}.isdisjoint({erased, lost})


def test_what_was_erased_since_does_not_come_back(lived, elsewhere, tmp_path, clock):
    """Its row does, its bytes don't; nor is it missed by the backups that come after."""
    gone = lived.ask(keep)
    backup, keys = lived.make(), lived.keys(tmp_path / "keys.txt")

    def erase():
        file = db.session.execute(select(File.id).where(File.name == gone)).scalar_one()
        act(lambda: operations.erase_file(village=VILLAGE, file_id=file, actor=SYSTEM, now=now()))

    lived.ask(erase)
    place = elsewhere()
    place.restore(backup, "--keys", keys)
    names = {each.name for each in (place.data / "files").iterdir()}
    assert len(names) == 1
    assert gone not in names
    clock.forward(seconds=1)
    place.make()


def test_an_older_database_is_restored_and_migrated(lived, elsewhere, tmp_path):
    """Made by the new program before it migrated the old database, and by the old program."""
    lived.ask(lambda: downgrade(revision="-1"))
    older = lived.ask(current_revision)
    assert older != lived.ask(newest_revision)
    backup = lived.make()
    before = lived.ask(books)
    place = elsewhere()
    place.restore(backup, "--keys", lived.keys(tmp_path / "keys.txt"))
    assert place.ask(current_revision) == place.ask(newest_revision)
    assert place.ask(books) == before
    assert place.ask(audited) == []


def functions(connection):
    """Each function: its body, whether it runs as its owner, its settings, who else may run it."""
    return connection.execute(
        text(
            "SELECT proname, prosrc, prosecdef, proconfig,"
            " has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc"
            " WHERE pronamespace = current_schema()::regnamespace ORDER BY proname"
        )
    ).all()


def rights(connection):
    """What each role may do to each table and column of the schema, and the schema itself."""
    return [
        connection.execute(text(statement)).all()
        for statement in (
            "SELECT table_name, privilege_type, grantee FROM information_schema.table_privileges"
            " WHERE table_schema = current_schema() ORDER BY 1, 2, 3",
            "SELECT table_name, column_name, privilege_type, grantee FROM"
            " information_schema.column_privileges"
            " WHERE table_schema = current_schema() ORDER BY 1, 2, 3, 4",
            "SELECT nspacl::text FROM pg_namespace WHERE nspname = current_schema()",
        )
    ]


def indexes_and_constraints(connection):
    """Every index and constraint, without the casts that a dump writes otherwise."""
    casts = re.compile(r"::(character varying|text)(\[\])?|[()\[\] ]")
    return [
        [[casts.sub("", each) for each in row] for row in connection.execute(text(statement))]
        for statement in (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " ORDER BY 1",
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2",
        )
    ]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_restored_schema_has_the_same_guards_and_rights(lived, elsewhere, tmp_path):
    place = elsewhere()
    place.restore(lived.make(), "--keys", lived.keys(tmp_path / "keys.txt"))
    seen = []
    for each in (lived, place):
        engine = create_engine(each.app.config["OWNER_DATABASE_URI"])
        with engine.connect() as connection:
            seen.append(
                (functions(connection), rights(connection), indexes_and_constraints(connection))
            )
        engine.dispose()
        each.ask(lambda: require_guards(db.engine))
    assert seen[0] == seen[1]
    assert all(path == ["search_path=public, pg_temp"] for _n, _b, _d, path, _p in seen[0][0])
    with pytest.raises(Exception, match="permission denied"):
        place.ask(lambda: db.session.execute(text("UPDATE account SET balance = 1")))


def test_a_restore_that_was_cut_off_is_done_again(lived, elsewhere, tmp_path, monkeypatch, clock):
    backup, keys = lived.make(), lived.keys(tmp_path / "keys.txt")
    clock.forward(seconds=1)
    other = lived.make()
    before = lived.ask(everything)
    for step in ("place_uploads", "load", "troubles"):
        place = elsewhere()
        with monkeypatch.context() as broken:
            broken.setattr(restoring, step, cut_off)
            answer = place.run("backup", "restore", backup, "--keys", keys)
            assert isinstance(answer.exception, PowerCut)
        with pytest.raises(NotReady, match="not finished"):
            place.ask(lambda: require_ready(only_loopback=True, now=now()))
        init = ["init", "--password", "ein-gutes-langes-wort"]
        for command in (
            ["start"],
            init,
            ["ledger", "catch-up"],
            ["ledger", "recovery"],
            ["worker"],
        ):
            answer = place.run(*command)
            assert answer.exit_code == 1
            assert "not finished" in answer.output
        answer = place.run("backup", "restore", other, "--keys", keys)
        assert answer.exit_code == 2
        assert "another backup's restore" in answer.stderr
        place.restore(backup, "--keys", keys)
        assert place.ask(everything) == before
        place.ask(lambda: require_ready(only_loopback=True, now=now()))
        assert place.run("backup", "restore", backup, "--keys", keys).exit_code == 2


class PowerCut(Exception):
    """The end of a program that could do nothing about it."""


def cut_off(*_arguments):
    raise PowerCut


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_an_earlier_database_left_is_not_played_back(lived, elsewhere, tmp_path):
    """A lost database file whose write-ahead log stayed: it belongs to other pages."""
    backup, keys = lived.make(), lived.keys(tmp_path / "keys.txt")
    place = elsewhere()
    held = lived.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    lived.ask(open_books)
    with lived.app.app_context():
        db.session.execute(text("SELECT 1"))  # keeps the log from being folded in
        shutil.copy(f"{held}-wal", place.data / "jishan.sqlite3-wal")
        db.session.remove()
    assert os.path.getsize(place.data / "jishan.sqlite3-wal") > 0
    place.restore(backup, "--keys", keys)
    assert place.ask(audited) == []


def test_the_manifest_of_one_backup_does_not_pass_for_another(lived, tmp_path):
    """The audit alone isn't asked: whole and sound books of another moment are found out."""
    first = lived.make()
    contents = read_archive(first, tmp_path, [], files=False)
    keys = present_keys(lived.data)
    moment = read_manifest(contents.manifest, contents.signature, keys).moment

    def more():
        found = open_books()
        found.post(found.award(found.households[0], 5))
        assert audited() == []
        return list(proving.compare(moment))

    found = lived.ask(more)
    tables = {each.table for each in found}
    assert {"event", "transfer", "leaf", "log_head", "account"} <= tables
    assert lived.ask(rolled_back) == []
