"""What is read about files."""

from collections.abc import Callable, Collection
from uuid import UUID

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, exists, or_, select

from incentives.access.actor import Actor
from incentives.database import Base
from incentives.errors import FieldError, Invalid, NotFound
from incentives.extensions import db
from incentives.files import store
from incentives.files.contents import thumbnail
from incentives.files.models import File, FileKind

# Set by the rooms whose records carry files: whether this person may read this file by one of them.
readers: list[Callable[[File, Actor], bool]] = []
# Set by the rooms whose records keep files for ever: whether one does so with this file.
keepers: list[Callable[[File], bool]] = []


def find_file(village: str, file_id: UUID) -> File:
    """A file of that village; refuses what isn't there."""
    file = db.session.get(File, file_id)
    if file is None or file.village != village:
        raise NotFound()
    return file


def brought_file(
    villages: Collection[str], file_id: UUID, actor: Actor | None, pointer: str
) -> File:
    """A file that the actor brought to one of these villages, for a record of theirs to carry:
    whoever reads the record reads the file. Refuses, at the field, everybody else's as if it
    weren't there, and an erased one.
    """
    file = db.session.get(File, file_id)
    if (
        file is None
        or file.village not in villages
        or file.erased_at is not None
        or actor is None
        or file.uploaded_by != actor.person
    ):
        detail = _("This file isn't there, or somebody else brought it")
        raise Invalid(errors=[FieldError(pointer, detail)])
    return file


def carried() -> ColumnElement[bool]:
    """Whether a record carries a file: anything in any room that points to it."""
    pointers = [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is File.__table__
    ]
    return or_(*(exists().where(column == File.id) for column in pointers))


def is_carried(file: File) -> bool:
    """Whether a record carries a file already."""
    return bool(db.session.scalar(select(carried()).where(File.id == file.id)))


def readable_file(village: str, file_id: UUID, actor: Actor) -> File:
    """A file for its uploader, and for those whom a record that carries it lets read it.

    Refuses everybody else as if it weren't there, and an erased one.
    """
    file = find_file(village, file_id)
    allowed = actor.person == file.uploaded_by or any(reader(file, actor) for reader in readers)
    if not allowed or file.erased_at is not None:
        raise NotFound()
    return file


def file_bytes(file: File) -> bytes:
    """A file's bytes; refuses one whose bytes are gone."""
    try:
        return store.read(file.name)
    except FileNotFoundError as gone:
        raise NotFound() from gone


def thumbnail_bytes(file: File) -> bytes:
    """A small JPEG of a photo, made when it is first asked for; refuses a paper, which has none."""
    if file.kind is FileKind.PDF:
        raise NotFound()
    content = store.read_thumbnail(file.name)
    if content is None:
        content = thumbnail(file_bytes(file))
        store.write_thumbnail(file.name, content)
    return content
