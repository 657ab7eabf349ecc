"""Signing in by card and PIN, from wherever a phone is."""

from datetime import datetime
from typing import Any

from incentives.access.hooks import CardHolder
from incentives.cards.numbers import read_number
from incentives.cards.operations import identify_card, identify_number
from incentives.cards.pins import INTERNET, verify_pin
from incentives.cards.queries import holder_of
from incentives.extensions import db
from incentives.register.models import Household


def card_holder(shown: dict[str, Any], now: datetime) -> CardHolder:
    """Who signs in with `card` (the number, the code or the QR's whole text) and `pin`.

    The card of a whole household speaks for its head. Refuses what is no card or out of use, and
    a PIN that is wrong, missing or locked; wrong ones lock the internet for that card only.
    """
    text = str(shown["card"]).strip()
    card = identify_number(text) if read_number(text) else identify_card(text, now=now)
    verify_pin(card, str(shown["pin"]), counter=INTERNET, now=now)
    household = db.session.get_one(Household, card.household_id)
    return CardHolder(
        household_id=card.household_id,
        resident_id=card.resident_id,
        person=card.resident_id or household.head_id or household.id,
        village=card.village,
        name=holder_of(card),
        demo=card.demo_pin,
    )
