"""The editor of a draft: one card a rule, kept all together, nothing lost when it is refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from incentives.access.actor import current_actor
from incentives.awards import operations, words
from incentives.awards.differences import Difference, difference
from incentives.awards.models import CapPer, CapPeriod, Category, Evidence, Rulebook, RuleItem
from incentives.awards.template import ItemDraft, as_draft
from incentives.clock import now
from incentives.errors import FieldError, Refusal, Stale
from incentives.web.pages import Form

BLANK_ROWS = 3
ROW = re.compile(r"items-(\d{1,4})-")
POINTER = re.compile(r"/items/(\d+)(/.*)?")


@dataclass(frozen=True)
class Row:
    """One card: its number in the form, and the rule that it was made of, if any."""

    at: int
    item: RuleItem | None
    open: bool


@dataclass(frozen=True)
class Editor:
    """What the editor shows.

    `revision` is the draft's that a form sent from here changes. `overtaken` is how what was typed
    differs from what somebody else kept meanwhile: sent again, it replaces that.
    """

    rows: list[Row]
    revision: str
    overtaken: Difference | None
    categories: list[tuple[str, Any]]
    proofs: list[tuple[str, Any]]
    pers: list[tuple[str, Any]]
    periods: list[tuple[str, Any]]
    units: list[str]


def view(rulebook: Rulebook, items: Sequence[RuleItem], form: Form) -> Editor:
    """The editor of a draft, as it is kept or as it was typed."""
    typed = str(form.values.get("revision", rulebook.revision))
    overtaken = None
    if form.status == Stale.status and typed != str(rulebook.revision):
        mine = [draft for _at, draft in typed_items(form.data)]
        overtaken = difference([as_draft(item) for item in items], mine)
        typed = str(rulebook.revision)
    return Editor(
        rows=rows_of(items, form),
        revision=typed,
        overtaken=overtaken,
        categories=[(each.value, words.CATEGORIES[each]) for each in Category],
        proofs=[(each.value, words.PROOFS[each]) for each in Evidence],
        pers=[(each.value, words.PER[each]) for each in CapPer],
        periods=[(each.value, words.PERIODS[each]) for each in CapPeriod],
        units=[str(word) for word in words.UNITS.values()],
    )


def rows_of(items: Sequence[RuleItem], form: Form) -> list[Row]:
    """The cards: a refused form's as they were sent, else the kept rules and a few blank ones."""
    sent = {int(found[1]) for name in form.values if (found := ROW.match(name))}
    if sent:
        bad = {int(found[1]) for name in form.errors if (found := ROW.match(name))}
        return [Row(at, None, at in bad) for at in sorted(sent)]
    rows = [Row(at, item, False) for at, item in enumerate(items)]
    return rows + [Row(len(items) + extra, None, False) for extra in range(BLANK_ROWS)]


def typed_items(data: dict[str, Any]) -> list[tuple[int, ItemDraft]]:
    """The rules that were typed, each with its place among the rows that were sent.

    Those to go are left out. A rule stands where its `place` says: before the one that stood there
    if it moved up, behind it if it moved down.
    """
    found = []
    for at, row in enumerate(data["items"]):
        place = row.pop("place") or at + 1
        if row.pop("remove"):
            continue
        moved = (place > at + 1) - (place < at + 1)
        draft = ItemDraft(**row)
        draft = replace(draft, unit=words.unit_named(draft.unit))
        found.append(((place + moved / 2, at), draft))
    return [(at, draft) for (_place, at), draft in sorted(found, key=lambda pair: pair[0])]


def keep(village: str, number: int, data: dict[str, Any]) -> Rulebook:
    """Keep the draft as typed; what is refused is told at the card that it was typed into."""
    typed = typed_items(data)
    try:
        return operations.set_items(
            village=village,
            number=number,
            items=[draft for _at, draft in typed],
            revision=data["revision"],
            actor=current_actor(),
            now=now(),
        )
    except Refusal as refusal:
        raise at_its_card(refusal, [at for at, _draft in typed]) from refusal


def at_its_card(refusal: Refusal, places: Sequence[int]) -> Refusal:
    """The refusal with pointers to the rows that were sent, instead of the rules in their order."""
    if not refusal.errors:
        return refusal
    errors = []
    for error in refusal.errors:
        found = POINTER.fullmatch(error.pointer)
        pointer = f"/items/{places[int(found[1])]}{found[2] or ''}" if found else error.pointer
        errors.append(FieldError(pointer, error.detail))
    return type(refusal)(refusal.detail, errors=errors)
