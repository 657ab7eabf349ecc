"""What is done with cards: issue, print anew, set a PIN, report lost; what a scan allows; codes on
phones, vouches, and sheets to be printed."""

from incentives.cards.operations.identifying import identify_card, identify_number
from incentives.cards.operations.issuing import (
    Issued,
    issue_card,
    issue_cards,
    reinstate_card,
    reissue_card,
    report_card_lost,
    revoke_card,
    set_demo_pin,
    set_pin,
    suspend_card,
)
from incentives.cards.operations.phone import ShownCode, forget_phone_codes, make_phone_code
from incentives.cards.operations.printing import lay_out_next
from incentives.cards.operations.scanning import (
    Shown,
    scan_code,
    scan_forgotten,
    scan_number,
)
from incentives.cards.operations.sheets import ask_for_sheets, forget_sheets, sheets_pdf
from incentives.cards.operations.vouching import (
    ask_for_vouch,
    confirm_vouch,
    refuse_vouch,
    vouch_for,
)

__all__ = [
    "Issued",
    "Shown",
    "ShownCode",
    "ask_for_sheets",
    "ask_for_vouch",
    "confirm_vouch",
    "forget_phone_codes",
    "forget_sheets",
    "identify_card",
    "identify_number",
    "issue_card",
    "issue_cards",
    "lay_out_next",
    "make_phone_code",
    "refuse_vouch",
    "reinstate_card",
    "reissue_card",
    "report_card_lost",
    "revoke_card",
    "scan_code",
    "scan_forgotten",
    "scan_number",
    "set_demo_pin",
    "set_pin",
    "sheets_pdf",
    "suspend_card",
    "vouch_for",
]
