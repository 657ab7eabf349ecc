"""What one list of rules changes of another: added, removed, and changed, field by field."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from incentives.awards.template import ItemDraft

COMPARED = tuple(each.name for each in fields(ItemDraft) if each.name != "code")


@dataclass(frozen=True)
class FieldChange:
    """One field that is another: `old` → `new`."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class ItemChange:
    """One rule, by its code, before and after, with what is different."""

    old: ItemDraft
    new: ItemDraft
    changes: tuple[FieldChange, ...]

    @property
    def code(self) -> str:
        """The code, the same before and after."""
        return self.new.code


@dataclass(frozen=True)
class Difference:
    """What a list adds, takes out and changes. The order of rules is no difference."""

    added: tuple[ItemDraft, ...]
    removed: tuple[ItemDraft, ...]
    changed: tuple[ItemChange, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.added or self.removed or self.changed)


def difference(old: Sequence[ItemDraft], new: Sequence[ItemDraft]) -> Difference:
    """The difference of two lists whose codes stand once each, in the order of the new one.

    A rule is the same one as long as it has its code.
    """
    before = {item.code: item for item in old}
    after = {item.code: item for item in new}
    return Difference(
        added=tuple(item for item in new if item.code not in before),
        removed=tuple(item for item in old if item.code not in after),
        changed=tuple(
            change
            for item in new
            if item.code in before and (change := change_of(before[item.code], item)).changes
        ),
    )


def change_of(old: ItemDraft, new: ItemDraft) -> ItemChange:
    """What is different between two rules of one code."""
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in COMPARED]
    changes = [FieldChange(name, was, is_) for name, was, is_ in pairs if was != is_]
    return ItemChange(old, new, tuple(changes))
