"""Restoring a backup into an empty installation; one that was cut off can be done again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import inspect

from incentives.disk import sync_folder
from incentives.extensions import db
from incentives.files import store
from incentives.ledger.audit import Finding
from incentives.ledger.seals import Trouble, troubles
from incentives.upkeep.backup import postgresql, sqlite
from incentives.upkeep.backup.archive import DATABASE, FILES
from incentives.upkeep.backup.keyfile import Keys, place_keys
from incentives.upkeep.backup.manifest import Manifest, write_manifest
from incentives.upkeep.backup.marker import read_marker, remove_marker, write_marker
from incentives.upkeep.backup.opening import open_backup
from incentives.upkeep.backup.proving import prove, require_known
from incentives.upkeep.backup.workroom import BackupRefused, data_folder, workroom


@dataclass(frozen=True)
class Restored:
    """What was restored, what is wrong in it, and where it doesn't go on from its seals."""

    manifest: Manifest
    findings: list[Finding]
    troubles: list[Trouble]


def restore_backup(*, path: Path, keys: Keys, identities: Sequence[Any], now: datetime) -> Restored:
    """Restore a backup: keys, uploads, the database; then compare it with its manifest and audit.

    Refuses a database that holds anything, and a backup that is damaged, altered, newer than this
    program, of the other kind of database, of another installation than the settings name, or of
    other keys: then nothing is changed. What the audit finds was in the books before: it is named,
    and the books stay restored. Until the end a mark keeps the service from starting.
    """
    with workroom() as room:
        begun = read_marker()
        if begun is None and has_tables():
            raise BackupRefused(
                "this database isn't empty, and nothing is written over: move it away, or give"
                " another JISHAN_DATA (PostgreSQL: an empty database)"
            )
        manifest = open_backup(path, room, keys=keys, identities=identities, files=True)
        require_fitting(manifest)
        digest = hashlib.sha256(write_manifest(manifest)).hexdigest()
        if begun not in (None, digest):
            raise BackupRefused(
                "another backup's restore was begun here and not finished: restore that one, or"
                " begin with an empty JISHAN_DATA and database"
            )
        write_marker(digest)
        place_keys(keys, data_folder(), now)
        current_app.config["KEYS"] = dict(keys)
        load(room / DATABASE, manifest)
        findings = [*map(read_finding, manifest.findings), *prove(manifest.moment)]
        place_uploads(room / FILES)
        found = troubles()
        remove_marker()
    return Restored(manifest, findings, found)


def read_finding(found: dict[str, str]) -> Finding:
    """A finding of the manifest."""
    return Finding(**found)


def has_tables() -> bool:
    """Whether the database holds anything."""
    if db.engine.dialect.name == "postgresql":
        return bool(postgresql.tables())
    return sqlite.database_path().exists() and bool(inspect(db.engine).get_table_names())


def require_fitting(manifest: Manifest) -> None:
    """Refuse a backup that isn't for this program, this kind of database, or these settings."""
    require_known(manifest.moment)
    kind = db.engine.dialect.name
    if manifest.moment.database != kind:
        raise BackupRefused(
            f"the backup is of {manifest.moment.database}, and DATABASE_URL names {kind}"
        )
    for setting, name in (("JISHAN_URL", "url"), ("JISHAN_ORIGIN", "origin")):
        given, kept = current_app.config.get(setting), manifest.moment.installation[name]
        if given is not None and given.rstrip("/") != kept:
            raise BackupRefused(f"{setting} is {given}, but the backup is of {kept}")


def place_uploads(unpacked: Path) -> None:
    """Move the uploads to where the service looks for them, but those that were erased since."""
    erased = store.erased_names()
    for path in unpacked.iterdir() if unpacked.is_dir() else ():
        if path.name in erased:
            continue
        path.chmod(0o600)
        path.rename(store.folder() / path.name)
    sync_folder(store.folder())


def load(copy: Path, manifest: Manifest) -> None:
    """Load the database, unless an earlier try did, and see to its rights."""
    if db.engine.dialect.name == "sqlite":
        if not has_tables():
            sqlite.load(copy)
        return
    if not has_tables():
        postgresql.load(copy, str(manifest.moment.schema))
    postgresql.give_rights()
