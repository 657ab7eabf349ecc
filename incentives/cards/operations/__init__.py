"""What is done with cards: issue, print anew, set a PIN, report lost; and what a scan allows."""

from incentives.cards.operations.issuing import (
    issue_card,
    reinstate_card,
    reissue_card,
    report_card_lost,
    revoke_card,
    set_demo_pin,
    set_pin,
    suspend_card,
)
from incentives.cards.operations.scanning import (
    Shown,
    identify_card,
    identify_number,
    scan_code,
    scan_number,
    use_scan,
)

__all__ = [
    "Shown",
    "identify_card",
    "identify_number",
    "issue_card",
    "reinstate_card",
    "reissue_card",
    "report_card_lost",
    "revoke_card",
    "scan_code",
    "scan_number",
    "set_demo_pin",
    "set_pin",
    "suspend_card",
    "use_scan",
]
