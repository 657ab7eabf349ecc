"""Full disks and missing programs: no backup is half made, and it is said what to do."""

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
