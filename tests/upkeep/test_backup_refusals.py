"""What a backup is never made of, opened with or restored onto; each refusal changes nothing."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pyrage
import pytest

from incentives.clock import now
from incentives.extensions import db
from incentives.keys import NAMES
from incentives.upkeep.backup import encryption
from incentives.upkeep.backup.keyfile import present_keys, read_keyfile, write_keyfile
from incentives.upkeep.backup.workroom import BackupRefused, workroom
from tests.ledger.tampering import tamper
from tests.upkeep.places import open_place, refused, untouched

LOCKED = "korrektes pferd\n"
TYPED = LOCKED * 2


def test_a_place_that_is_not_empty(lived, tmp_path):
    backup = lived.make()
    before = (lived.data / "keys" / "log").read_bytes()
    keys = lived.keys(tmp_path / "keys.txt")
    refused(lived.run("backup", "restore", backup, "--keys", keys), "isn't empty")
    assert (lived.data / "keys" / "log").read_bytes() == before


def test_the_keys_of_another_installation(lived, elsewhere, tmp_path):
    backup, place = lived.make(), elsewhere()
    own = present_keys(place.data)
    for _again in range(2):
        for command in ("restore", "check"):
            refused(place.run("backup", command, backup), "no installation is here")
    other = tmp_path / "other.txt"
    other.write_bytes(write_keyfile(own, origin="other.test", now=place.ask(now)))
    refused(place.run("backup", "restore", backup, "--keys", other), "are not those")
    refused(place.run("backup", "check", backup, "--keys", other), "are not those")
    assert present_keys(place.data) == own
    assert untouched(place)
    assert place.run("init", "--password", "ein-gutes-langes-wort").exit_code == 0
    refused(place.run("backup", "check", backup), "are not those")


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
    asked = place.run(*options, own, typed=LOCKED + "falsches pferd\n")
    refused(asked, "passphrase")
    assert [f"Passphrase of {file}: " in asked.stderr for file in (own, keys)] == [True, True]
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


def test_a_busy_machine_is_no_wrong_passphrase(tmp_path, monkeypatch):
    """age measures for a moment what it can do in a second, and refuses what seems too much."""
    monkeypatch.setattr(encryption, "PAUSE", 0)
    path, word = tmp_path / "keys.age", "richtiges pferd"
    path.write_bytes(encryption.lock(b"keys", word))
    own = encryption.passphrase.decrypt
    busy = [pyrage.DecryptError("Excessive work parameter for passphrase.")] * 3

    def decrypt(content, word):
        if busy:
            raise busy.pop()
        return own(content, word)

    monkeypatch.setattr(encryption, "passphrase", SimpleNamespace(decrypt=decrypt))
    assert encryption.unlock(path, lambda _path: word) == b"keys"
    with pytest.raises(BackupRefused, match="passphrase or the identity is wrong"):
        encryption.unlock(path, lambda _path: "falsches pferd")


def test_what_a_machine_is_too_slow_for_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(encryption, "PAUSE", 0)
    path = tmp_path / "keys.age"
    locked = encryption.lock(b"keys", "richtiges pferd")
    path.write_bytes(re.sub(rb"(-> scrypt \S+) \d+", rb"\1 40", locked, count=1))
    with pytest.raises(BackupRefused, match="too busy or too slow"):
        encryption.unlock(path, lambda _path: "richtiges pferd")
