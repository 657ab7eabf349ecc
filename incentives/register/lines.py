"""A statement in words: what each line was for, when, and who decided it.

Rooms that cause events tell more of their own (who proposed, which notice) by a function that they
put into `tellers`, what that is called in English by one in `namers` (the ledger keeps its Chinese
name), and what another word than that of its kind is right for by one in `titlers`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from incentives.access.queries import person_names
from incentives.ledger import Kind, Line
from incentives.web.dates import day_word
from incentives.web.languages import reading

# The kinds of event that move points, as people call them.
KINDS = {
    Kind.OPENING: lazy_gettext("Taken over from the paper book"),
    Kind.AWARD: lazy_gettext("Points given"),
    Kind.REDEMPTION: lazy_gettext("Goods from the shop"),
    Kind.REFUND: lazy_gettext("Goods brought back"),
    Kind.EXPIRY: lazy_gettext("Points that expired"),
    Kind.REVERSAL: lazy_gettext("Taken back"),
    Kind.DEBT_PAYMENT: lazy_gettext("Made up"),
    Kind.HOUSEHOLD_MOVE: lazy_gettext("Passed between households"),
    Kind.LOSS: lazy_gettext("Borne by the village"),
}


@dataclass(frozen=True)
class Told:
    """A line of a statement as people read it."""

    title: str
    small: str
    points: int
    balance_after: int
    of_debt: bool
    voucher: int
    occurred_on: date


# What a room knows of the records behind events of a kind: a sentence, or a name, by record.
Teller = Callable[[Sequence[UUID]], dict[UUID, str]]
tellers: dict[Kind, Teller] = {}
namers: dict[Kind, Teller] = {}
titlers: dict[Kind, Teller] = {}


def tell_lines(lines: Sequence[Line]) -> list[Told]:
    """The lines in words, in a bounded number of statements."""
    names = person_names({person for line in lines for person in (line.actor, line.approver)})
    more = said_of(lines, tellers)
    titles = said_of(lines, titlers)
    if reading() == "en":
        titles |= said_of(lines, namers)
    return [tell(line, names, more.get(line.kind, {}), titles.get(line.kind, {})) for line in lines]


def said_of(lines: Sequence[Line], rooms: Mapping[Kind, Teller]) -> dict[Kind, dict[UUID, str]]:
    """What rooms say of the records behind these lines: each is asked once."""
    found: dict[Kind, dict[UUID, str]] = {}
    for kind, teller in rooms.items():
        records = [line.record for line in lines if line.kind is kind and line.record is not None]
        if records:
            found[kind] = teller(records)
    return found


def tell(
    line: Line, names: dict[UUID, str], more: dict[UUID, str], titles: dict[UUID, str]
) -> Told:
    """One line in words; `more` and `titles` are what its room says of events of its kind."""
    parts = [day_word(line.occurred_on)]
    if line.record in more:
        parts.append(more[line.record])
    if line.kind is Kind.REVERSAL or line.record not in more:
        parts += hand_words(line, names)
    parts.append(_("No. %(number)s", number=line.voucher))
    return Told(
        title=title_of(line, titles),
        small=" · ".join(parts),
        points=line.points,
        balance_after=line.balance_after,
        of_debt=line.of_debt,
        voucher=line.voucher,
        occurred_on=line.occurred_on,
    )


def hand_words(line: Line, names: dict[UUID, str]) -> list[str]:
    """Who decided a line, or else who entered it; nothing where they aren't known any more."""
    decider = line.actor if line.kind is Kind.REVERSAL else line.approver
    if decider in names:
        return [_("decided by %(name)s", name=names[decider])]
    return [_("entered by %(name)s", name=names[line.actor])] if line.actor in names else []


def title_of(line: Line, titles: dict[UUID, str]) -> str:
    """What a line was for, as it was signed, but for what its room calls otherwise."""
    detail = line.detail or {}
    said = str(KINDS.get(line.kind, line.kind.value))
    if line.record in titles:
        said = titles[line.record]
    elif line.kind is Kind.AWARD and isinstance(detail.get("name"), str):
        said = str(detail["name"])
    elif line.kind is Kind.REDEMPTION and isinstance(detail.get("goods"), list):
        said = goods_words(detail["goods"])
    elif line.kind is Kind.REVERSAL and isinstance(detail.get("reason"), str):
        reason = str(detail["reason"])
        said = (
            _("Given again: %(reason)s", reason=reason)
            if line.points > 0
            else _("Taken back: %(reason)s", reason=reason)
        )
    return of_debt(line, said) if line.of_debt else said


def of_debt(line: Line, said: str) -> str:
    """What a line of the debt was for, and whether it made the debt or made it up."""
    if line.kind is Kind.DEBT_PAYMENT:
        return said
    if line.kind is Kind.HOUSEHOLD_MOVE:
        return _("%(what)s (what is owed)", what=said)
    if line.points > 0:
        return _("%(what)s (made up what was owed)", what=said)
    return _("%(what)s (to be made up)", what=said)


def goods_words(goods: Sequence[dict[str, Any]]) -> str:
    """The goods of a sale, each with how many."""
    return _(", ").join(good_words(good) for good in goods)


def good_words(good: dict[str, Any]) -> str:
    """A good of a sale and how many."""
    quantity = good.get("quantity", 1)
    return f"{good.get('name', '')}×{quantity}" if quantity != 1 else str(good.get("name", ""))
