"""Which acts can still be entered: those of all rules in force in the days that may be entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from incentives.awards.models import RuleItem
from incentives.awards.queries.rulebooks import adopted_versions, holding_on, items_of
from incentives.register.policy import policy_on


@dataclass(frozen=True)
class Span:
    """An item as it holds from a day to a day; `last` is None where it holds until further."""

    first: date
    last: date | None
    item: RuleItem

    def holds_on(self, day: date) -> bool:
        """Whether the item is in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Enterable:
    """An act by its code, with the items that it had and has, the latest first."""

    code: str
    spans: Sequence[Span]

    @property
    def latest(self) -> Span:
        """How the rules have it now, or had it last."""
        return self.spans[0]

    @property
    def category(self) -> str:
        """The kind under which it is offered."""
        return self.latest.item.category

    def on(self, day: date) -> RuleItem:
        """The item of a day; of a day without it, as the rules have or had it last."""
        return next((span.item for span in self.spans if span.holds_on(day)), self.latest.item)


def first_enterable_day(village: str, today: date) -> date:
    """The first day of which an act can still be entered."""
    return today - timedelta(days=policy_on(village, today).late_entry_days)


def enterable_items(village: str, today: date, *, ahead: bool = False) -> list[Enterable]:
    """The acts that can still be entered, each once: those in force today first, in their order.

    They are of all rules in force in the policy's `late_entry_days`; `ahead` takes those to come
    with them, for a sheet that is printed before the act.
    """
    adopted = adopted_versions(village)
    start = first_enterable_day(village, today)
    begins = {each.effective_on for each in adopted if each.effective_on}
    days = sorted({start} | {day for day in begins if day > start and (ahead or day <= today)})
    held = [(day, found) for day in days if (found := holding_on(adopted, day)) is not None]
    items = items_of([found.id for _day, found in held])
    spans: dict[str, list[Span]] = {}
    last: date | None = None
    for first, found in reversed(held):
        for item in items[found.id]:
            spans.setdefault(item.code, []).append(Span(first, last, item))
        last = first - timedelta(days=1)
    return [Enterable(code, found) for code, found in spans.items()]


def claimable_items(village: str, today: date) -> list[Enterable]:
    """Those of them that residents may claim themselves, on the days on which they may."""
    found = [
        Enterable(each.code, [span for span in each.spans if span.item.claimable])
        for each in enterable_items(village, today)
    ]
    return [each for each in found if each.spans]
