"""What a backup is never made of, opened with or restored onto; each refusal changes nothing."""

import hashlib
import io
import json
import random
import resource
import shutil
import tarfile
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import text

from incentives.access.actor import Role
from incentives.clock import now
from incentives.database import new_id
from incentives.extensions import db
from incentives.files import store
from incentives.files.models import File, FileKind
from incentives.keys import NAMES
from incentives.upkeep.backup import manifest as manifests
from incentives.upkeep.backup import postgresql
from incentives.upkeep.backup.encryption import read_identities
from incentives.upkeep.backup.keyfile import present_keys, read_keyfile, write_keyfile
from incentives.upkeep.backup.opening import open_backup
from incentives.upkeep.backup.workroom import BackupRefused, workroom
from tests.factories import VILLAGE, act, make_village, staff
from tests.ledger.books import open_books
from tests.ledger.tampering import tamper, unguard
from tests.upkeep.places import Place, findings, open_place, refused

LOCKED = "korrektes pferd\n"
TYPED = LOCKED * 2


@pytest.fixture
def lived(home: Place) -> Place:
    """Home with a few events."""

    def work():
        found = open_books()
        found.post(found.award(found.households[0], 50, detail={"name": "扎西的巡防"}))
        found.post(found.redemption(found.households[0], 20))

    home.ask(work)
    return home


def untouched(place: Place) -> bool:
    """Whether a place is as empty as it was: no table, no upload, its own keys, no mark."""
    tables = place.ask(lambda: db.inspect(db.engine).get_table_names())
    left = {each.name for each in place.data.iterdir()} - {"backup.lock", "keys"}
    return not tables and all(name.startswith("jishan.sqlite3") for name in left)


def test_a_place_that_is_not_empty(lived, tmp_path):
    backup = lived.make()
    before = (lived.data / "keys" / "log").read_bytes()
    keys = lived.keys(tmp_path / "keys.txt")
    refused(lived.run("backup", "restore", backup, "--keys", keys), "isn't empty")
    assert (lived.data / "keys" / "log").read_bytes() == before


def test_the_keys_of_another_installation(lived, elsewhere, tmp_path):
    backup, place = lived.make(), elsewhere()
    own = present_keys(place.data)
    refused(place.run("backup", "restore", backup), "are not those")
    other = tmp_path / "other.txt"
    other.write_bytes(write_keyfile(own, origin="other.test", now=place.ask(now)))
    refused(place.run("backup", "restore", backup, "--keys", other), "are not those")
    refused(place.run("backup", "check", backup), "are not those")
    assert present_keys(place.data) == own
    assert untouched(place)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_keys_that_are_here_already_need_no_file(lived, elsewhere):
    backup, place = lived.make(), elsewhere()
    shutil.rmtree(place.data / "keys")
    shutil.copytree(lived.data / "keys", place.data / "keys")
    place.restore(backup)
    assert [each.name for each in place.data.glob("keys*")] == ["keys"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_keys_that_were_replaced_are_kept_aside(lived, elsewhere, tmp_path):
    place = elsewhere()
    own = present_keys(place.data)
    place.restore(lived.make(), "--keys", lived.keys(tmp_path / "keys.txt"))
    (aside,) = place.data.glob("keys-before-*")
    assert {name: (aside / name).read_bytes() for name in NAMES} == own
    assert all(path.stat().st_mode & 0o077 == 0 for path in (place.data / "keys").iterdir())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_slip_of_the_pen_in_the_keys_is_found(lived, tmp_path):
    path = lived.keys(tmp_path / "keys.txt")
    assert path.stat().st_mode & 0o077 == 0
    lines = path.read_text().splitlines()
    assert read_lines(lines, "", []) == present_keys(lived.data)
    for number, line in enumerate(lines[3:], start=3):
        for place in (line.index(" ") + 1, len(line) - 1):
            wrong = "0" if line[place] != "0" else "1"
            slip = line[:place] + wrong + line[place + 1 :]
            with pytest.raises(BackupRefused, match=line.split()[0]):
                read_keyfile(
                    "\n".join([*lines[:number], slip, *lines[number + 1 :]]).encode(), path
                )
        with pytest.raises(BackupRefused, match="lacks"):
            read_lines(lines[:number], "", lines[number + 1 :])
    with pytest.raises(BackupRefused, match="isn't a file of keys"):
        read_lines([], "", lines[1:])


def read_lines(before, line, after):
    """What is read of a file of keys with these lines."""
    return read_keyfile("\n".join([*before, line, *after]).encode(), Path("keys.txt"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_keys_beside_the_backups_or_the_data(lived, tmp_path):
    lived.app.config["JISHAN_BACKUPS"] = lived.backups
    lived.backups.mkdir()
    for folder in (lived.backups, lived.data):
        refused(lived.run("backup", "keys", folder / "keys.txt"), "keep them apart")
        assert not (folder / "keys.txt").exists()
    taken = lived.keys(tmp_path / "keys.txt")
    refused(lived.run("backup", "keys", taken), "there already")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_wrong_passphrase_and_a_wrong_identity(lived, elsewhere, tmp_path):
    own, other = tmp_path / "own.age", tmp_path / "other.age"
    refused(
        lived.run("backup", "identity", own, "--passphrase", typed="short\nshort\n"), "at least"
    )
    recipient = lived.run("backup", "identity", own, "--passphrase", typed=TYPED).stdout.split()[-1]
    assert lived.run("backup", "identity", other).exit_code == 0
    keys = lived.keys(tmp_path / "keys.age", "--passphrase", typed=TYPED)
    assert own.stat().st_mode & 0o077 == 0
    assert b"AGE-SECRET-KEY" not in own.read_bytes()
    backup, place = lived.make("--recipient", recipient), elsewhere()
    assert backup.name.endswith(".tar.zst.age")
    assert backup.read_bytes().startswith(b"age-encryption.org/v1\n")
    options = ("backup", "restore", backup, "--keys", keys, "--identity")
    refused(place.run(*options, own, typed="falsches pferd\n" * 2), "passphrase")
    refused(place.run(*options, own, typed=LOCKED + "falsches pferd\n"), "passphrase")
    refused(place.run(*options, other, typed=LOCKED), "no identity given opens it")
    refused(place.run(*options[:-1], typed=LOCKED), "is encrypted")
    refused(place.run(*options, backup, typed=LOCKED), "identity is wrong")
    refused(lived.run("backup", "make", "--to", tmp_path, "--recipient", "age1x"), "no recipient")
    assert untouched(place)
    place.restore(*options[2:], own, typed=TYPED)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_keys_encrypted_to_the_identity_of_the_backups(lived, elsewhere, tmp_path):
    """One identity, kept apart, opens both."""
    identity = tmp_path / "identity.age"
    recipient = lived.run("backup", "identity", identity).stdout.strip()
    keys = lived.keys(tmp_path / "keys.age", "--recipient", recipient)
    backup, place = lived.make("--recipient", recipient), elsewhere()
    refused(place.run("backup", "restore", backup, "--keys", keys), "identity is wrong")
    place.restore(backup, "--keys", keys, "--identity", identity)


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_cut_off_file_and_flipped_bytes(lived, elsewhere, tmp_path, encrypted):
    """However a file is damaged, it is refused or restores to the very same bytes."""
    identity, options = tmp_path / "identity.age", []
    recipient = lived.run("backup", "identity", identity).stdout.strip()
    if encrypted:
        options = ["--recipient", recipient]
    whole = lived.make(*options).read_bytes()
    keys, place = lived.keys(tmp_path / "keys.txt"), elsewhere()
    damaged = tmp_path / "damaged"
    chosen = random.Random(513336)
    for end in (0, 1, 30, len(whole) // 2, len(whole) - 1, chosen.randrange(len(whole))):
        damaged.write_bytes(whole[:end])
        with pytest.raises(BackupRefused):
            opened(place, damaged, keys, identity)
    damaged.write_bytes(whole + b"\0")
    with pytest.raises(BackupRefused):
        opened(place, damaged, keys, identity)
    wanted = opened(place, written(damaged, whole), keys, identity)
    for _round in range(60):
        at = chosen.randrange(len(whole))
        flipped = bytes([whole[at] ^ 1 << chosen.randrange(8)])
        written(damaged, whole[:at] + flipped + whole[at + 1 :])
        try:
            found = opened(place, damaged, keys, identity)
        except BackupRefused:
            continue
        assert not encrypted, at  # there each bit is under the cipher's own proof
        assert found == wanted
    damaged.write_bytes(whole[:-1])
    refused(place.run("backup", "restore", damaged, "--keys", keys, "--identity", identity), "")
    assert untouched(place)


def written(path, content):
    path.write_bytes(content)
    return path


def opened(place, path, keys, identity):
    """What is unpacked of a backup: its manifest and its database."""

    def work():
        with workroom() as room:
            found = open_backup(
                path,
                room,
                keys=read_keyfile(keys.read_bytes(), keys),
                identities=read_identities(identity, lambda: ""),
                files=True,
            )
            return found, (room / "database").read_bytes()

    return place.ask(work)


def repacked(backup, path, change):
    """The same backup with something changed in its tar."""
    plain = path.with_suffix(".tar")
    with backup.open("rb") as packed, plain.open("wb") as file:
        zstandard.ZstdDecompressor().copy_stream(packed, file)
    members = {}
    with tarfile.open(plain) as tar:
        for entry in tar:
            members[entry.name] = tar.extractfile(entry).read()
    change(members)
    with (
        path.open("wb") as file,
        zstandard.ZstdCompressor().stream_writer(file) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def change_database(members):
    members["database"] = members["database"].replace(b"513336", b"513337", 1)


def change_rows(members):
    """A manifest that says of the database what isn't so."""
    found = json.loads(members["manifest.json"])
    found["moment"]["rows"]["event"] = 1
    members["manifest.json"] = json.dumps(found).encode()


def change_format(members):
    members["manifest.json"] = members["manifest.json"].replace(b"backup/v1", b"backup/v2")


def drop_signature(members):
    del members["manifest.sig"]


def sign_as_another(members):
    members["manifest.sig"] = manifests.sign(members["manifest.json"], {"log": bytes(32)})


def climb_out(members):
    held = members.pop("manifest.json"), members.pop("manifest.sig")
    members["files/../../../escaped"] = b"x"
    members["manifest.json"], members["manifest.sig"] = held


def add_upload(members):
    held = members.pop("manifest.json"), members.pop("manifest.sig")
    members["files/" + "0" * 40] = b"x"
    members["manifest.json"], members["manifest.sig"] = held


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (change_database, "something else than its manifest says: database"),
        (change_rows, "isn't signed"),
        (change_format, "the backup's format is jishan-backup/v2"),
        (drop_signature, "no manifest"),
        (sign_as_another, "isn't signed"),
        (climb_out, "doesn't belong there"),
        (add_upload, "something else than its manifest says: files/"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_that_somebody_changed(lived, elsewhere, tmp_path, change, words):
    altered = repacked(lived.make(), tmp_path / "altered", change)
    keys, place = lived.keys(tmp_path / "keys.txt"), elsewhere()
    refused(place.run("backup", "restore", altered, "--keys", keys), words)
    refused(lived.run("backup", "check", altered), words)
    assert not (tmp_path / "escaped").exists()
    assert untouched(place)


def test_a_backup_of_books_that_were_tampered_with_is_found_out(lived, elsewhere, tmp_path):
    """A faithful copy of wrong books: what is wrong is named, and yet they are restored."""

    def tampering():
        unguard()
        tamper("UPDATE transfer SET amount = 21 WHERE amount = 20")

    lived.ask(tampering)
    made = lived.run("backup", "make", "--to", lived.backups)
    assert made.exit_code == 1  # its guards are gone
    backup = next(lived.backups.iterdir())
    place = elsewhere()
    answer = place.run("backup", "restore", backup, "--keys", lived.keys(tmp_path / "keys.txt"))
    assert answer.exit_code == 1
    named = {(each["table"], each["column"], each["expected"]) for each in findings(answer)}
    assert ("transfer", "amount", "20") in named
    assert {"guard"} <= {each["column"] for each in findings(answer)}
    assert place.ask(lambda: db.session.scalar(text("SELECT count(*) FROM event"))) == 2


def test_a_database_newer_than_the_program(lived, elsewhere, tmp_path):
    lived.ask(lambda: tamper("UPDATE alembic_version SET version_num = '9999'"))
    backup, place = lived.make(), elsewhere()
    keys = lived.keys(tmp_path / "keys.txt")
    refused(place.run("backup", "restore", backup, "--keys", keys), "newer than this program")
    refused(lived.run("backup", "check", backup), "newer than this program")
    assert untouched(place)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_other_kind_of_database(lived, elsewhere, tmp_path, postgresql):
    backup, keys = lived.make(), lived.keys(tmp_path / "keys.txt")
    name = postgresql.new_database()
    other = elsewhere(SQLALCHEMY_DATABASE_URI=postgresql.url(postgresql.owner, name))
    refused(other.run("backup", "restore", backup, "--keys", keys), "the backup is of sqlite")
    other.ask(lambda: db.engine.dispose())
    postgresql.drop_database(name)


@pytest.mark.parametrize(
    "setting", [{"JISHAN_URL": "https://other.example"}, {"JISHAN_ORIGIN": "other.example"}]
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_settings_of_another_installation(lived, elsewhere, tmp_path, setting):
    backup, place = lived.make(), elsewhere(**setting)
    keys = lived.keys(tmp_path / "keys.txt")
    refused(place.run("backup", "restore", backup, "--keys", keys), next(iter(setting)))
    assert untouched(place)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_place_within_the_data_folder(lived):
    for folder in (lived.data, lived.data / "backups"):
        refused(lived.run("backup", "make", "--to", folder), "within JISHAN_DATA")
    refused(lived.run("backup", "make"), "say where to")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_to_back_up(home, tmp_path):
    empty = open_place(home, tmp_path / "empty", {})
    refused(empty.run("backup", "make", "--to", home.backups), "nothing to back up")
    assert list(home.backups.iterdir()) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_two_at_once(lived):
    with lived.app.app_context(), workroom():
        refused(lived.run("backup", "make", "--to", lived.backups), "is at work")
    lived.make()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_killed_backup_left_is_removed(lived):
    work = lived.data / "backup-work"
    work.mkdir()
    (work / "database").write_bytes(b"half a copy")
    lived.backups.mkdir()
    half = lived.backups / ".jishan-00000000-20260101T000000Z.tar.zst.partial"
    half.write_bytes(b"half a backup")
    other = lived.backups / ".somebody-elses.partial"
    other.write_bytes(b"not ours")
    backup = lived.make()
    assert {each.name for each in lived.backups.iterdir()} == {backup.name, other.name}
    assert not work.exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_second_backup_of_the_same_second_is_refused(lived):
    backup = lived.make()
    whole = backup.read_bytes()
    refused(lived.run("backup", "make", "--to", lived.backups), "there already")
    assert backup.read_bytes() == whole


@pytest.fixture
def full_disk():
    """No file may grow past so many bytes, as where a disk is full."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_disk_that_fills_up(lived, tmp_path, full_disk, encrypted):
    """While the database is copied, and while the backup itself is written."""
    recipient = lived.run("backup", "identity", tmp_path / "identity.age").stdout.strip()
    options = ["--recipient", recipient] if encrypted else []
    lived.ask(lambda: large_upload(8 * 1024 * 1024))
    make = ("backup", "make", "--to", lived.backups, *options)
    lived.run("ledger", "seal")
    for size, words in ((128 * 1024, "can't be copied"), (4 * 1024 * 1024, "no backup was made")):
        full_disk(size)
        answer = lived.run(*make)
        full_disk(resource.RLIM_INFINITY)
        refused(answer, words)
        assert list(lived.backups.iterdir()) == []
        assert not (lived.data / "backup-work").exists()
    assert lived.run(*make).exit_code == 0


def large_upload(size):
    """An upload that no compression makes smaller."""
    make_village()
    content = random.Random(1).randbytes(size)

    def work():
        file = File(
            id=new_id(),
            village=VILLAGE,
            name=store.write(content),
            kind=FileKind.PDF,
            size=size,
            sha256=hashlib.sha256(content).hexdigest(),
            uploaded_by=staff(Role.CADRE).person,
            uploaded_at=now(),
        )
        db.session.add(file)

    act(work)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_disk_without_room_is_seen_before(lived, monkeypatch):
    full = shutil.disk_usage(lived.data)._replace(free=1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    refused(lived.run("backup", "make", "--to", lived.backups), "nothing was begun")
    assert list(lived.backups.iterdir()) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_programs_that_are_missing_or_fail(lived, monkeypatch):
    backup = lived.make()
    with monkeypatch.context() as bare:
        bare.setenv("PATH", "")
        refused(lived.run("backup", "make", "--to", lived.backups), "postgresql-client")
    refused(lived.run("backup", "check", backup), "weren't audited")
    answer = lived.run("backup", "check", backup, "--scratch", owner_url(lived))
    refused(answer, "isn't an empty one")
    with pytest.raises(BackupRefused, match="pg_restore failed"):
        postgresql.run("pg_restore", ("--file=/dev/null", lived.data / "keys" / "log"), None)


def owner_url(place):
    return place.app.config["OWNER_DATABASE_URI"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_no_password_is_on_a_command_line(lived, monkeypatch):
    seen = []
    run = postgresql.subprocess.run

    def spy(command, **options):
        seen.append((command, options["env"]))
        return run(command, **options)

    monkeypatch.setattr(postgresql.subprocess, "run", spy)
    lived.make()
    ((command, environment),) = seen
    assert environment["PGPASSWORD"] == "jishan"
    assert not any(":jishan@" in each for each in command)
