"""Cards as pages show them, and the blueprint of their pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint

from incentives.cards import queries, states
from incentives.cards.models import Card, SheetJob, Vouch
from incentives.cards.operations.identifying import is_due
from incentives.clock import now
from incentives.register.queries import masked
from incentives.web.pages import of_villages

blueprint = Blueprint("cards_pages", __name__)
of_villages.update(card_id=Card, job_id=SheetJob, vouch_id=Vouch)


@dataclass(frozen=True)
class CardView:
    """A card as pages show it; `shared` is a household's, else it is one person's."""

    id: UUID
    number_in_fours: str
    holder: str
    shared: bool
    status: str
    has_pin: bool
    issued_on: date
    expires_on: date
    renewal_due: bool
    actions: tuple[str, ...]


def card_views(cards: Sequence[Card], *, whole_names: bool) -> list[CardView]:
    """These cards for a page; holders are masked unless the reader works with the household."""
    names = queries.holder_names(cards)
    return [
        CardView(
            id=card.id,
            number_in_fours=in_fours(card.number),
            holder=names[card.id] if whole_names else masked(names[card.id]),
            shared=card.resident_id is None,
            status=card.status.value,
            has_pin=card.pin_hash is not None,
            issued_on=card.issued_on,
            expires_on=card.expires_on,
            renewal_due=is_due(card, now=now()),
            actions=tuple(action.value for action in states.allowed(card.status)),
        )
        for card in cards
    ]


def in_fours(number: str) -> str:
    """A card's number as it is printed and read aloud: 1234 5678 9012."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
