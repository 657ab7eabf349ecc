"""The installation's keys as one small file, to be kept apart from its backups: on paper in a safe.

One key a line, in hex by fours, with four digits over each line that show a slip of the pen.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from incentives.disk import sync_folder
from incentives.keys import LENGTH, NAMES, read_key
from incentives.upkeep.backup.workroom import BackupRefused

FORMAT = "jishan-keys/v1"
KEYS = "keys"

Keys = Mapping[str, bytes]


def present_keys(data: Path) -> Keys:
    """The keys of a data folder."""
    return {name: read_key(data / KEYS, name) for name in NAMES}


def write_keyfile(keys: Keys, *, origin: str, now: datetime) -> bytes:
    """The keys as text, for paper."""
    lines = [
        FORMAT,
        "# Who has these and a backup has everything: never keep them in one place.",
        f"# {origin}, {now:%Y-%m-%d}",
    ]
    for name in NAMES:
        digits = keys[name].hex()
        fours = " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
        lines.append(f"{name} {fours} = {check_digits(name, keys[name])}")
    return ("\n".join(lines) + "\n").encode()


def read_keyfile(content: bytes, path: Path) -> Keys:
    """The keys of such a text; refuses another text, a missing key and a slip of the pen."""
    lines = [line.strip() for line in content.decode(errors="replace").splitlines()]
    if not lines or lines[0] != FORMAT:
        raise BackupRefused(f"{path} isn't a file of keys: it doesn't begin with {FORMAT}")
    found: dict[str, bytes] = {}
    for line in lines[1:]:
        if not line or line.startswith("#"):
            continue
        name, _space, rest = line.partition(" ")
        digits, _equals, check = rest.partition("=")
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            key = b""
        if name not in NAMES or len(key) != LENGTH or check.strip() != check_digits(name, key):
            raise BackupRefused(f"{path}: the line of {name[:20]} isn't as it was written")
        found[name] = key
    if missing := [name for name in NAMES if name not in found]:
        raise BackupRefused(f"{path} lacks the keys {', '.join(missing)}")
    return found


def check_digits(name: str, key: bytes) -> str:
    """The first four hex digits of SHA-256 over name and key."""
    return hashlib.sha256(name.encode() + key).hexdigest()[:4]


def place_keys(keys: Keys, data: Path, now: datetime) -> None:
    """Have a data folder hold these keys; others that it holds are moved aside, never deleted."""
    folder = data / KEYS
    if all((folder / name).is_file() for name in NAMES) and present_keys(data) == keys:
        return
    new = data / f"{KEYS}-restoring"
    new.mkdir(mode=0o700, exist_ok=True)
    for name in NAMES:
        path = new / name
        path.touch(mode=0o600)
        path.write_bytes(keys[name])
    if folder.exists():
        folder.rename(data / f"{KEYS}-before-{now:%Y%m%dT%H%M%S%fZ}")
    new.rename(folder)
    sync_folder(data)
