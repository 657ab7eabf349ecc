"""Which card a code or a number is, and whether it is in use."""

from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import BindParameter, ColumnElement, exists

from incentives.cards import queries
from incentives.cards.codes import Printed, code_in, read_code
from incentives.cards.issuer import is_good, keys_at, keys_seen
from incentives.cards.models import Card, CardKey, CardStatus
from incentives.cards.numbers import read_number
from incentives.clock import village_day
from incentives.errors import CardInvalid, CardRevoked, CardSuspended


def identify_card(text: str, *, now: datetime) -> Card:
    """The card of a code, or of a QR's whole text.

    Refuses what is no valid code, a card reported lost, a revoked one, and earlier prints.
    """
    return in_use(*read_text(text, now=now))


def identify_number(number: str) -> Card:
    """The card of a typed number; refuses as `identify_card` does."""
    return in_use(*look_up(number))


def read_text(text: str, *, now: datetime) -> tuple[Card, int]:
    """The card that a code names and the issue that it is of; refuses what is no valid code."""
    content = read_code(code_in(text), keys_at(now)).content
    card = queries.card_by_code(content.card_id)
    if card is None or card.village != content.village or content.issue > card.issue:
        raise CardInvalid()
    return card, content.issue


def prove_code(text: str, *, now: datetime) -> Printed:
    """What a printed card's code says, its signature proven, mostly without asking the database.

    Whether its key is still good is asked where the card is read: `key_serves`.
    """
    code = code_in(text)
    try:
        return read_code(code, keys_seen)
    except CardInvalid:
        return read_code(code, keys_at(now))


def key_serves(
    signed_by: BindParameter[bytes], *, now: BindParameter[datetime]
) -> ColumnElement[bool]:
    """Whether the key that signed a code is good, as a column of another statement."""
    return exists().where(CardKey.spki == signed_by, is_good(now))


def look_up(number: str) -> tuple[Card, int]:
    """The card that has or had this number, and the issue it was printed on."""
    digits = read_number(number)
    found = queries.card_by_number(digits) if digits else None
    if found is None:
        raise CardInvalid(_("No card has this number: please check it"))
    return found


def in_use(card: Card, issue: int) -> Card:
    """The card itself; refuses one that is suspended or revoked, and any but its latest print."""
    if card.status is CardStatus.REVOKED or issue < card.issue:
        raise CardRevoked()
    if card.status is CardStatus.SUSPENDED:
        raise CardSuspended()
    return card


def is_due(card: Card, *, now: datetime) -> bool:
    """Whether a card is past its day and should be renewed; it serves all the same."""
    return card.expires_on < village_day(now)
