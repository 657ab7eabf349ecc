"""The demo cards' PINs: worked out from household and village, so that they can be listed."""

import hashlib
from itertools import count

from incentives.cards.pins import is_obvious


def demo_pin(village: str, household_number: int) -> str:
    """The PIN of a demo household's card: 6 digits that anyone can work out."""
    for attempt in count():
        digest = hashlib.sha256(f"{village}/{household_number}/{attempt}".encode()).digest()
        pin = f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"
        if not is_obvious(pin):
            return pin
    raise AssertionError("count() doesn't end")
