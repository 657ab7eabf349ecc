"""Making a backup while the service runs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from incentives.extensions import db
from incentives.files import store
from incentives.ledger.audit import Finding, audit_database
from incentives.ledger.seals import LogInconsistent, seal_all
from incentives.upkeep.backup import postgresql, sqlite
from incentives.upkeep.backup.archive import (
    DATABASE,
    FILES,
    MANIFEST,
    SIGNATURE,
    Writer,
    writing,
)
from incentives.upkeep.backup.keyfile import Keys, present_keys
from incentives.upkeep.backup.manifest import (
    FORMAT,
    Manifest,
    Snapshot,
    fingerprints,
    product_version,
    sign,
    write_manifest,
)
from incentives.upkeep.backup.names import NAME, name_of
from incentives.upkeep.backup.workroom import (
    PARTIAL,
    BackupRefused,
    data_folder,
    whole_file,
    workroom,
)
from incentives.upkeep.schema import why_not_migrated


@dataclass(frozen=True)
class Made:
    """A backup that was made; its manifest names what wasn't well."""

    path: Path
    manifest: Manifest


def make_backup(*, folder: Path, recipients: Sequence[Any], now: datetime) -> Made:
    """Back up the books, as they are at one moment, into a new file of a folder.

    The logs are sealed before, so that the newest checkpoint covers nearly all. What isn't well (a
    missing guard or upload, seals that don't fit) is no reason for having no backup: the manifest
    names it. Refuses a folder within `JISHAN_DATA`, a disk without room, and an installation that
    isn't there; a failure leaves nothing behind.
    """
    require_elsewhere(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with workroom() as room:
            remove_partial(folder)
            findings = list(look_after(now))
            snapshot = take_snapshot(room / DATABASE)
            installation = snapshot.moment.installation["id"]
            path = folder / name_of(installation, now, encrypted=bool(recipients))
            with whole_file(path) as file, writing(file, recipients) as archive:
                manifest = fill(archive, room / DATABASE, snapshot, findings, now)
    except OSError as error:
        raise BackupRefused(f"no backup was made: {error.strerror or error}") from error
    return Made(path, manifest)


def require_elsewhere(folder: Path) -> None:
    """Refuse a place that would be lost with what is backed up there."""
    if folder.resolve().is_relative_to(data_folder().resolve()):
        raise BackupRefused(f"{folder} is within JISHAN_DATA: choose a place on another disk")


def remove_partial(folder: Path) -> None:
    """Remove what a backup left that was killed."""
    for path in folder.glob(f".jishan-*{PARTIAL}"):
        if NAME.fullmatch(path.name.removeprefix(".").removesuffix(PARTIAL)):
            path.unlink(missing_ok=True)


def look_after(now: datetime) -> Iterator[Finding]:
    """Seal the logs, and find what isn't well; nothing of it before a database is migrated."""
    if why_not_migrated() is not None:
        return
    try:
        seal_all(now=now)
    except (LogInconsistent, OSError) as error:
        db.session.rollback()
        yield Finding("", "seals", "JISHAN_SEALS", "log", "goes on from its seals", str(error))
    except DBAPIError:
        # Writers kept the signer out: the worker signs soon, and the checkpoint here is the last.
        db.session.rollback()
    yield from audit_database()
    db.session.rollback()


def take_snapshot(copy: Path) -> Snapshot:
    """Copy the database of one moment to a path."""
    if db.engine.dialect.name == "sqlite":
        return sqlite.take_snapshot(copy)
    return postgresql.take_snapshot(copy)


def fill(
    archive: Writer, copy: Path, snapshot: Snapshot, findings: list[Finding], now: datetime
) -> Manifest:
    """Write database, uploads and the signed manifest."""
    archive.add_path(DATABASE, copy)
    copy.unlink()
    for name, digest in snapshot.uploads.items():
        findings += add_upload(archive, name, digest)
    keys: Keys = present_keys(data_folder())
    manifest = Manifest(
        format=FORMAT,
        product=product_version(),
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        moment=snapshot.moment,
        members=list(archive.members),
        keys=fingerprints(keys),
        findings=[asdict(each) for each in findings],
    )
    content = write_manifest(manifest)
    archive.add_bytes(MANIFEST, content)
    archive.add_bytes(SIGNATURE, sign(content, keys))
    return manifest


def add_upload(archive: Writer, name: str, digest: str) -> Iterator[Finding]:
    """Write an upload; one that was erased since the snapshot stays erased."""
    try:
        member = archive.add_bytes(FILES + name, store.read(name))
    except FileNotFoundError:
        if not erased_since(name):
            yield Finding("", "file", name, "bytes", digest, "missing")
        return
    if member.sha256 != digest:
        yield Finding("", "file", name, "sha256", digest, member.sha256)


def erased_since(name: str) -> bool:
    """Whether an upload was erased: since the snapshot, or before the books were restored."""
    db.session.rollback()
    return name in store.erased_names()
