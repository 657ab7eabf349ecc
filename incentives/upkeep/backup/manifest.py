"""What a backup says of itself: whose it is, of which moment, each log's root, each member's hash.

It is read within the very snapshot that is backed up, and signed with the log's key, so that a copy
that lay elsewhere can't be another's.
"""

import base64
import binascii
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from sqlalchemy import Connection, column, func, inspect, select, table

from incentives.config import ROOT
from incentives.files.models import File
from incentives.installation import Installation
from incentives.ledger import merkle, notes
from incentives.ledger.models import Checkpoint, LogHead
from incentives.upkeep.backup.archive import Member
from incentives.upkeep.backup.workroom import BackupRefused, OtherKeys

FORMAT = "jishan-backup/v1"
VERSION = table("alembic_version", column("version_num"))
LASTING_KEYS = ("log", "pepper")  # those that never change: by them a backup's keys are known


@dataclass(frozen=True)
class Log:
    """A village's log in the snapshot: its size, its root in base64, its newest checkpoint."""

    village: str
    origin: str
    size: int
    root: str
    checkpoint: str | None


@dataclass(frozen=True)
class Moment:
    """What a snapshot of a database says of itself.

    `installation` has its id (hex), url and origin; `rows` counts each table's; `revision` is the
    last migration.
    """

    database: str
    schema: str | None
    revision: str
    installation: dict[str, str]
    logs: list[Log]
    rows: dict[str, int]


@dataclass(frozen=True)
class Manifest:
    """A backup's manifest; `made_at` is in UTC, `findings` what wasn't well while it was made."""

    format: str
    product: str
    made_at: str
    moment: Moment
    members: list[Member]
    keys: dict[str, str]
    findings: list[dict[str, str]]

    @property
    def events(self) -> int:
        """How many events the books have in it."""
        return sum(log.size for log in self.moment.logs)


@dataclass(frozen=True)
class Snapshot:
    """What a copy of a database holds, and the uploads that it names: SHA-256 in hex by name."""

    moment: Moment
    uploads: dict[str, str]


def describe(connection: Connection) -> Snapshot:
    """What a snapshot holds; refuses a database without an installation."""
    tables = inspect(connection).get_table_names()
    if "installation" not in tables:
        raise BackupRefused("there is nothing to back up: no installation was made here")
    found = connection.execute(
        select(Installation.id, Installation.url, Installation.origin)
    ).one_or_none()
    if found is None:
        raise BackupRefused("there is nothing to back up: no installation was made here")
    on_sqlite = connection.dialect.name == "sqlite"
    moment = Moment(
        database=connection.dialect.name,
        schema=None if on_sqlite else connection.scalar(select(func.current_schema())),
        revision=str(connection.scalar(select(func.max(VERSION.c.version_num)))),
        installation={"id": found.id.hex, "url": found.url, "origin": found.origin},
        logs=describe_logs(connection),
        rows={
            name: connection.scalar(select(func.count()).select_from(table(name))) or 0
            for name in sorted(tables)
        },
    )
    kept = select(File.name, File.sha256).where(File.erased_at.is_(None)).order_by(File.name)
    return Snapshot(moment, {row.name: row.sha256 for row in connection.execute(kept)})


def describe_logs(connection: Connection) -> list[Log]:
    """Each village's log, with the newest checkpoint that the snapshot has."""
    checkpoints = {
        row.village: row.note
        for row in connection.execute(
            select(Checkpoint.village, Checkpoint.note).order_by(Checkpoint.size)
        )
    }
    heads = connection.execute(
        select(LogHead.village, LogHead.origin, LogHead.size, LogHead.frontier).order_by(
            LogHead.village
        )
    )
    return [
        Log(
            village=head.village,
            origin=head.origin,
            size=head.size,
            root=encode(merkle.root_of(head.frontier)),
            checkpoint=checkpoints.get(head.village),
        )
        for head in heads
    ]


def product_version() -> str:
    """The product's version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def encode(content: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(content).decode()


def fingerprint(name: str, key: bytes) -> str:
    """By what a key is known without being told: SHA-256 over purpose, name and key, in hex."""
    return hashlib.sha256(f"jishan-key/v1\n{name}\n".encode() + key).hexdigest()


def fingerprints(keys: Mapping[str, bytes]) -> dict[str, str]:
    """The fingerprints of the keys that never change."""
    return {name: fingerprint(name, keys[name]) for name in LASTING_KEYS}


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as JSON."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    return text.encode() + b"\n"


def sign(content: bytes, keys: Mapping[str, bytes]) -> bytes:
    """The signature over a manifest by the log's key, apart from checkpoints by its first line."""
    return base64.b64encode(notes.private_key(keys["log"]).sign(to_sign(content))) + b"\n"


def to_sign(content: bytes) -> bytes:
    """A manifest's bytes under their purpose."""
    return FORMAT.encode() + b"\n" + content


def read_manifest(content: bytes, signature: bytes, keys: Mapping[str, bytes]) -> Manifest:
    """A manifest; refuses one of another format, of another installation's keys, and a forged one.

    Which keys it wants is read before the signature is verified with them, and nothing else.
    """
    try:
        found: dict[str, Any] = json.loads(content)
        if found["format"] != FORMAT:
            raise BackupRefused(f"the backup's format is {found['format']}, not {FORMAT}")
        if found["keys"] != fingerprints(keys):
            raise OtherKeys(
                "the keys here are not those of the backup's installation: give its keys (--keys)"
            )
        public = notes.private_key(keys["log"]).public_key()
        public.verify(base64.b64decode(signature, validate=False), to_sign(content))
        return manifest_of(found)
    except InvalidSignature as error:
        raise BackupRefused("the manifest isn't signed by this installation's key") from error
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise BackupRefused(f"the backup's manifest can't be read: {error}") from error


def manifest_of(found: dict[str, Any]) -> Manifest:
    """The manifest of its JSON."""
    moment = found["moment"]
    logs = [Log(**each) for each in moment["logs"]]
    members = [Member(**each) for each in found["members"]]
    return Manifest(**(found | {"moment": Moment(**(moment | {"logs": logs})), "members": members}))
