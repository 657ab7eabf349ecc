"""A backup that was damaged, changed or made of wrong books is found out."""

import io
import json
import random
import tarfile

import pytest
import zstandard
from sqlalchemy import text

from incentives.extensions import db
from incentives.upkeep.backup import manifest as manifests
from incentives.upkeep.backup.encryption import read_identities
from incentives.upkeep.backup.keyfile import read_keyfile
from incentives.upkeep.backup.opening import open_backup
from incentives.upkeep.backup.workroom import BackupRefused, workroom
from tests.ledger.tampering import tamper, unguard
from tests.upkeep.places import findings, refused, untouched


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
                identities=read_identities(identity, lambda _path: ""),
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
