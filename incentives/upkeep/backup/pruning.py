"""Pruning: a few daily, weekly and monthly backups are kept, the others are deleted.

It is also the term of personal data in backups: what was erased in the service is gone from them
when the last one made before is pruned.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from incentives.clock import village_day
from incentives.disk import sync_folder
from incentives.upkeep.backup.names import Kept, backups_in
from incentives.upkeep.backup.workroom import BackupRefused


@dataclass(frozen=True)
class Keep:
    """How many days, weeks and months have a backup kept: the newest of each."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12


def read_keep(text: str) -> Keep:
    """What `JISHAN_BACKUP_KEEP` says: three whole numbers, as `7,4,12`; refuses anything else."""
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdigit() for part in parts):
        raise BackupRefused(f"JISHAN_BACKUP_KEEP is three numbers as 7,4,12, not {text}")
    return Keep(*(int(part) for part in parts))


def prune_backups(folder: Path, keep: Keep, *, dry_run: bool = False) -> list[Path]:
    """Delete the backups of a folder that need not be kept; which they are (or would be).

    Each installation's are counted by themselves. Its newest one stays in any case, and so does the
    newest one that was checked.
    """
    found = list(backups_in(folder))
    removed = []
    for installation in sorted({each.installation for each in found}):
        own = [each for each in found if each.installation == installation]
        kept = to_keep(own, keep)
        removed += [each for each in own if each.path not in kept]
    if not dry_run:
        for each in removed:
            each.path.unlink()
            each.checked.unlink(missing_ok=True)
        if removed:
            sync_folder(folder)
    return [each.path for each in removed]


def to_keep(backups: list[Kept], keep: Keep) -> set[Path]:
    """Which of an installation's backups stay."""
    newest_first = sorted(backups, key=lambda each: each.made_at, reverse=True)
    periods: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (keep.daily, village_day),
        (keep.weekly, lambda at: village_day(at).isocalendar()[:2]),
        (keep.monthly, lambda at: (village_day(at).year, village_day(at).month)),
    )
    kept = {each.path for each in newest_first[:1]}
    kept |= {each.path for each in [each for each in newest_first if each.checked.exists()][:1]}
    for count, period in periods:
        kept |= newest_of_each(newest_first, count, period)
    return kept


def newest_of_each(
    newest_first: Iterable[Kept], count: int, period: Callable[[datetime], object]
) -> set[Path]:
    """The newest backup of each of the last so many periods that have one."""
    found: dict[object, Path] = {}
    for each in newest_first:
        found.setdefault(period(each.made_at), each.path)
    return set(list(found.values())[:count])
