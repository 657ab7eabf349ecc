"""How the books stand to their seals: in agreement, older, another log, or without any."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, select

from incentives.extensions import db
from incentives.ledger import merkle, notes, proofs
from incentives.ledger.models import Checkpoint, LogHead
from incentives.ledger.seals.files import folder_of, sealed_villages
from incentives.ledger.seals.reading import (
    LogInconsistent,
    Sealed,
    SealsDamaged,
    last_sealed,
    sealed_size,
)


class Cause(StrEnum):
    """Why nothing may be written: the books are older than their seals, or the seals are gone or
    of no use (damaged, or of another log than the books)."""

    ROLLED_BACK = "rolled_back"
    SEALS_LOST = "seals_lost"
    SEALS_UNUSABLE = "seals_unusable"


class CausedInconsistent(LogInconsistent):
    """An inconsistency that keeps a village read-only, with its cause."""

    def __init__(self, cause: Cause, sentence: str) -> None:
        super().__init__(sentence)
        self.cause = cause


@dataclass(frozen=True)
class Trouble:
    """What is wrong with one village's books: how many events were sealed, how many are there.

    `whole` where only the seals are damaged: the books go on from the newest that was signed.
    """

    village: str
    cause: Cause
    sealed: int
    found: int
    sentence: str
    whole: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The trouble as JSON has it."""
        return asdict(self)


def refuse_inconsistent(village: str, last: Sealed | None, found: notes.Root) -> None:
    """Raise unless the log that the database has goes on from what was sealed.

    A log that was signed under its name must have its seals: they are not begun anew.
    """
    if last is None:
        if is_signed(found.origin):
            raise CausedInconsistent(
                Cause.SEALS_LOST,
                f"{village}: the log was signed, but its seals aren't in JISHAN_SEALS",
            )
        return
    if last.root.size > found.size:
        raise CausedInconsistent(
            Cause.ROLLED_BACK,
            f"{village}: {last.root.size} events were sealed, the database has {found.size}",
        )
    if last.root.origin != found.origin:
        raise CausedInconsistent(
            Cause.SEALS_UNUSABLE, f"{village}: the log's origin is not the sealed one"
        )
    if proofs.root_at(village, last.root.size) != last.root.root:
        raise CausedInconsistent(
            Cause.SEALS_UNUSABLE,
            f"{village}: the first {last.root.size} events are not the sealed ones",
        )


def is_signed(origin: str) -> bool:
    """Whether the database has a checkpoint under this name."""
    found = select(exists().where(Checkpoint.origin == origin))
    return bool(db.session.scalar(found))


@dataclass(frozen=True)
class Held:
    """What a village's seals hold: the newest checkpoint, how many events, or how they failed."""

    last: Sealed | None
    size: int
    damaged: SealsDamaged | None


def seals_of(village: str) -> Held:
    """What a village's seals hold."""
    folder = folder_of(village)
    try:
        last = last_sealed(folder)
        return Held(last, sealed_size(folder, last), None)
    except SealsDamaged as damaged:
        return Held(None, 0, damaged)


def troubles() -> list[Trouble]:
    """What keeps the villages' logs from going on from their seals, village by village.

    Villages that have seals and no books are among them.
    """
    known = set(db.session.scalars(select(LogHead.village)))
    return lasting_troubles(known.union(sealed_villages()))


def lasting_troubles(villages: set[str]) -> list[Trouble]:
    """What is wrong with these villages' books.

    Each in trouble is looked at once more: a log that is signed for the first time between seals
    and books seems to have lost its seals.
    """
    return troubles_of({each.village for each in troubles_of(villages)})


def troubles_of(villages: set[str]) -> list[Trouble]:
    """What is wrong with these villages' books at one look.

    It ends the reading transaction: the books are read after their seals, as both may grow
    meanwhile.
    """
    held = {village: seals_of(village) for village in sorted(villages)}
    db.session.rollback()
    heads = {
        head.village: notes.Root(head.origin, head.size, merkle.root_of(head.frontier))
        for head in db.session.scalars(select(LogHead).execution_options(populate_existing=True))
    }
    found = [trouble_of(village, seals, heads.get(village)) for village, seals in held.items()]
    return [each for each in found if each is not None]


def trouble_of(village: str, seals: Held, found: notes.Root | None) -> Trouble | None:
    """What is wrong with one village's books (`found`, None where there are none), if anything."""
    size = 0 if found is None else found.size
    try:
        if seals.damaged is not None:
            raise CausedInconsistent(Cause.SEALS_UNUSABLE, str(seals.damaged))
        if found is not None:
            refuse_inconsistent(village, seals.last, found)
        if seals.size > size:
            raise CausedInconsistent(
                Cause.ROLLED_BACK,
                f"{village}: {seals.size} events are in the seals, the database has {size}",
            )
    except CausedInconsistent as wrong:
        return Trouble(village, wrong.cause, seals.size, size, str(wrong))
    return None


def rolled_back() -> list[str]:
    """What keeps the villages' logs from going on from their seals, one sentence a village."""
    return [each.sentence for each in troubles()]
