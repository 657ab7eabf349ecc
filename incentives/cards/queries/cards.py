"""What is read about cards: whose they are, their codes, their prints."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select

from incentives.cards.codes import Content
from incentives.cards.issuer import sign
from incentives.cards.models import Card, CardIssue, CardStatus
from incentives.cards.numbers import read_number
from incentives.cards.qr import card_url
from incentives.errors import NotFound
from incentives.extensions import db
from incentives.installation import get_installation
from incentives.register.models import Household
from incentives.register.names import masked
from incentives.register.queries import residents_by_id


def get_card(village: str, card_id: UUID) -> Card:
    """A card of that village; refuses what isn't there."""
    card = db.session.get(Card, card_id)
    if card is None or card.village != village:
        raise NotFound()
    return card


def card_by_code(card_id: bytes) -> Card | None:
    """The card with the 8 bytes that its code holds."""
    return db.session.scalar(select(Card).where(Card.card_id == card_id.hex()))


def card_by_number(number: str) -> tuple[Card, int] | None:
    """The card that has or had this number, and the issue that it was printed on."""
    row = db.session.execute(
        select(Card, CardIssue.issue).join(CardIssue).where(CardIssue.number == number)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def cards_of_household(household_id: UUID) -> list[Card]:
    """All cards of a household, oldest first."""
    return list(
        db.session.scalars(select(Card).where(Card.household_id == household_id).order_by(Card.id))
    )


def holders_of_cards(household_id: UUID) -> set[UUID | None]:
    """Whose cards there are in a household that aren't over; None is the household itself."""
    return set(
        db.session.scalars(
            select(Card.resident_id).where(
                Card.household_id == household_id, Card.status != CardStatus.REVOKED
            )
        )
    )


def own_card(household_id: UUID, resident_id: UUID | None) -> Card | None:
    """The card in use that speaks for a resident: their own, else the household's newest."""
    of_household = Card.resident_id.is_(None)
    speaks = or_(of_household, Card.resident_id == resident_id) if resident_id else of_household
    return db.session.scalar(
        select(Card)
        .where(
            Card.household_id == household_id,
            Card.status == CardStatus.ACTIVE,
            speaks,
        )
        .order_by(of_household, Card.id.desc())
        .limit(1)
    )


def cards_in_use(village: str, card_ids: Sequence[UUID]) -> list[Card]:
    """Those of these cards that belong to the village and aren't revoked, in the order given."""
    found = {
        card.id: card
        for card in db.session.scalars(
            select(Card).where(
                Card.village == village,
                Card.id.in_(card_ids),
                Card.status != CardStatus.REVOKED,
            )
        )
    }
    return [found[card_id] for card_id in card_ids if card_id in found]


def household_by_number(village: str, text: str) -> UUID | None:
    """The household of that village whose card has this number, earlier prints included."""
    number = read_number(text)
    found = card_by_number(number) if number else None
    if found is None or found[0].village != village:
        return None
    return found[0].household_id


def holder_names(cards: Sequence[Card]) -> dict[UUID, str]:
    """Whose card each is: the resident it was made for, else the head of the household."""
    households = {
        household.id: household.head_id
        for household in db.session.scalars(
            select(Household).where(Household.id.in_([card.household_id for card in cards]))
        )
    }
    holders = {card.id: card.resident_id or households[card.household_id] for card in cards}
    residents = residents_by_id([each for each in holders.values() if each is not None])
    return {
        card_id: residents[holder].name if holder in residents else ""
        for card_id, holder in holders.items()
    }


def holder_of(card: Card) -> str:
    """Whose card it is, as everybody may see it: 扎**."""
    return masked(holder_names([card])[card.id])


def issues_of(card: Card) -> list[CardIssue]:
    """Every print of a card, newest first."""
    return list(
        db.session.scalars(
            select(CardIssue).where(CardIssue.card_id == card.id).order_by(CardIssue.issue.desc())
        )
    )


def code_of(card: Card) -> str:
    """The code on the latest print of a card."""
    return sign(
        Content(
            village=card.village,
            card_id=bytes.fromhex(card.card_id),
            issue=card.issue,
            issued_on=card.issued_on,
            expires_on=card.expires_on,
        )
    )


def url_of(card: Card) -> str:
    """What the QR on the latest print of a card holds."""
    return card_url(get_installation().url, code_of(card))
