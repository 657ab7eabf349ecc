"""The file itself: a tar under zstd, written and read in one go, each member hashed on its way."""

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from incentives.upkeep.backup.encryption import decrypting, encrypting
from incentives.upkeep.backup.workroom import BackupRefused

LEVEL = 3
CHUNK = 64 * 1024
DATABASE = "database"
FILES = "files/"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
UPLOAD = re.compile(r"files/[0-9a-f]{40}")
SMALL = 64 * 1024 * 1024


@dataclass(frozen=True)
class Member:
    """One file within a backup; `sha256` is in hex, `size` in bytes."""

    name: str
    size: int
    sha256: str


class Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        found = self.file.read(size)
        self.digest.update(found)
        return found


class Writer:
    """A backup being written, and what went into it."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.members: list[Member] = []

    def add(self, name: str, file: BinaryIO, size: int) -> Member:
        """Put so many bytes of a file in under a name; refuses a file that ends before."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        hashed = Hashed(file)
        self.tar.addfile(entry, hashed)
        member = Member(name, size, hashed.digest.hexdigest())
        self.members.append(member)
        return member

    def add_bytes(self, name: str, content: bytes) -> Member:
        """Put bytes in under a name."""
        return self.add(name, io.BytesIO(content), len(content))

    def add_path(self, name: str, path: Path) -> Member:
        """Put a file in under a name."""
        with path.open("rb") as file:
            return self.add(name, file, path.stat().st_size)


@contextmanager
def writing(target: BinaryIO, recipients: Sequence[Any]) -> Iterator[Writer]:
    """A backup that is written into a file: compressed, then encrypted to the recipients."""
    packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    with (
        encrypting(target, recipients) as plain,
        packer.stream_writer(plain, closefd=False) as packed,
        tarfile.open(fileobj=packed, mode="w|", bufsize=CHUNK) as tar,
    ):
        yield Writer(tar)


class Unpacked(io.RawIOBase):
    """What a zstd stream holds; refuses one that ends early, or isn't the file's whole content."""

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.unpacker = zstandard.ZstdDecompressor().decompressobj()
        self.rest = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; how many bytes, 0 at the end."""
        while not self.rest:
            if self.unpacker.eof:
                return self.conclude()
            chunk = self.source.read(CHUNK)
            if not chunk:
                raise EOFError("it was cut off")
            self.rest = memoryview(self.unpacker.decompress(chunk))
        count = min(len(buffer), len(self.rest))
        buffer[:count] = self.rest[:count]
        self.rest = self.rest[count:]
        return count

    def conclude(self) -> int:
        """Refuse bytes behind the end."""
        if self.unpacker.unused_data or self.source.read(1):
            raise EOFError("something is behind its end")
        return 0


@dataclass(frozen=True)
class Contents:
    """What a backup held: its members before the manifest, the manifest's bytes, its signature."""

    members: list[Member]
    manifest: bytes
    signature: bytes


def read_archive(path: Path, into: Path, identities: Sequence[Any], *, files: bool) -> Contents:
    """Unpack a backup's database, and its uploads where `files` are wanted, into a folder.

    Refuses what is no backup, is damaged, was cut off, or holds anything unexpected. The members
    are hashed, and not yet compared with the manifest.
    """
    try:
        with (
            path.open("rb") as file,
            decrypting(file, identities) as packed,
            io.BufferedReader(Unpacked(packed), CHUNK) as plain,
        ):
            with tarfile.open(fileobj=plain, mode="r|", bufsize=CHUNK) as tar:
                contents = read_members(tar, into, files=files)
            while plain.read(CHUNK):
                pass
            return contents
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        raise BackupRefused(f"{path} is no backup, damaged or cut off: {error}") from error
    except OSError as error:
        raise BackupRefused(f"{path} can't be unpacked: {error.strerror or error}") from error


def read_members(tar: tarfile.TarFile, into: Path, *, files: bool) -> Contents:
    """Each member in turn: database, uploads, and at the end the manifest with its signature."""
    members: list[Member] = []
    small: dict[str, bytes] = {}
    for entry in tar:
        source = tar.extractfile(entry) if entry.isreg() else None
        if source is None or SIGNATURE in small:
            raise tarfile.TarError(f"{entry.name} doesn't belong there")
        if entry.name in (MANIFEST, SIGNATURE) and entry.size <= SMALL:
            small[entry.name] = source.read()
        elif entry.name == DATABASE or UPLOAD.fullmatch(entry.name):
            kept = files or entry.name == DATABASE
            members.append(unpack(entry, source, into / entry.name if kept else None))
        else:
            raise tarfile.TarError(f"{entry.name} doesn't belong there")
    if small.keys() != {MANIFEST, SIGNATURE}:
        raise tarfile.TarError("it has no manifest")
    return Contents(members, small[MANIFEST], small[SIGNATURE])


def unpack(entry: tarfile.TarInfo, source: Any, path: Path | None) -> Member:
    """Write a member to a path, or only hash it."""
    hashed = Hashed(source)
    if path is None:
        while hashed.read(CHUNK):
            pass
    else:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("xb") as file:
            while chunk := hashed.read(CHUNK):
                file.write(chunk)
    return Member(entry.name, entry.size, hashed.digest.hexdigest())
