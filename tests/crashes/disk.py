"""A disk as a power cut leaves it: the bytes that were synced, and of all others any part.

What a program does to its files is recorded by `strace`, and played again up to the cut. Counted as
safe is only what the standards promise: a file's bytes and length once `fsync` or `fdatasync` of it
has returned, a name in a folder once the folder itself was synced. Of the rest nothing may be left,
or any sectors of any of the writes.
"""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
TRACED = "openat,mkdir,mkdirat,write,writev,pwrite64,ftruncate,fsync,fdatasync,unlink,unlinkat,"
TRACED += "rename,renameat,renameat2,copy_file_range,sendfile,fallocate"
CALL = re.compile(r"^(\d+) +(\w+)\((.*)$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
DESCRIPTOR = re.compile(r"^\d+<([^>]*)>(?:\(deleted\))?")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
UNFINISHED = " <unfinished ...>"


def strace(out: Path, command: list[str]) -> list[str]:
    """The command under a recorder of all that it does to files, in its threads too."""
    return ["strace", "-f", "-y", "-xx", "-s", "4194304", "-e", f"trace={TRACED}", "-e",
            "signal=none", "-o", str(out), "--", *command]  # fmt: skip


@dataclass(frozen=True)
class Act:
    """One thing done to a file or a folder; a sync has a beginning and an end."""

    kind: str  # write, truncate, create, remove, begin, sync
    path: str
    data: bytes = b""
    at: int | None = None  # where a write goes; None: at the file's end, for an append
    thread: str = ""


def read_acts(recorded: Iterable[str]) -> Iterator[Act]:
    """The acts of a recording, in order; ValueError for a call that isn't understood."""
    waiting: dict[str, str] = {}
    for line in recorded:
        if found := RESUMED.match(line):
            thread, _name, rest = found.groups()
            yield from acts_of(thread, *call_of(waiting.pop(thread)), rest, begun=True)
        elif found := CALL.match(line):
            thread, name, rest = found.groups()
            if rest.rstrip("\n").endswith(UNFINISHED.strip()):
                begun = rest.rstrip("\n").removesuffix("<unfinished ...>").rstrip()
                waiting[thread] = f"{name}({begun}"
                yield from begun_of(thread, name, begun)
            else:
                yield from acts_of(thread, name, rest, rest, begun=False)


def call_of(text: str) -> tuple[str, str]:
    """A call's name and arguments."""
    name, _, arguments = text.partition("(")
    return name, arguments


def begun_of(thread: str, name: str, arguments: str) -> Iterator[Act]:
    """What a call has done, or begun, that hasn't returned: a write may be on its way already."""
    if name in ("fsync", "fdatasync"):
        yield Act("begin", path_of(arguments), thread=thread)
    elif name in ("write", "pwrite64", "writev"):
        yield from written(name, arguments)


def acts_of(thread: str, name: str, arguments: str, rest: str, *, begun: bool) -> Iterator[Act]:
    """What a call that has returned did."""
    if re.search(r"= -1 E", rest):
        return
    if name in ("fsync", "fdatasync"):
        if not begun:
            yield Act("begin", path_of(arguments), thread=thread)
        yield Act("sync", path_of(arguments), thread=thread)
    elif name in ("write", "pwrite64", "writev"):
        if not begun:
            yield from written(name, arguments)
    elif name == "ftruncate":
        length = re.search(r"^[^,]*, (\d+)", arguments)
        if length is None:
            raise ValueError(arguments)
        yield Act("truncate", path_of(arguments), at=int(length[1]))
    elif name in ("openat", "mkdir", "mkdirat"):
        if name != "openat" or "O_CREAT" in arguments:
            yield Act("create", text_of(arguments), data=b"/" if "mkdir" in name else b"")
    elif name in ("unlink", "unlinkat"):
        yield Act("remove", text_of(arguments))
    else:
        raise ValueError(f"{name} is not understood: {arguments[:200]}")


def written(name: str, arguments: str) -> Iterator[Act]:
    """The write that a call makes."""
    data = b"".join(bytes_of(part) for part in TEXT.findall(arguments))
    at = None
    if name == "pwrite64":
        found = re.search(r", \d+, (\d+)\)?", arguments[arguments.rindex('"') :])
        if found is None:
            raise ValueError(arguments[-200:])
        at = int(found[1])
    yield Act("write", path_of(arguments), data=data, at=at)


def path_of(arguments: str) -> str:
    """The file that a descriptor stands for; nothing for a pipe or a socket."""
    found = DESCRIPTOR.match(arguments)
    return bytes_of(found[1]).decode(errors="replace") if found else ""


def text_of(arguments: str) -> str:
    """The first text among the arguments."""
    found = TEXT.search(arguments)
    if found is None:
        raise ValueError(arguments[:200])
    return bytes_of(found[1]).decode(errors="replace")


def bytes_of(escaped: str) -> bytes:
    """The bytes that `-xx` wrote as `\\x2f\\x74`."""
    return bytes.fromhex(escaped.replace("\\x", ""))


@dataclass
class File:
    """A file: its bytes as the program sees them, those that are safe, and what is under way."""

    seen: bytearray = field(default_factory=bytearray)
    safe: bytearray = field(default_factory=bytearray)
    pending: list[Act] = field(default_factory=list)


@dataclass
class Disk:
    """What is under a folder; `names` says of each name whether it is sure to stay."""

    root: str
    files: dict[str, File] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    names: dict[str, bool] = field(default_factory=dict)
    removed: dict[str, File] = field(default_factory=dict)
    syncing: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> "Disk":
        """The disk as it is, all of it safe."""
        disk = cls(str(root))
        for path in (root, *root.rglob("*")):
            disk.names[str(path)] = True
            if path.is_dir():
                disk.folders.add(str(path))
            else:
                content = path.read_bytes()
                disk.files[str(path)] = File(bytearray(content), bytearray(content))
        return disk

    def do(self, act: Act) -> None:
        """Do one act."""
        if act.kind in ("begin", "sync"):
            self.sync(act)
        elif act.kind == "create":
            self.create(act)
        elif act.kind == "remove":
            if self.names.pop(act.path):
                self.removed[act.path] = self.files[act.path]
            del self.files[act.path]
        else:
            self.change(act)

    def create(self, act: Act) -> None:
        """A new name, unless it is there; opening what was there changes nothing."""
        if act.path in self.names:
            return
        self.names[act.path] = False
        if act.data:
            self.folders.add(act.path)
        else:
            self.files[act.path] = File()

    def change(self, act: Act) -> None:
        """A write or a new length."""
        if act.path not in self.files:
            return  # it has no name any more, and nobody will read it again
        file = self.files[act.path]
        at = len(file.seen) if act.at is None else act.at
        placed = Act(act.kind, act.path, act.data, at)
        file.pending.append(placed)
        apply(file.seen, placed)

    def sync(self, act: Act) -> None:
        """The beginning or the end of a sync: safe is what was done before it began."""
        place = (act.thread, act.path)
        file = self.files.get(act.path)
        if act.kind == "begin":
            self.syncing[place] = len(file.pending) if file else 0
            return
        begun = self.syncing.pop(place)
        if file is not None:
            for each in file.pending[:begun]:
                apply(file.safe, each)
            del file.pending[:begun]
        elif act.path in self.folders:
            for name in list(self.names):
                if str(Path(name).parent) == act.path:
                    self.names[name] = True
            for name in [each for each in self.removed if str(Path(each).parent) == act.path]:
                del self.removed[name]

    def leave(self, to: Path, chance: random.Random | None) -> None:
        """Write what a cut now leaves: all that is safe, and by chance a part of the rest."""
        gone = {
            name
            for name, safe in self.names.items()
            if not safe and (chance is None or chance.random() < 0.5)
        }
        for path in sorted(self.names):
            if not gone.intersection([path, *map(str, Path(path).parents)]):
                self.leave_one(path, to / path.lstrip("/"), chance)
        for path, file in self.removed.items():
            if path not in self.names and (chance is None or chance.random() < 0.5):
                left = to / path.lstrip("/")
                left.parent.mkdir(parents=True, exist_ok=True)
                left.write_bytes(file.safe)

    def leave_one(self, path: str, to: Path, chance: random.Random | None) -> None:
        """Write one file or make one folder."""
        if path in self.folders:
            to.mkdir(parents=True, exist_ok=True)
            return
        to.parent.mkdir(parents=True, exist_ok=True)
        content = bytearray(self.files[path].safe)
        if chance is not None:
            for each in self.files[path].pending:
                for part in torn(each, chance):
                    apply(content, part)
        to.write_bytes(content)


def apply(content: bytearray, act: Act) -> None:
    """Write, or set the length; a gap is zeros."""
    at = act.at or 0
    if act.kind == "truncate":
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(act.data)] = act.data


def torn(act: Act, chance: random.Random) -> Iterator[Act]:
    """What may be left of an act that wasn't synced: all, nothing, or some of its sectors."""
    fate = chance.random()
    if fate < 0.35:
        return
    if fate < 0.7 or act.kind == "truncate":
        yield act
        return
    at, data = act.at or 0, act.data
    start = 0
    while start < len(data):
        end = min(len(data), start + SECTOR - (at + start) % SECTOR)
        if chance.random() < 0.5:
            yield Act("write", act.path, data[start:end], at + start)
        start = end
