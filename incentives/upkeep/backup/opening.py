"""Opening a backup: unpacked, decrypted, and each byte of it as its signed manifest says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from incentives.upkeep.backup.archive import DATABASE, read_archive
from incentives.upkeep.backup.keyfile import Keys
from incentives.upkeep.backup.manifest import Manifest, read_manifest
from incentives.upkeep.backup.workroom import BackupRefused


def open_backup(
    path: Path, room: Path, *, keys: Keys, identities: Sequence[Any], files: bool
) -> Manifest:
    """Unpack a backup into a folder, its uploads too if `files` are wanted; its manifest.

    Refuses one that is damaged, cut off, altered, or of another installation's keys.
    """
    contents = read_archive(path, room, identities, files=files)
    manifest = read_manifest(contents.manifest, contents.signature, keys)
    if contents.members != manifest.members:
        differing = {each.name for each in set(contents.members) ^ set(manifest.members)}
        names = ", ".join(sorted(differing)[:3]) or "their order"
        raise BackupRefused(f"{path} holds something else than its manifest says: {names}")
    if DATABASE not in (each.name for each in manifest.members):
        raise BackupRefused(f"{path} holds no database")
    return manifest
