"""Cards: the printed code and its number, PINs, scans, printing.

A code names no person and no balance; it says who, it doesn't prove it. A card that is reported
lost stops serving at once, a reissue ends every earlier print, and points stay with the
household. Wrong PINs are counted in the database, so that a lock outlives a restart.
"""

from flask import Flask

from incentives.access import hooks
from incentives.cards.bands import bands
from incentives.cards.queries import household_by_number
from incentives.cards.signing import card_holder
from incentives.register.queries.households import household_of_card_number
from incentives.web.pages import shell


def init_app(_app: Flask) -> None:
    """Let residents sign in by card and PIN, and be found by the number on it."""
    hooks.card_sign_in[:] = [card_holder]
    household_of_card_number[:] = [household_by_number]
    if bands not in shell.band_makers:
        shell.band_makers.append(bands)
