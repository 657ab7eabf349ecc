"""Checking a backup: opened, restored into a scratch database, compared and audited there."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy.engine import make_url

from incentives.config import database_url
from incentives.extensions import db
from incentives.ledger.audit import Finding
from incentives.upkeep.backup import postgresql, sqlite
from incentives.upkeep.backup.archive import DATABASE
from incentives.upkeep.backup.keyfile import Keys
from incentives.upkeep.backup.manifest import Manifest
from incentives.upkeep.backup.names import CHECKED, NAME
from incentives.upkeep.backup.opening import open_backup
from incentives.upkeep.backup.proving import prove, require_known
from incentives.upkeep.backup.workroom import BackupRefused, workroom

NO_SCRATCH = (
    "the file is whole, but its books weren't audited:"
    " give an empty database of PostgreSQL (--scratch URL)"
)


@dataclass(frozen=True)
class Checked:
    """What a check found; `audited` says whether the books could be restored and audited."""

    manifest: Manifest
    findings: list[Finding]
    audited: bool


def check_backup(
    *, path: Path, keys: Keys, identities: Sequence[Any], scratch: str | None
) -> Checked:
    """Open a backup, restore it into a scratch database and audit it there.

    A backup of PostgreSQL needs an empty database for that, which is emptied again. Refuses what
    can't be opened. What was found while the backup was made is found again.
    """
    with workroom() as room:
        manifest = open_backup(path, room, keys=keys, identities=identities, files=False)
        require_known(manifest.moment)
        findings = [Finding(**each) for each in manifest.findings]
        copy = room / DATABASE
        if manifest.moment.database == "sqlite":
            findings += audit_sqlite(copy, manifest, keys)
            return Checked(manifest, findings, audited=True)
        if scratch is None:
            why = postgresql.unreadable(copy)
            if why is not None:
                raise BackupRefused(why)
            return Checked(manifest, findings, audited=False)
        findings += audit_postgresql(copy, manifest, keys, scratch)
        return Checked(manifest, findings, audited=True)


def audit_sqlite(copy: Path, manifest: Manifest, keys: Keys) -> list[Finding]:
    """What is wrong in a copied SQLite database."""
    if broken := sqlite.broken_pages(copy):
        return [Finding("", "database", "", "pages", "ok", each) for each in broken]
    with scratch_app(copy.parent, f"sqlite:///{copy}", keys):
        return list(prove(manifest.moment))


def audit_postgresql(copy: Path, manifest: Manifest, keys: Keys, scratch: str) -> list[Finding]:
    """What is wrong in a dump, which is restored into a scratch database for that."""
    with scratch_app(copy.parent, database_url(scratch), keys) as app:
        if db.engine.dialect.name != "postgresql" or postgresql.tables():
            raise BackupRefused("the scratch database isn't an empty one of PostgreSQL")
        try:
            postgresql.load(copy, str(manifest.moment.schema))
            postgresql.give_rights()
            return list(prove(manifest.moment))
        finally:
            db.session.remove()
            postgresql.empty(make_url(app.config["SQLALCHEMY_DATABASE_URI"]))


@contextmanager
def scratch_app(room: Path, url: str, keys: Keys) -> Iterator[Flask]:
    """An application on a scratch database, in its context; seals and data are scratch too."""
    from incentives import create_app  # which loads this room

    app = create_app(
        {
            "JISHAN_DATA": room / "data",
            "JISHAN_SEALS": room / "seals",
            "JISHAN_URL": None,
            "JISHAN_ORIGIN": None,
            "SQLALCHEMY_DATABASE_URI": url,
            "OWNER_DATABASE_URI": "",
            "CLOCK": current_app.config["CLOCK"],
            "KEYS": dict(keys),
        }
    )
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def note_checked(path: Path) -> None:
    """Note beside a backup that nothing was found, as `sha256sum -c` reads it.

    Only beside a backup under its own name: it is what pruning looks for.
    """
    if not NAME.fullmatch(path.name):
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        path.with_name(path.name + CHECKED).write_text(f"{digest}  {path.name}\n")
    except OSError:
        return  # the place may be one that can only be read
