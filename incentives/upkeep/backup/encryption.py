"""Encryption with age (age-encryption.org/v1), so that a backup opens without this program too.

Backups are encrypted to recipients, which are public: a server that makes backups holds nothing
that opens them. The identity that does is a small file, itself under a passphrase if wished, as are
the installation's keys. `age -d -i identity.age FILE` is all that it takes elsewhere.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from pyrage import passphrase, x25519

from incentives.upkeep.backup.workroom import BackupRefused

SUFFIX = ".age"
HEAD = b"age-encryption.org/v1\n"
BY_PASSPHRASE = HEAD + b"-> scrypt "
SECRET = "AGE-SECRET-KEY-"  # noqa: S105 -- how each begins
PASSPHRASE_LENGTH = 12
TOO_MUCH_WORK = "Excessive work"  # the driver has one kind of error for all that goes wrong
ATTEMPTS, PAUSE = 10, 0.5  # seconds

AskPassphrase = Callable[[Path], str]


def read_recipient(text: str) -> Any:
    """A public key as age writes it (`age1…`); refuses what is none."""
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise BackupRefused(f"{text} is no recipient of age (age1…)") from error


def new_identity() -> tuple[bytes, str]:
    """A new identity as the file that age-keygen would write, and its recipient."""
    identity = x25519.Identity.generate()
    recipient = str(identity.to_public())
    return f"# public key: {recipient}\n{identity}\n".encode(), recipient


def lock(content: bytes, word: str) -> bytes:
    """A small file under a passphrase; refuses a short one."""
    if len(word) < PASSPHRASE_LENGTH:
        raise BackupRefused(f"a passphrase has at least {PASSPHRASE_LENGTH} characters")
    return bytes(passphrase.encrypt(content, word))


def lock_to(content: bytes, recipients: Sequence[Any]) -> bytes:
    """A small file encrypted to recipients."""
    return bytes(pyrage.encrypt(content, recipients))


def unlock(path: Path, ask: AskPassphrase, identities: Sequence[Any] = ()) -> bytes:
    """A small file's content, decrypted if it is encrypted: its passphrase is asked for."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BackupRefused(f"{path} can't be read: {error.strerror}") from error
    if not content.startswith(HEAD):
        return content
    try:
        if content.startswith(BY_PASSPHRASE):
            return unlock_by_passphrase(path, content, ask(path))
        return bytes(pyrage.decrypt(content, identities))
    except pyrage.DecryptError as error:
        raise BackupRefused(
            f"{path}: the passphrase or the identity is wrong, or the file is damaged"
        ) from error


def unlock_by_passphrase(path: Path, content: bytes, word: str) -> bytes:
    """The content under a passphrase; refuses a file that this machine won't open just now.

    How much work a passphrase costs is chosen as a file is made; age takes at most sixteen times
    what a moment's measure says fits a second, and what else runs in that moment slows the measure.
    """
    for _attempt in range(ATTEMPTS):
        try:
            return bytes(passphrase.decrypt(content, word))
        except pyrage.DecryptError as error:
            if not str(error).startswith(TOO_MUCH_WORK):
                raise
        time.sleep(PAUSE)
    raise BackupRefused(
        f"{path}: this machine is too busy or too slow to open it; try again when nothing else runs"
    )


def read_identities(path: Path, ask: AskPassphrase) -> list[Any]:
    """The identities in a file of age's; refuses a file without one."""
    lines = unlock(path, ask).decode(errors="replace").splitlines()
    try:
        found = [
            x25519.Identity.from_str(line.strip()) for line in lines if line.startswith(SECRET)
        ]
    except pyrage.IdentityError as error:
        raise BackupRefused(f"{path} holds a damaged identity") from error
    if not found:
        raise BackupRefused(f"{path} holds no identity of age ({SECRET}…)")
    return found


@contextmanager
def encrypting(target: BinaryIO, recipients: Sequence[Any]) -> Iterator[BinaryIO]:
    """Where to write what is to be encrypted into the target; the target itself for nobody."""
    if not recipients:
        yield target
        return
    with beside(lambda end: pyrage.encrypt_io(end, target, recipients), writes=False) as writer:
        yield writer


@contextmanager
def decrypting(source: BinaryIO, identities: Sequence[Any]) -> Iterator[BinaryIO]:
    """What a file holds, decrypted if it is encrypted.

    Refuses an encrypted file without an identity that opens it. Bytes come as they are decrypted:
    nothing is to be believed before the end was read.
    """
    head = source.read(len(HEAD))
    source.seek(0)
    if head != HEAD:
        yield source
        return
    if not identities:
        raise BackupRefused("the backup is encrypted: give the identity that opens it")
    try:
        with beside(lambda end: pyrage.decrypt_io(source, end, identities), writes=True) as reader:
            yield reader
    except pyrage.DecryptError as error:
        raise BackupRefused(f"no identity given opens it, or it is damaged: {error}") from error


@contextmanager
def beside(work: Callable[[BinaryIO], object], *, writes: bool) -> Iterator[BinaryIO]:
    """One end of a pipe; the work has the other end, in a thread, which it `writes` to or reads.

    What the work failed of is raised here, before what came of it at this end.
    """
    ends = os.pipe()
    reader, writer = os.fdopen(ends[0], "rb"), os.fdopen(ends[1], "wb")
    theirs, ours = (writer, reader) if writes else (reader, writer)
    failures: list[Exception] = []

    def run() -> None:
        try:
            with theirs:
                work(theirs)
        except Exception as failure:
            failures.append(failure)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with ours:
            yield ours
    except Exception as error:
        thread.join()
        if failures and not isinstance(failures[0], BrokenPipeError):
            raise failures[0] from error
        raise
    thread.join()
    if failures:
        raise failures[0]
