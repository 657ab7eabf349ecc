"""The table of files; the bytes lie in `JISHAN_DATA/files`."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from incentives.database import Base, choice, new_id


class FileKind(StrEnum):
    """What a file is kept as."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    PDF = "pdf"


class File(Base):
    """An upload of a village: who brought it, what it is kept as, its hash as kept.

    `sha256` is in hex, of the bytes on disk. `erased_at` says that the bytes are gone for good.
    `kept_until` is the last day up to which they stay, whoever asks; it is only ever put off.
    """

    __tablename__ = "file"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    village: Mapped[str] = mapped_column(String(12), ForeignKey("division.code"), index=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[FileKind] = mapped_column(choice(FileKind, "kind"))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[UUID]
    uploaded_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    kept_until: Mapped[date | None]
